"""The moving parts of one tenure: reading, retrying and committing marks, each a loop of its own.

Reading stops while a dependency is away, memory is short or enough is in hand, and leaves a partition alone that has
run far ahead of its slowest record. Retrying wakes for the next due head of the parking lot. Marks are committed a
moment after something was done, apart from the events themselves.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from consumers.ports import RunnerPorts
from consumers.running.budget import Budget
from consumers.running.tenure import Tenure, Ticket
from consumers.settings import RunnerSettings
from grym.ports.feed import Assignment, Mark
from schemas.records import Record, TopicPartition

MAX_HEADS = 64
"""Due heads fetched beyond those in hand."""
SOON_S = 0.01
"""Shortest wait for a head that came due between two looks."""
LOOK_S = 30.0
"""Longest wait between two looks: a key that a producer spreads over partitions may wait for another worker's record,
and nobody tells when that is done."""


class Worker(Protocol):
    """Who takes records out of hand."""

    @property
    def oldest(self) -> datetime | None:
        """When the oldest record in hand was appended to the log; None with nothing in hand."""
        ...

    def take(self, records: Sequence[Record]) -> None:
        """Work on records that were just taken in hand."""
        ...

    def put(self, ticket: Ticket) -> None:
        """Work on the head of a parked key."""
        ...

    async def commit(self, marks: Mapping[TopicPartition, Mark]) -> None:
        """Store how far partitions are done."""
        ...

    async def drop(self) -> None:
        """Let go of everything in hand."""
        ...


class Flow:
    """Moves records from the log and the parking lot to a worker."""

    def __init__(
        self,
        name: str,
        ports: RunnerPorts,
        settings: RunnerSettings,
        *,
        assignment: Assignment,
        tenure: Tenure,
        budget: Budget,
        worker: Worker,
    ) -> None:
        self._name = name
        self._loop = f"{name}.poll"
        self._ports = ports
        self._settings = settings
        self._assignment = assignment
        self._tenure = tenure
        self._budget = budget
        self._worker = worker
        self._paused: set[TopicPartition] = set()

    async def read(self) -> None:
        """Take records in hand as they are appended, until cancelled."""
        try:
            await self._read()
        finally:
            self._ports.telemetry.quiet(self._loop)

    async def _read(self) -> None:
        while True:
            self._ports.telemetry.quiet(self._loop)  # what waits on purpose is not stuck
            await self._pass_gates()
            self._pause_and_resume()
            self._ports.telemetry.beat(self._loop)
            records = await self._assignment.poll(
                max_records=min(self._settings.batch, max(1, self._budget.room)),
                max_bytes=max(1, self._budget.room_bytes),
            )
            if records:
                self._ports.telemetry.count("events_read", len(records), of=self._name)
                self._worker.take([record for record in records if self._tenure.take(record)])
            for source, position in self._assignment.passed().items():
                self._tenure.pass_over(source, position)

    async def retry(self) -> None:
        """Take parked heads in hand as they come due, until cancelled."""
        parking, sources = self._ports.backend.parking, self._tenure.sources
        while True:
            await self._ports.breakers.wait_until_clear(self._name)
            self._tenure.forget_let_go()
            limit = self._tenure.retrying + MAX_HEADS
            for parked in await parking.due_heads(self._name, limit=limit, sources=sources):
                if self._tenure.take_parked(parked):
                    self._worker.put(Ticket(record=parked.record, parked=parked))
            due_in_s = await parking.next_due_in_s(self._name, sources=sources)
            await self._tenure.parking_changed.wait(self._ports.clock, timeout_s=self._patience_s(due_in_s))

    async def commit(self) -> None:
        """Commit marks soon after something was done, until cancelled."""
        while True:
            await self._tenure.advanced.wait(self._ports.clock, timeout_s=None)
            await self._ports.clock.sleep(self._settings.commit_s)
            await self.flush()

    async def flush(self) -> None:
        """Commit how far everything is done."""
        marks = self._tenure.to_commit()
        if marks:
            await self._worker.commit(marks)
            self._tenure.committed(marks)
            self._ports.telemetry.count("offset_commits", of=self._name)

    async def _pass_gates(self) -> None:
        if dependency := self._ports.breakers.blocking(self._name):
            self._ports.telemetry.log("runner.paused", processor=self._name, reason=dependency)
            await self._ports.breakers.wait_until_clear(self._name)
            self._ports.telemetry.log("runner.resumed", processor=self._name)
        await self._ports.admission.admit()
        await self._budget.wait_for_room()

    def _pause_and_resume(self) -> None:
        """Leave partitions alone that hold too much of the budget or run too far ahead of their slowest record."""
        if not self._budget.count and not self._paused:  # with nothing in hand nothing runs ahead
            return
        full = self._tenure.crowded(max_unfinished=self._settings.backlog // 2, max_span=self._settings.max_span)
        roomy = self._paused - self._tenure.crowded(
            max_unfinished=self._settings.backlog // 4, max_span=self._settings.max_span // 2
        )
        if fresh := full - self._paused:
            self._assignment.pause(fresh)
        if roomy:
            self._assignment.resume(roomy)
        self._paused = (self._paused | full) - roomy
        if fresh or roomy:
            self._ports.telemetry.gauge("paused_partitions", len(self._paused), of=self._name)

    def _patience_s(self, due_in_s: float | None) -> float:
        """Return how long to leave the parking lot alone; a head in hand is due all the time, and its end rings."""
        if due_in_s is None:
            return LOOK_S
        return min(LOOK_S, max(due_in_s, self._settings.poll_s if self._tenure.retrying else SOON_S))
