"""A partition that holds half of what may be in hand is left alone until most of that is done."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import cast

import pytest

from consumers.running.budget import Budget
from consumers.running.flow import Flow
from consumers.running.tenure import Tenure, Ticket
from consumers.settings import RunnerSettings
from grym.ports.feed import Assignment, Mark
from grym.ports.work import Lease
from schemas.records import Record, TopicPartition
from tests.contract.fakes import EPOCH, run_virtual
from tests.contract.probe import open_world

SOURCE = TopicPartition("grym.requests.v1", 0)
BACKLOG = 8


class Chunks:
    """An assignment that hands out what it was told, and notes what it is asked to leave alone."""

    lease: Lease | None = None
    marks: Mapping[TopicPartition, Mark] = {SOURCE: Mark()}
    ends: Mapping[TopicPartition, int] = {SOURCE: 0}

    def __init__(self) -> None:
        self.next: list[Record] = []
        self.paused: list[tuple[str, TopicPartition]] = []

    async def poll(self, *, max_records: int, max_bytes: int) -> Sequence[Record]:
        """Hand over, or wait a second."""
        del max_records, max_bytes
        found, self.next = self.next, []
        if not found:
            await asyncio.sleep(1)
        return found

    def passed(self) -> Mapping[TopicPartition, int]:
        """Pass nothing."""
        return {}

    def pause(self, sources: Collection[TopicPartition]) -> None:
        """Note it."""
        self.paused += [("pause", source) for source in sources]

    def resume(self, sources: Collection[TopicPartition]) -> None:
        """Note it."""
        self.paused += [("resume", source) for source in sources]


class Holder:
    """A worker that keeps what it gets until it is told to finish."""

    oldest: datetime | None = None

    def __init__(self, tenure: Tenure, budget: Budget) -> None:
        self._tenure = tenure
        self._budget = budget
        self.held: list[Record] = []

    def take(self, records: Sequence[Record]) -> None:
        """Keep them."""
        self._budget.take(len(records), 0)
        self.held += records

    def put(self, ticket: Ticket) -> None:
        """Never happens here."""
        raise AssertionError(ticket)

    async def commit(self, marks: Mapping[TopicPartition, Mark]) -> None:
        """Need nothing."""

    async def drop(self) -> None:
        """Need nothing."""

    def finish(self, count: int) -> None:
        """Finish the oldest."""
        done, self.held = self.held[:count], self.held[count:]
        self._tenure.done_all(done)
        self._budget.give_back(len(done), 0)


def records(first: int, count: int) -> list[Record]:
    """Return records of one partition."""
    return [
        Record(
            topic=SOURCE.topic,
            partition=SOURCE.partition,
            position=position,
            key=b"k",
            headers=(),
            value=b"",
            appended_at=EPOCH,
        )
        for position in range(first, first + count)
    ]


@pytest.mark.parametrize(("count", "is_paused"), [(BACKLOG // 2, False), (BACKLOG // 2 + 1, True)])
def test_more_than_half_of_the_backlog_pauses_a_partition(count: int, is_paused: bool) -> None:
    """Exactly half is let be; one more is too much, and a quarter left is little enough to go on."""

    async def work() -> None:
        chunks, budget = Chunks(), Budget(max_count=BACKLOG, max_bytes=10**6)
        assignment = cast("Assignment", chunks)
        tenure = Tenure("p", assignment)
        holder = Holder(tenure, budget)
        flow = Flow(
            "p",
            open_world().ports(),
            RunnerSettings(backlog=BACKLOG),
            assignment=assignment,
            tenure=tenure,
            budget=budget,
            worker=holder,
        )
        chunks.next = records(1, count)
        reading = asyncio.create_task(flow.read())
        await asyncio.sleep(3)
        assert chunks.paused == ([("pause", SOURCE)] if is_paused else [])
        holder.finish(count - BACKLOG // 4)
        await asyncio.sleep(3)
        assert chunks.paused == ([("pause", SOURCE), ("resume", SOURCE)] if is_paused else [])
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)

    run_virtual(work())
