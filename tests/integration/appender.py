"""A process that appends numbered records for ever and says of each that it is stored; made to be killed."""

import asyncio
import sys
from pathlib import Path

from grym.adapters.postgres.backend import open_embedded
from schemas.records import Message

LANE = "grym.feedback.v1"


async def main(home: Path, name: str) -> None:
    """Append one record after the other, every third in a unit of work."""
    backend = await open_embedded(home)
    n = 0
    while True:
        n += 1
        message = Message(topic=LANE, key=name.encode(), headers=(), value=f"{name}:{n}".encode())
        if n % 3:
            await backend.publisher.publish([message])
        else:
            async with backend.work.begin() as work:
                await work.append([message])
        sys.stdout.write(f"{name}:{n}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
