"""A worker in a process of its own, to be killed: says which partitions it got, then reads until it ends.

Run as ``python kafka_worker.py BOOTSTRAP PREFIX IDENTITY TOPIC``.
"""

import asyncio
import sys

from grym.adapters.kafka.feed import KafkaFeeds
from grym.adapters.kafka.settings import KafkaSettings


async def main(bootstrap: str, prefix: str, identity: str, topic: str) -> None:
    """Write a line for every assignment."""
    settings = KafkaSettings(bootstrap=bootstrap, prefix=prefix, heartbeat_s=0.1)
    feed = KafkaFeeds(settings, identity=identity).feed("p", (topic,))
    while True:
        async with feed.assigned(asyncio.Event()) as assignment:
            assert assignment is not None
            sys.stdout.write(" ".join(str(source.partition) for source in sorted(assignment.marks)) + "\n")
            sys.stdout.flush()
            await assignment.lost()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))
