"""Messages and marks in one transaction, on real Kafka."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from grym.adapters.kafka.reader import KafkaLog
from grym.adapters.kafka.transactions import TransactionalSender
from grym.errors import ContractError, LeaseLostError
from grym.ports.feed import Mark
from schemas.catalogue import BY_NAME
from schemas.records import TopicPartition
from tests.contract.backends import LANE, TOPIC, message
from tests.contract.kafka_world import FeedWorld, feed_world

SOURCE = TopicPartition(TOPIC, 3)


@pytest.fixture
async def world(kafka: str, topic_prefix: str) -> AsyncIterator[FeedWorld]:
    """Fresh topics."""
    async with feed_world(kafka, topic_prefix) as opened:
        yield opened


async def stored(world: FeedWorld) -> tuple[list[bytes | None], Mark]:
    """Return what is in the lane, and the mark that the next reader of the source begins with."""
    log = KafkaLog(world.settings)
    values = [record.value for record in await log.read(TopicPartition(LANE, 0), after=0, limit=100)]
    await log.close()
    feed = world.feed("reader")
    async with feed.assigned(asyncio.Event()) as assignment:
        assert assignment is not None
        mark = assignment.marks[SOURCE]
    await feed.close()
    return values, mark


async def test_messages_and_mark_are_stored_together(world: FeedWorld) -> None:
    """One transaction after the other."""
    sender = TransactionalSender(world.settings, processor="p", source=SOURCE)
    await sender.send([message(b"1"), message(b"2")], Mark(position=1))
    await sender.send([message(b"3")], Mark(position=2, beyond=(4,)))
    await sender.send([], Mark(position=4))
    assert await stored(world) == ([b"1", b"2", b"3"], Mark(position=4))
    await sender.close()


async def test_a_holder_that_was_replaced_is_shut_out(world: FeedWorld) -> None:
    """It stores neither messages nor marks any more."""
    zombie = TransactionalSender(world.settings, processor="p", source=SOURCE)
    await zombie.send([message(b"1")], Mark(position=1))
    owner = TransactionalSender(world.settings, processor="p", source=SOURCE)
    await owner.open()
    for _ in range(2):  # nor does it take the partition back
        with pytest.raises(LeaseLostError):
            await zombie.send([message(b"zombie")], Mark(position=9))
    await owner.send([message(b"2")], Mark(position=2))
    assert await stored(world) == ([b"1", b"2"], Mark(position=2))
    await zombie.close()
    await owner.close()


async def test_a_transaction_with_a_message_that_is_refused_stores_nothing(world: FeedWorld) -> None:
    """And the next one works."""
    sender = TransactionalSender(world.settings, processor="p", source=SOURCE)
    with pytest.raises(ContractError):
        await sender.send([message(b"1"), message(b"x" * (BY_NAME[LANE].max_bytes + 1))], Mark(position=1))
    await sender.send([message(b"2")], Mark(position=2))
    assert await stored(world) == ([b"2"], Mark(position=2))
    await sender.close()


async def test_a_transaction_that_was_cancelled_stores_both_or_neither(world: FeedWorld) -> None:
    """Cancelled at any of its steps; what was begun is undone before the next one begins."""
    sender = TransactionalSender(world.settings, processor="p", source=SOURCE)
    await sender.open()
    sending = asyncio.create_task(sender.send([message(b"1")], Mark(position=1)))
    for _ in range(20):
        await asyncio.sleep(0)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    await sender.send([message(b"2")], Mark(position=2))
    assert await stored(world) in (
        ([b"2"], Mark(position=2)),
        ([b"1", b"2"], Mark(position=2)),
    )
    await sender.close()
