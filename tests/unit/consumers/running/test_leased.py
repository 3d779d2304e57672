"""The feed of the embedded runtime: every partition in turn, and no more at once than there is room for."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace

import msgspec

from consumers.running.leased import FIRST_BATCH, LeasedAssignment, LeasedFeed
from consumers.settings import RunnerSettings
from grym.ports.log import EventLog
from schemas.catalogue import KIB
from schemas.records import Message, Record, TopicPartition
from tests.contract.fakes import run_virtual
from tests.contract.probe import World, open_world, wish

CANCELS, REQUESTS = "grym.cancels.v1", "grym.requests.v1"


class WatchedLog:
    """A log that remembers how much it was asked for and how much it gave at once."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.most_bytes = 0

    async def read(self, source: TopicPartition, *, after: int, limit: int) -> list[Record]:
        """Return records."""
        found = await self._log.read(source, after=after, limit=limit)
        self.most_bytes = max(self.most_bytes, sum(len(record.value or b"") for record in found))
        return found

    async def ends(self, topics: Iterable[str]) -> dict[TopicPartition, int]:
        """Return the ends."""
        return await self._log.ends(topics)

    async def wait(self, *, timeout_s: float) -> None:
        """Wait."""
        await self._log.wait(timeout_s=timeout_s)


def requests(count: int, *, size_bytes: int = 100) -> list[Message]:
    """Return requests of one key, each of a size."""
    return [msgspec.structs.replace(wish(f"e{n}"), value=b" " * size_bytes) for n in range(count)]


async def polled(world: World, *, polls: int, max_records: int, max_bytes: int) -> list[list[Record]]:
    """Return what some polls of one assignment give."""
    feed = LeasedFeed("coordinator", (CANCELS, REQUESTS), world.ports(), RunnerSettings())
    async with feed.assigned(asyncio.Event()) as assignment:
        assert isinstance(assignment, LeasedAssignment)
        return [list(await assignment.poll(max_records=max_records, max_bytes=max_bytes)) for _ in range(polls)]


def test_a_partition_that_is_far_behind_keeps_no_other_waiting() -> None:
    """Two partitions with more than a poll can take: each is read within two polls."""

    async def work() -> None:
        world = open_world()
        await world.publish(*requests(100))
        await world.publish(*(msgspec.structs.replace(one, topic=CANCELS) for one in requests(100)))
        polls = await polled(world, polls=4, max_records=10, max_bytes=2**20)
        assert {record.topic for records in polls[:2] for record in records} == {CANCELS, REQUESTS}
        assert sum(record.topic == REQUESTS for records in polls for record in records) == 20

    run_virtual(work())


def test_records_of_the_largest_kind_are_not_read_by_the_hundreds() -> None:
    """What a poll holds is bounded by bytes, as far as the records before tell; everything is read all the same."""

    async def work() -> None:
        world = open_world()
        log = WatchedLog(world.backend.log)
        world.backend = replace(world.backend, log=log)
        await world.publish(*requests(200, size_bytes=200 * KIB))
        polls = await polled(world, polls=40, max_records=500, max_bytes=2**21)
        assert sum(map(len, polls)) == 200
        assert log.most_bytes <= FIRST_BATCH * 200 * KIB

    run_virtual(work())


def test_small_records_are_soon_read_by_the_hundreds() -> None:
    """After a first look the number of records is what bounds a poll."""

    async def work() -> None:
        world = open_world()
        await world.publish(*requests(400))
        polls = await polled(world, polls=2, max_records=300, max_bytes=2**25)
        assert list(map(len, polls)) == [FIRST_BATCH, 300]

    run_virtual(work())
