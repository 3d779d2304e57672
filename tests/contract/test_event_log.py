"""The log: positions, order, visibility, history, waking; the same in memory and in PostgreSQL."""

import asyncio
import time

import pytest

from grym.errors import ContractError
from grym.ports.effects import EnqueueJob
from schemas.catalogue import BY_NAME
from schemas.records import TopicPartition
from tests.contract.backends import LANE, TOPIC, Kit, lane, message, values


async def test_positions_count_from_one_without_gaps(kit: Kit) -> None:
    """A batch and a single append continue one count."""
    await kit.backend.publisher.publish([message(b"1"), message(b"2")])
    await kit.backend.publisher.publish([message(b"3")])
    assert [record.position for record in await lane(kit.backend)] == [1, 2, 3]
    assert await values(kit.backend) == [b"1", b"2", b"3"]


async def test_everything_comes_back_as_it_was(kit: Kit) -> None:
    """Key, value and headers are any bytes, and header names may repeat."""
    headers = (("a", b"\x00\xff"), ("a", b""), ("ü\x00", b"1"))
    await kit.backend.publisher.publish([message(b"\x00\xfe", key=b"\x00k", headers=headers)])
    [record] = await lane(kit.backend)
    assert (record.key, record.headers, record.value) == (b"\x00k", headers, b"\x00\xfe")


@pytest.mark.parametrize("value", [None, b""])
async def test_nothing_and_empty_differ(kit: Kit, value: bytes | None) -> None:
    """A tombstone is no empty value."""
    await kit.backend.publisher.publish([message(value)])
    assert await values(kit.backend) == [value]


async def test_reading_starts_after_a_position_and_stops_at_the_limit(kit: Kit) -> None:
    """`after` is excluded."""
    await kit.backend.publisher.publish([message(str(n).encode()) for n in range(5)])
    read = await kit.backend.log.read(TopicPartition(LANE, 0), after=2, limit=2)
    assert [record.position for record in read] == [3, 4]
    assert await kit.backend.log.read(TopicPartition(LANE, 0), after=5, limit=2) == []


async def test_records_of_a_key_share_a_partition(kit: Kit) -> None:
    """Kafka's partitioner puts the key "foobar" (murmur2 -790332482) on partition 6 of 8."""
    await kit.backend.publisher.publish([message(topic=TOPIC, key=b"foobar") for _ in range(3)])
    ends = await kit.backend.log.ends([TOPIC])
    assert ends == {TopicPartition(TOPIC, n): 3 if n == 6 else 0 for n in range(BY_NAME[TOPIC].partitions)}


async def test_append_times_never_go_back(kit: Kit) -> None:
    """The log's clock follows the positions."""
    for n in range(5):
        await kit.backend.publisher.publish([message(str(n).encode())])
    times = [record.appended_at for record in await lane(kit.backend)]
    assert times == sorted(times)
    assert all(instant.tzinfo is not None for instant in times)


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (message(topic="grym.nonsense.v1"), "publish.unknown_topic"),
        (message(b"x" * (BY_NAME[LANE].max_bytes + 1)), "publish.too_large"),
        (message(key=b"k" * 70_000), "publish.too_large"),
        (message(headers=(("\ud800", b""),)), "publish.broken_header"),
    ],
)
async def test_what_breaks_the_catalogue_is_refused(kit: Kit, bad: object, code: str) -> None:
    """Nothing of the batch is stored."""
    with pytest.raises(ContractError) as raised:
        await kit.backend.publisher.publish([message(b"good"), bad])  # type: ignore[list-item]  # typed in the table
    assert raised.value.code == code
    assert await values(kit.backend) == []


async def test_the_largest_record_is_accepted(kit: Kit) -> None:
    """Limits are inclusive, and a long key needs no long index entry."""
    topic = BY_NAME[LANE]
    await kit.backend.publisher.publish([message(b"x" * topic.max_bytes, key=b"k" * topic.max_header_bytes)])
    assert len(await lane(kit.backend)) == 1


async def test_a_transaction_that_commits_late_gets_the_later_positions(kit: Kit) -> None:
    """Promise 12: whoever has read position p never misses one below it."""
    async with kit.backend.work.begin() as early:
        await early.append([message(b"begun first")])
        async with kit.backend.work.begin() as late:
            await late.append([message(b"begun second")])
        seen = await lane(kit.backend)
        assert [(record.position, record.value) for record in seen] == [(1, b"begun second")]
    rest = await kit.backend.log.read(TopicPartition(LANE, 0), after=seen[-1].position, limit=10)
    assert [(record.position, record.value) for record in rest] == [(2, b"begun first")]


async def test_an_undone_transaction_takes_no_position(kit: Kit) -> None:
    """Positions have no gaps."""

    async def fail() -> None:
        async with kit.backend.work.begin() as work:
            await work.append([message(b"never")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    await kit.backend.publisher.publish([message(b"first")])
    assert [record.position for record in await lane(kit.backend)] == [1]


async def test_a_reader_beside_many_writers_misses_nothing(kit: Kit) -> None:
    """Forty transactions at once over two topics; one reader follows by position."""
    followed: list[int] = []

    async def write(n: int) -> None:
        async with kit.backend.work.begin() as work:
            mine = [message(f"{n}.{i}".encode(), topic=topic) for topic in (TOPIC, LANE) for i in range(3)]
            await work.append(mine if n % 2 else mine[::-1])

    async def follow() -> None:
        while len(followed) < 120:
            after = followed[-1] if followed else 0
            records = await kit.backend.log.read(TopicPartition(LANE, 0), after=after, limit=7)
            followed.extend(record.position for record in records)
            await asyncio.sleep(0)

    async with asyncio.timeout(20):
        await asyncio.gather(follow(), *(write(n) for n in range(40)))
    assert followed == list(range(1, 121))


async def test_history_follows_the_correlation_id_over_topics(kit: Kit) -> None:
    """In the order of appending; without the header the subject, the key or the id stands in."""
    correlated = (("ce_correlationid", b"r1"),)
    await kit.backend.publisher.publish([message(b"1", headers=correlated), message(b"x", key=b"other")])
    await kit.backend.publisher.publish([message(b"2", topic=TOPIC, headers=(("ce_subject", b"r1"),))])
    await kit.backend.publisher.publish([message(b"3", key=b"r1")])
    found = await kit.backend.history.of_request("r1")
    assert [record.value for record in found] == [b"1", b"2", b"3"]
    assert await kit.backend.history.of_request("nobody") == []


async def test_an_append_between_reading_and_waiting_is_not_slept_through(kit: Kit) -> None:
    """The wait that follows returns at once, whoever appended."""
    other = await kit.again()
    await kit.backend.log.ends([LANE])
    await kit.backend.log.wait(timeout_s=0)
    await kit.backend.log.ends([LANE])
    await other.publisher.publish([message()])
    begun = time.monotonic()
    await kit.backend.log.wait(timeout_s=30)
    assert time.monotonic() - begun < 5


async def test_a_waiting_reader_is_woken_by_another_process(kit: Kit) -> None:
    """Long before its time is over."""
    other = await kit.again()
    await kit.backend.log.ends([LANE])
    await kit.backend.log.wait(timeout_s=0)
    waiting = asyncio.create_task(kit.backend.log.wait(timeout_s=30))
    await asyncio.sleep(0)
    await other.publisher.publish([message()])
    async with asyncio.timeout(5):
        await waiting


async def test_two_readers_of_one_process_are_both_woken(kit: Kit) -> None:
    """What one of them has been told is still news for the other."""
    began = asyncio.Barrier(3)

    async def follow() -> int:
        await kit.backend.log.ends([LANE])
        await kit.backend.log.wait(timeout_s=0)
        await kit.backend.log.ends([LANE])
        await began.wait()
        await began.wait()
        async with asyncio.timeout(5):
            await kit.backend.log.wait(timeout_s=30)
        return len(await lane(kit.backend))

    readers = [asyncio.create_task(follow()), asyncio.create_task(follow())]
    await began.wait()
    await kit.backend.publisher.publish([message()])
    await began.wait()
    assert await asyncio.gather(*readers) == [1, 1]


async def test_an_accepted_job_wakes_as_an_append_does(kit: Kit) -> None:
    """Whoever waits for work hears of it."""
    await kit.backend.log.ends([LANE])
    await kit.backend.log.wait(timeout_s=0)
    async with kit.backend.work.begin() as work:
        await work.apply(EnqueueJob(job_id="j", kind="g", request_id="r", run_no=1, tenant="t", message=message()))
    begun = time.monotonic()
    await kit.backend.log.wait(timeout_s=30)
    assert time.monotonic() - begun < 5
