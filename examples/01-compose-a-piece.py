"""Ask for a piece with the typed client, wait for it, and write its sound and its notes."""

import asyncio
from pathlib import Path

import msgspec

from grym.cli.logs import configure_logging
from grym.runtime import open_runtime
from grym.settings import read_settings
from schemas.body import ArtifactRef
from schemas.commands import RequestComposition

FOLDER = Path("out/examples")


async def main() -> None:
    wish = RequestComposition(prompt="a gentle waltz in A minor, 90 bpm", seconds=12, seed=1)
    # The runtime opens log, state and artifacts; `working` runs the processors here, unless somebody else does.
    async with open_runtime(read_settings()) as runtime, runtime.working():
        ticket = await runtime.client.compose(wish)
        status = await runtime.client.wait(ticket.request_id, timeout_s=120)
        print(f"{ticket.request_id}: {status.state}")
        for name, file in {"audio": "waltz.wav", "midi": "waltz.mid"}.items():
            reference = msgspec.convert(status.result[name], type=ArtifactRef)
            (FOLDER / file).write_bytes(await runtime.artifacts.get(reference))
            print(f"{FOLDER / file}: {reference.size_bytes:,} bytes")


if __name__ == "__main__":
    configure_logging("warning")
    FOLDER.mkdir(parents=True, exist_ok=True)
    asyncio.run(main())
