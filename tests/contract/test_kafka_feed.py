"""Feeds on real Kafka: assignments come, go and come back, and marks are kept."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.record.util import calc_crc32c

from grym.adapters.kafka.reader import KafkaLog
from grym.errors import UnavailableError
from grym.ports.feed import Mark
from schemas.catalogue import BY_NAME
from schemas.records import TopicPartition
from tests.contract.backends import LANE, TOPIC, message
from tests.contract.kafka_world import PATIENCE_S, FeedWorld, collect, feed_world, holding, positions, values

ALL = BY_NAME[TOPIC].partitions
ONE = TopicPartition(LANE, 0)


@pytest.fixture
async def world(kafka: str, topic_prefix: str) -> AsyncIterator[FeedWorld]:
    """Fresh topics."""
    async with feed_world(kafka, topic_prefix) as opened:
        yield opened


async def test_everything_is_read_in_order_within_each_partition(world: FeedWorld) -> None:
    """What was there before and what comes while reading."""
    await world.fill(50)
    async with world.feed().assigned(asyncio.Event()) as assignment:
        assert assignment is not None
        assert (assignment.lease, len(assignment.marks), set(assignment.marks.values())) == (None, ALL, {Mark()})
        assert sum(assignment.ends.values()) == 50
        found = await collect(assignment, 50)
        await world.fill(50)
        found += await collect(assignment, 50)
    assert values(found) == sorted([*range(50), *range(50)])
    assert all(seen == list(range(1, len(seen) + 1)) for seen in positions(found).values())


async def test_the_next_reader_goes_on_at_the_marks(world: FeedWorld) -> None:
    """What was finished above the watermark is not handed out again."""
    await world.fill(10, topic=LANE)
    first = world.feed(topics=(LANE,))
    async with first.assigned(asyncio.Event()) as assignment:
        assert assignment is not None
        await collect(assignment, 10)
        await assignment.commit({ONE: Mark(position=3, beyond=(5, 6, 9))})
    await first.close()
    async with world.feed("w2", topics=(LANE,)).assigned(asyncio.Event()) as assignment:
        assert assignment is not None
        assert assignment.marks == {ONE: Mark(position=3, beyond=(5, 6, 9))}
        assert assignment.ends == {ONE: 10}
        assert positions(await collect(assignment, 4)) == {ONE: [4, 7, 8, 10]}


async def test_a_second_worker_shares_the_partitions(world: FeedWorld) -> None:
    """The first is told, gives back what it did, and the second goes on there."""
    await world.fill(40)
    one, two = world.feed("w1"), world.feed("w2")
    joining = None
    async with one.assigned(asyncio.Event()) as assignment:
        assert assignment is not None
        found = await collect(assignment, 40)
        joining = asyncio.create_task(holding(two, partitions=ALL // 2))
        async with asyncio.timeout(PATIENCE_S):
            await assignment.lost()
        await assignment.commit({s: Mark(position=seen[-1]) for s, seen in positions(found).items()})
    block_one, again = await holding(one, partitions=ALL // 2)
    block_two, other = await joining
    assert again.marks.keys() | other.marks.keys() == assignment.marks.keys()
    await world.fill(40)
    counts = {
        TopicPartition(TOPIC, n): seen[-1]
        for n in range(ALL)
        if (seen := positions(found).get(TopicPartition(TOPIC, n)))
    }
    mine, theirs = (sum(counts.get(s, 0) for s in a.marks) for a in (again, other))
    rest = await collect(again, mine) + await collect(other, theirs)
    assert values(rest) == list(range(40))
    await block_one.__aexit__(None, None, None)
    await block_two.__aexit__(None, None, None)


async def test_a_worker_that_leaves_is_not_waited_for(world: FeedWorld) -> None:
    """Its session would last for an hour."""
    one = world.feed("w1", session_timeout_s=1000)
    two = world.feed("w2", session_timeout_s=1000)
    block_one, _ = await holding(one, partitions=ALL)
    joining = asyncio.create_task(holding(two, partitions=ALL // 2))
    await block_one.__aexit__(None, None, None)
    block_two, half = await joining
    await one.close()
    async with asyncio.timeout(PATIENCE_S):
        await half.lost()
    await block_two.__aexit__(None, None, None)
    block_two, _ = await holding(two, partitions=ALL)
    await block_two.__aexit__(None, None, None)


async def test_a_worker_that_starts_over_keeps_its_partitions(world: FeedWorld) -> None:
    """After an error the same generation begins again at its own marks; nobody else is disturbed."""
    await world.fill(10, topic=LANE)
    feed = world.feed(topics=(LANE,))

    async def fail_halfway() -> int:
        async with feed.assigned(asyncio.Event()) as assignment:
            assert assignment is not None
            await collect(assignment, 6)
            await assignment.commit({ONE: Mark(position=2, beyond=(4,))})
            generation: int = assignment.generation  # type: ignore[attr-defined]  # of the adapter, not of the port
            raise UnavailableError(str(generation))

    with pytest.raises(UnavailableError) as raised:
        await fail_halfway()
    async with feed.assigned(asyncio.Event()) as assignment:
        assert assignment is not None
        assert str(assignment.generation) == raised.value.message  # type: ignore[attr-defined]  # as above
        assert assignment.marks == {ONE: Mark(position=2, beyond=(4,))}
        assert positions(await collect(assignment, 7)) == {ONE: [3, 5, 6, 7, 8, 9, 10]}


async def test_a_paused_partition_waits_and_the_others_go_on(world: FeedWorld) -> None:
    """Also what was read ahead before the pause."""
    await world.fill(40)
    async with world.feed().assigned(asyncio.Event()) as assignment:
        assert assignment is not None
        found = await collect(assignment, 1)
        paused = found[0].topic_partition
        assignment.pause([paused])
        assignment.pause([paused])
        await world.fill(40)
        others = 80 - assignment.ends[paused] * 2
        rest = await collect(assignment, others)
        assert paused not in positions(rest)
        assert await assignment.poll(max_records=10, max_bytes=1000) == ()
        assignment.resume([paused])
        found += await collect(assignment, 79 - others)
        assert positions(found).keys() == {paused}


async def test_a_poll_is_bounded_by_count_and_by_bytes(world: FeedWorld) -> None:
    """One record is returned whatever its size."""
    await world.sender.publish([message(b"x" * 10_000) for _ in range(4)])
    async with world.feed(topics=(LANE,)).assigned(asyncio.Event()) as assignment:
        assert assignment is not None
        await collect(assignment, 1)
        assert len(await assignment.poll(max_records=10, max_bytes=1)) == 1
        assert len(await assignment.poll(max_records=1, max_bytes=100_000)) == 1


async def test_a_cancelled_poll_loses_nothing(world: FeedWorld) -> None:
    """Whatever had been read ahead comes with the next one."""
    async with world.feed(topics=(LANE,)).assigned(asyncio.Event()) as assignment:
        assert assignment is not None
        polling = asyncio.create_task(assignment.poll(max_records=10, max_bytes=1000))
        await asyncio.sleep(0)
        polling.cancel()
        await world.fill(5, topic=LANE)
        assert values(await collect(assignment, 5)) == list(range(5))


async def test_stopping_while_waiting_gives_no_assignment(world: FeedWorld) -> None:
    """More workers than partitions: the second one of a topic with one partition waits."""
    block, _ = await holding(world.feed(topics=(LANE,)), partitions=1)
    stop = asyncio.Event()
    waiting = world.feed("w2", topics=(LANE,)).assigned(stop)
    entering = asyncio.create_task(waiting.__aenter__())
    await asyncio.sleep(0)
    stop.set()
    assert await entering is None
    await waiting.__aexit__(None, None, None)
    await block.__aexit__(None, None, None)


async def test_a_missing_topic_and_a_missing_broker_are_told(world: FeedWorld) -> None:
    """With what to do about it."""
    missing = world.feed(topics=("grym.cancels.v1",), request_timeout_s=0.3)
    with pytest.raises(UnavailableError) as raised:
        await missing.assigned(asyncio.Event()).__aenter__()
    assert (raised.value.code, "topics create" in raised.value.hint) == ("kafka.topic_missing", True)
    away = world.feed("w3", bootstrap="127.0.0.1:9")
    with pytest.raises(UnavailableError) as raised:
        await away.assigned(asyncio.Event()).__aenter__()
    assert raised.value.code == "kafka.unreachable"


async def test_what_comes_while_a_worker_starts_over_is_not_lost(world: FeedWorld) -> None:
    """A fetch that began for the assignment before brings records of the present one: they are read again."""
    feed = world.feed(topics=(LANE,))
    found: list[int] = []
    for n in range(8):
        async with feed.assigned(asyncio.Event()) as assignment:
            assert assignment is not None
            [sent, read] = await asyncio.gather(
                world.sender.send([message(b"%d" % n)]),
                collect(assignment, 1),
            )
            found += values(read)
            await assignment.commit({ONE: Mark(position=sent[0].position)})
    assert found == list(range(8))


async def marked(world: FeedWorld, *, end: int) -> None:
    """Wait until the broker has written its mark of an undone transaction, which it does after having said so."""
    reader = AIOKafkaConsumer(bootstrap_servers=world.settings.bootstrap, isolation_level="read_committed")
    await reader.start()
    lane = KafkaPartition(world.settings.physical(LANE), 0)
    async with asyncio.timeout(PATIENCE_S):
        while (await reader.end_offsets([lane]))[lane] < end:
            pass
    await reader.stop()


async def test_marks_of_transactions_are_passed_over(world: FeedWorld) -> None:
    """What was undone is never seen; up to where nothing is left is told once what came before was polled."""
    producer = AIOKafkaProducer(bootstrap_servers=world.settings.bootstrap, transactional_id=world.settings.prefix)
    await producer.start()
    topic = world.settings.physical(LANE)
    async with producer.transaction():
        await producer.send_and_wait(topic, b"1", partition=0)
    await producer.begin_transaction()
    await producer.send_and_wait(topic, b"2", partition=0)
    await producer.abort_transaction()
    await producer.stop()
    await marked(world, end=4)
    async with world.feed(topics=(LANE,)).assigned(asyncio.Event()) as assignment:
        assert assignment is not None
        assert assignment.ends == {ONE: 4}
        assert assignment.passed() == {}
        assert values(await collect(assignment, 1)) == [1]
        passed: dict[TopicPartition, int] = {}
        async with asyncio.timeout(PATIENCE_S):
            while passed.get(ONE, 0) < 4:
                assert await assignment.poll(max_records=10, max_bytes=1000) == ()
                passed |= assignment.passed()
        assert assignment.passed() == {}


async def test_a_header_that_is_no_text_stops_nothing(world: FeedWorld) -> None:
    """The client raises on it and forgets what came before; here everything comes, in order, with its bytes."""
    await world.fill(3, topic=LANE)
    await send_hostile(world, b"\xff\xfe", value=b"3")
    await world.sender.publish([message(b"4")])
    await send_hostile(world, b"ok", value=b"5")
    async with world.feed(topics=(LANE,)).assigned(asyncio.Event()) as assignment:
        assert assignment is not None
        read = await collect(assignment, 6)
        await world.sender.publish([message(b"6")])
        read += await collect(assignment, 1)
    assert [int(record.value or b"") for record in read] == list(range(7))
    assert [record.position for record in read] == list(range(1, 8))
    assert read[3].headers == (("\\xff\\xfe", b"\x00\x01"), ("plain", b""))
    assert (read[3].key, read[5].headers[0][0]) == (b"k", "ok")
    log = KafkaLog(world.settings)
    assert await log.read(ONE, after=0, limit=100) == read
    assert await log.read(ONE, after=1, limit=3) == read[1:4]
    assert await log.read(ONE, after=3, limit=1) == read[3:4]
    await log.close()


async def send_hostile(world: FeedWorld, name: bytes, *, value: bytes) -> None:
    """Send a record as a client may that does not care what a header's name is."""
    placeholder = "#" * len(name)
    producer = AIOKafkaProducer(bootstrap_servers=world.settings.bootstrap, acks="all")
    await producer.start()
    batch = producer.create_batch()
    batch.append(timestamp=None, key=b"k", value=value, headers=[(placeholder, b"\x00\x01"), ("plain", None)])
    built = bytearray(batch._build())
    at = built.index(placeholder.encode())
    built[at : at + len(name)] = name
    built[17:21] = calc_crc32c(bytes(built[21:])).to_bytes(4, "big")
    batch._buffer = bytes(built)
    await (await producer.send_batch(batch, world.settings.physical(LANE), partition=0))
    await producer.stop()
