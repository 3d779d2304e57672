"""A pure hop on real Kafka: with transactions everything is on the other side exactly once, whoever dies."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from consumers.ports import RunnerPorts
from consumers.runner import ProcessorRunner
from consumers.settings import RunnerSettings
from grym.adapters.clock import SystemClock
from grym.adapters.kafka.feed import KafkaFeeds
from grym.adapters.kafka.reader import KafkaLog
from grym.adapters.kafka.sender import KafkaSender
from grym.adapters.kafka.transactions import TransactionalSender
from grym.adapters.memory import open_memory
from grym.ports.backend import Backend
from schemas.records import Message, Record, TopicPartition
from tests.contract.backends import LANE, TOPIC
from tests.contract.fakes import MemoryArtifacts
from tests.contract.kafka_world import FeedWorld, feed_world

SOURCE, TARGET = TOPIC, LANE
COUNT = 300


class Copy:
    """Copies records into another topic."""

    name = "copy"
    topics: tuple[str, ...] = (SOURCE,)
    blocking = False

    def messages(self, record: Record) -> Sequence[Message]:
        """Return the copy."""
        return (Message(topic=TARGET, key=record.key, headers=record.headers, value=record.value),)


@pytest.fixture
async def world(kafka: str, topic_prefix: str) -> AsyncIterator[FeedWorld]:
    """Fresh topics."""
    async with feed_world(kafka, topic_prefix) as opened:
        yield opened


async def copied(log: KafkaLog) -> list[str]:
    """Return the values of all copies, by partition."""
    values: list[str] = []
    for source in sorted(await log.ends([TARGET])):
        records = await log.read(source, after=0, limit=10 * COUNT)
        values += [(record.value or b"").decode() for record in records]
    return values


async def work_for_a_while(world: FeedWorld, sender: KafkaSender, log: KafkaLog, *, until: int) -> None:
    """Run a worker until so many copies are there, then end it in the middle of whatever it does."""
    clock = SystemClock()
    feeds = KafkaFeeds(world.settings, identity="w")

    def exchange(processor: str, source: TopicPartition) -> TransactionalSender:
        return TransactionalSender(world.settings, processor=processor, source=source)

    backend: Backend = replace(
        open_memory(clock, log_elsewhere=True), feeds=feeds, sender=sender, log=log, exchanges=exchange
    )
    ports = RunnerPorts(backend=backend, artifacts=MemoryArtifacts(), clock=clock, holder="one")
    settings = RunnerSettings(batch=20, backlog=60)
    runner = asyncio.create_task(ProcessorRunner(Copy(), ports, settings).run(asyncio.Event()))
    async with asyncio.timeout(60):
        while len(await copied(log)) < until:
            if runner.done():
                runner.result()
            await asyncio.sleep(0.02)
    runner.cancel()
    await asyncio.gather(runner, return_exceptions=True)
    await feeds.close()


async def test_transactions_copy_each_record_once_through_sudden_ends(world: FeedWorld) -> None:
    """Ended twice in the middle of its work, the third worker completes it: nothing lost, nothing doubled, in order."""
    sender, log = KafkaSender(world.settings), KafkaLog(world.settings)
    sent = [f"{'abcdefgh'[n % 8]}{n:03}" for n in range(COUNT)]
    await sender.send([Message(topic=SOURCE, key=v[:1].encode(), headers=(), value=v.encode()) for v in sent])
    for until in (40, 150, COUNT):
        await work_for_a_while(world, sender, log, until=until)
    copies = await copied(log)
    assert Counter(copies) == Counter(sent)
    for key in "abcdefgh":
        mine = [copy for copy in copies if copy.startswith(key)]
        assert mine == sorted(mine)
    await sender.close()
    await log.close()
