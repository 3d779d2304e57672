"""Sender, publisher and log on real Kafka: the promises of the log's contract suite that do not need a transaction."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from grym.adapters.kafka.admin import create_topics, topic_states
from grym.adapters.kafka.reader import KafkaLog
from grym.adapters.kafka.sender import KafkaSender
from grym.adapters.kafka.settings import KafkaSettings
from grym.errors import ContractError, InvalidRequestError, SaturatedError, UnavailableError
from schemas.catalogue import BY_NAME
from schemas.records import Record, TopicPartition
from tests.contract.backends import LANE, TOPIC, message


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Fresh topics on the shared broker."""

    settings: KafkaSettings
    sender: KafkaSender
    log: KafkaLog

    async def lane(self) -> list[Record]:
        """Return everything in the one lane."""
        return await self.log.read(TopicPartition(LANE, 0), after=0, limit=10_000)

    async def values(self) -> list[bytes | None]:
        """Return the values in the one lane."""
        return [record.value for record in await self.lane()]


@pytest.fixture
async def world(kafka: str, topic_prefix: str) -> AsyncIterator[World]:
    """Open sender and log."""
    settings = KafkaSettings(bootstrap=kafka, prefix=topic_prefix)
    await create_topics(settings, [BY_NAME[TOPIC], BY_NAME[LANE]])
    opened = World(settings=settings, sender=KafkaSender(settings), log=KafkaLog(settings))
    yield opened
    await opened.sender.close()
    await opened.log.close()


async def test_positions_count_from_one_without_gaps(world: World) -> None:
    """And the sender says the same as the reader."""
    placed = await world.sender.send([message(b"1"), message(b"2")])
    placed += await world.sender.send([message(b"3")])
    read = await world.lane()
    assert [record.position for record in read] == [place.position for place in placed] == [1, 2, 3]
    assert [record.value for record in read] == [b"1", b"2", b"3"]
    assert [record.appended_at for record in read] == [place.appended_at for place in placed]


async def test_everything_comes_back_as_it_was(world: World) -> None:
    """Key, value and headers are any bytes, and header names may repeat."""
    headers = (("a", b"\x00\xff"), ("a", b""), ("ü\x00", b"1"))
    await world.sender.publish([message(b"\x00\xfe", key=b"\x00k", headers=headers)])
    [record] = await world.lane()
    assert (record.key, record.headers, record.value) == (b"\x00k", headers, b"\x00\xfe")


@pytest.mark.parametrize("value", [None, b""])
@pytest.mark.parametrize("key", [None, b""])
async def test_nothing_and_empty_differ(world: World, key: bytes | None, value: bytes | None) -> None:
    """A tombstone is no empty value, and no key is no empty key."""
    await world.sender.publish([message(value, key=key)])
    [record] = await world.lane()
    assert (record.key, record.value) == (key, value)


async def test_reading_starts_after_a_position_and_stops_at_the_limit(world: World) -> None:
    """`after` is excluded, and a reader that jumps back reads the same again."""
    await world.sender.publish([message(str(n).encode()) for n in range(5)])
    source = TopicPartition(LANE, 0)
    for _ in range(2):
        read = await world.log.read(source, after=2, limit=2)
        assert [record.position for record in read] == [3, 4]
    assert [record.position for record in await world.log.read(source, after=4, limit=2)] == [5]
    assert await world.log.read(source, after=5, limit=2) == []


async def test_records_of_a_key_share_the_partition_that_kafka_chooses(world: World) -> None:
    """Kafka's partitioner puts the key "foobar" (murmur2 -790332482) on partition 6 of 8."""
    await world.sender.publish([message(topic=TOPIC, key=b"foobar") for _ in range(3)])
    ends = await world.log.ends([TOPIC])
    assert ends == {TopicPartition(TOPIC, n): 3 if n == 6 else 0 for n in range(BY_NAME[TOPIC].partitions)}


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (message(topic="grym.nonsense.v1"), "publish.unknown_topic"),
        (message(b"x" * (BY_NAME[LANE].max_bytes + 1)), "publish.too_large"),
        (message(key=b"k" * 70_000), "publish.too_large"),
        (message(headers=(("\ud800", b""),)), "publish.broken_header"),
    ],
)
async def test_what_breaks_the_catalogue_is_refused(world: World, bad: object, code: str) -> None:
    """Nothing of the batch is stored."""
    with pytest.raises(ContractError) as raised:
        await world.sender.publish([message(b"good"), bad])  # type: ignore[list-item]  # typed in the table
    assert raised.value.code == code
    assert await world.values() == []


async def test_the_largest_record_is_accepted(world: World) -> None:
    """Limits are inclusive on the broker too."""
    topic = BY_NAME[LANE]
    await world.sender.publish([message(b"x" * topic.max_bytes, key=b"k" * topic.max_header_bytes)])
    assert len(await world.lane()) == 1


async def test_calls_side_by_side_keep_their_order(world: World) -> None:
    """Whoever called first lies first, from the very first call on."""
    async with asyncio.TaskGroup() as group:
        for n in range(200):
            group.create_task(world.sender.publish([message(b"%d.%d" % (n, i)) for i in range(3)]))
    assert await world.values() == [b"%d.%d" % (n, i) for n in range(200) for i in range(3)]


async def test_a_call_that_was_cancelled_does_not_disturb_the_next(world: World) -> None:
    """Its messages may be stored, once."""
    await world.sender.publish([message(b"first")])
    cancelled = asyncio.create_task(world.sender.publish([message(b"cancelled")]))
    await asyncio.sleep(0)
    cancelled.cancel()
    await world.sender.publish([message(b"last")])
    assert await world.values() in ([b"first", b"cancelled", b"last"], [b"first", b"last"])


async def test_more_than_the_buffer_takes_is_refused_at_once(kafka: str, topic_prefix: str) -> None:
    """Nothing of the refused call is stored, and there is room again afterwards."""
    settings = KafkaSettings(bootstrap=kafka, prefix=topic_prefix, buffer_bytes=5000)
    await create_topics(settings, [BY_NAME[LANE]])
    sender, log = KafkaSender(settings), KafkaLog(settings)
    await sender.publish([message(b"first")])
    waiting = asyncio.create_task(sender.publish([message(b"x" * 4000)]))
    await asyncio.sleep(0)
    with pytest.raises(SaturatedError):
        await sender.publish([message(b"y" * 4000)])
    await waiting
    await sender.publish([message(b"z" * 6000)])
    read = await log.read(TopicPartition(LANE, 0), after=0, limit=10)
    assert [len(record.value or b"") for record in read] == [5, 4000, 6000]
    await sender.close()
    await log.close()


async def test_a_send_without_room_waits_for_it_in_its_turn(kafka: str, topic_prefix: str) -> None:
    """What comes later and would fit does not go first."""
    settings = KafkaSettings(bootstrap=kafka, prefix=topic_prefix, buffer_bytes=5000)
    await create_topics(settings, [BY_NAME[LANE]])
    sender, log = KafkaSender(settings), KafkaLog(settings)
    await sender.send([message(b"first")])
    sizes = (4000, 4001, 10, 4002, 11)
    placed = await asyncio.gather(*(sender.send([message(b"x" * size)]) for size in sizes))
    assert [place.position for [place] in placed] == [2, 3, 4, 5, 6]
    read = await log.read(TopicPartition(LANE, 0), after=1, limit=10)
    assert [len(record.value or b"") for record in read] == list(sizes)
    await sender.close()
    await log.close()


async def test_nobody_there_means_that_nothing_was_sent() -> None:
    """Port 9 of this machine answers nobody."""
    sender = KafkaSender(KafkaSettings(bootstrap="127.0.0.1:9", send_timeout_s=2))
    with pytest.raises(UnavailableError) as raised:
        await sender.publish([message()])
    assert raised.value.code == "kafka.unreachable"
    await sender.close()


async def test_a_reader_waiting_is_woken_by_another_process(world: World) -> None:
    """An append after the last look is not slept through either."""
    await world.log.ends([LANE])
    waiting = asyncio.create_task(world.log.wait(timeout_s=30))
    await asyncio.sleep(0)
    await world.sender.publish([message()])
    async with asyncio.timeout(5):
        await waiting
    await world.sender.publish([message()])
    async with asyncio.timeout(5):
        await world.log.wait(timeout_s=30)


async def test_positions_are_found_by_time(world: World) -> None:
    """Everything, nothing, and what was appended from the second record on."""
    await world.sender.publish([message(b"1")])
    placed = await world.sender.send([message(b"2")])
    while (await world.sender.send([message(topic=TOPIC)]))[0].appended_at <= placed[0].appended_at:
        pass  # the log's clock counts milliseconds
    [third] = await world.sender.send([message(b"3")])
    source = TopicPartition(LANE, 0)

    async def at(instant: datetime) -> int:
        return (await world.log.positions_at([LANE], instant))[source]

    assert await at(datetime(2020, 1, 1, tzinfo=UTC)) == 0
    assert await at(third.appended_at) == 2
    assert await at(third.appended_at + timedelta(days=1)) == 3


async def test_topics_are_made_once_and_differences_are_told(kafka: str, topic_prefix: str) -> None:
    """What exists is left alone."""
    settings = KafkaSettings(bootstrap=kafka, prefix=topic_prefix)
    topics = [BY_NAME[TOPIC], BY_NAME[LANE]]
    assert await create_topics(settings, topics[:1]) == [f"{topic_prefix}{TOPIC}"]
    assert await create_topics(settings, topics) == [f"{topic_prefix}{LANE}"]
    assert await create_topics(settings, topics) == []
    states = await topic_states(settings, [*topics, BY_NAME["grym.cancels.v1"]])
    assert [(state.exists, state.partitions, state.drift) for state in states] == [
        (True, 8, {}),
        (True, 1, {}),
        (False, 0, {}),
    ]


async def test_more_copies_than_brokers_are_refused(kafka: str, topic_prefix: str) -> None:
    """Before anything is made, and by what was asked for."""
    wanted = KafkaSettings(bootstrap=kafka, prefix=topic_prefix, replicas=99)
    with pytest.raises(InvalidRequestError) as caught:
        await create_topics(wanted, [BY_NAME[TOPIC]])
    assert caught.value.code == "kafka.replicas"
