"""Working for a processor with a state: records go through lanes by key and are committed in units of many."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from consumers.ports import RunnerPorts
from consumers.running.budget import Budget
from consumers.running.delivery import Delivery
from consumers.running.intake import Concern
from consumers.running.lanes import Lanes
from consumers.running.tenure import Tenure, Ticket, lane_of, size_of
from consumers.running.units import Desk
from consumers.settings import RunnerSettings
from grym.ports.feed import Assignment, Mark
from schemas.records import Record, TopicPartition
from streams.processor import AnyProcessor


class EventWorker:
    """Works for a processor during one tenure."""

    def __init__(
        self,
        processor: AnyProcessor,
        ports: RunnerPorts,
        settings: RunnerSettings,
        *,
        assignment: Assignment,
        tenure: Tenure,
        group: asyncio.TaskGroup,
        budget: Budget,
    ) -> None:
        self._name = processor.name
        self._ports = ports
        self._assignment = assignment
        self._tenure = tenure
        self._concern = Concern(processor)
        self._desk = Desk(group, ports, settings, tenure)
        delivery = Delivery(processor, ports, settings, tenure, self._desk)
        self.lanes: Lanes[Ticket] = Lanes(
            group, delivery.deliver, concurrency=settings.concurrency, max_run=settings.max_run, budget=budget
        )

    def take(self, records: Sequence[Record]) -> None:
        """Work on records that were just taken in hand; skip those that do not concern the processor."""
        skipped = 0
        for record in records:
            if self._concern.covers(record):
                self.lanes.put(lane_of(record), Ticket(record=record), size_bytes=size_of(record))
            else:
                self._tenure.done(record)
                skipped += 1
        if skipped:
            self._ports.telemetry.count("events_skipped", skipped, of=self._name)

    def put(self, ticket: Ticket) -> None:
        """Work on the head of a parked key."""
        self.lanes.put(lane_of(ticket.record), ticket, size_bytes=size_of(ticket.record))

    @property
    def oldest(self) -> datetime | None:
        """When the oldest record in hand was appended to the log."""
        return min((ticket.record.appended_at for ticket in self.lanes.heads()), default=None)

    async def commit(self, marks: Mapping[TopicPartition, Mark]) -> None:
        """Store how far partitions are done."""
        await self._assignment.commit(marks)

    async def drop(self) -> None:
        """Let go of everything in hand; what was about to be committed is undone or found in the inbox."""
        self.lanes.drop()
        await self._desk.drop()
