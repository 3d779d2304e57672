"""Feeds, sender and fresh topics on the shared broker, for the tests of the Kafka adapter."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from grym.adapters.kafka.admin import create_topics
from grym.adapters.kafka.feed import KafkaFeeds
from grym.adapters.kafka.sender import KafkaSender
from grym.adapters.kafka.settings import KafkaSettings
from grym.ports.feed import Assignment, Feed
from schemas.catalogue import BY_NAME
from schemas.records import Message, Record, TopicPartition
from tests.contract.backends import LANE, TOPIC, message

PATIENCE_S = 20  # far more than anything here takes; a test that waits so long has failed


@dataclass(kw_only=True)
class FeedWorld:
    """Fresh topics, and everything opened on them."""

    settings: KafkaSettings
    sender: KafkaSender
    opened: list[tuple[Feed, KafkaFeeds]] = field(default_factory=list)

    def feed(self, identity: str | None = "w1", *, topics: tuple[str, ...] = (TOPIC,), **settings: Any) -> Feed:
        """Return the feed of one worker's processor ``p``."""
        feeds = KafkaFeeds(replace(self.settings, **settings), identity=identity)
        feed = feeds.feed("p", topics)
        self.opened.append((feed, feeds))
        return feed

    async def fill(self, count: int, *, topic: str = TOPIC) -> list[Message]:
        """Send messages under as many keys."""
        messages = [message(b"%d" % n, topic=topic, key=b"k%d" % n) for n in range(count)]
        await self.sender.publish(messages)
        return messages

    async def close(self) -> None:
        """Close what was opened."""
        await asyncio.gather(*(feed.close() for feed, _ in self.opened))
        await asyncio.gather(*(feeds.close() for _, feeds in self.opened))
        await self.sender.close()


@asynccontextmanager
async def feed_world(bootstrap: str, prefix: str, **settings: Any) -> AsyncIterator[FeedWorld]:
    """Make the topics and open the sender."""
    chosen = KafkaSettings(bootstrap=bootstrap, prefix=prefix, heartbeat_s=0.1, **settings)
    await create_topics(chosen, [BY_NAME[TOPIC], BY_NAME[LANE]])
    world = FeedWorld(settings=chosen, sender=KafkaSender(chosen))
    async with AsyncExitStack() as stack:
        stack.push_async_callback(world.close)
        yield world


async def collect(assignment: Assignment, count: int) -> list[Record]:
    """Poll until so many records have come."""
    found: list[Record] = []
    async with asyncio.timeout(PATIENCE_S):
        while len(found) < count:
            found += await assignment.poll(max_records=count - len(found), max_bytes=1_000_000)
    return found


async def holding(feed: Feed, *, partitions: int) -> tuple[Any, Assignment]:
    """Enter assignments until one has so many partitions; returns its open block too."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            block = feed.assigned(asyncio.Event())
            assignment = await block.__aenter__()
            assert assignment is not None
            if len(assignment.marks) == partitions:
                return block, assignment
            await assignment.lost()
            await block.__aexit__(None, None, None)


def values(records: Sequence[Record]) -> list[int]:
    """Return the numbers that records carry, sorted."""
    return sorted(int(record.value or b"-1") for record in records)


def positions(records: Sequence[Record]) -> dict[TopicPartition, list[int]]:
    """Return the positions by partition, in the order of reading."""
    found: dict[TopicPartition, list[int]] = {}
    for record in records:
        found.setdefault(record.topic_partition, []).append(record.position)
    return found
