"""Topics of one measurement: made fresh, watched by their ends, removed afterwards."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

PARTITIONS = 4
_TRIES = 20


class Topics:
    """Creates and removes topics, and says where they and the groups are."""

    def __init__(self, admin: AIOKafkaAdminClient, watcher: AIOKafkaConsumer, *, replicas: int) -> None:
        self._admin = admin
        self._watcher = watcher
        self._replicas = replicas

    async def create(self, *names: str) -> None:
        """Create topics of four partitions with log-append time, and wait until their leaders are known."""
        config = {"message.timestamp.type": "LogAppendTime", "max.message.bytes": "4194304"}
        new = [NewTopic(name, PARTITIONS, self._replicas, topic_configs=config) for name in names]
        await self._admin.create_topics(new)
        while True:
            found = await self._admin.describe_topics(list(names))
            parts = [part for topic in found for part in topic["partitions"]]
            if len(parts) == PARTITIONS * len(names) and all(part["leader"] >= 0 for part in parts):
                return
            await asyncio.sleep(0.05)

    async def delete(self, *names: str) -> None:
        """Remove topics."""
        await self._admin.delete_topics(list(names))

    async def end(self, name: str) -> int:
        """Return how many offsets a topic has used, over all partitions."""
        ends = await self._watcher.end_offsets(_partitions(name))
        return sum(ends.values())

    async def leader(self, name: str, partition: int) -> int:
        """Return the number of the node that leads a partition."""
        found = await self._admin.describe_topics([name])
        return int(next(part["leader"] for part in found[0]["partitions"] if part["partition"] == partition))

    async def committed(self, group: str) -> dict[int, int]:
        """Return the committed offset of each partition of the one topic that a group reads.

        Asked for some seconds: the coordinator may have been on a node that was killed.
        """
        for left in reversed(range(_TRIES)):
            try:
                offsets = await self._admin.list_consumer_group_offsets(group)
                break
            except KafkaError:
                if not left:
                    raise
                await asyncio.sleep(1.0)
        return {source.partition: found.offset for source, found in offsets.items()}


@asynccontextmanager
async def open_topics(bootstrap: str, *, replicas: int) -> AsyncIterator[Topics]:
    """Open what creates and watches topics."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    watcher = AIOKafkaConsumer(bootstrap_servers=bootstrap, isolation_level="read_uncommitted")
    await admin.start()
    await watcher.start()
    try:
        yield Topics(admin, watcher, replicas=replicas)
    finally:
        await watcher.stop()
        await admin.close()


def _partitions(name: str) -> list[TopicPartition]:
    return [TopicPartition(name, number) for number in range(PARTITIONS)]
