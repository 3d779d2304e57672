"""Carrying records through a pure hop: whole chunks at once as long as nothing is slow or fails.

What a chunk gives is sent together, and its records are done when the log has confirmed all of it. A record whose key
has something in hand, waits in the parking lot or fails goes through the lanes instead, one by one and in order.
"""

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime

from consumers.failures.failing import Failing, Remedy
from consumers.ports import RunnerPorts
from consumers.running.budget import Budget
from consumers.running.lanes import Lanes
from consumers.running.outlets import Found, Outlet
from consumers.running.tenure import Tenure, Ticket, lane_of, size_of
from consumers.settings import RunnerSettings
from consumers.waits import cancel_all
from grym.errors import PermanentError, TransientError
from grym.ports.feed import Mark
from schemas.records import Message, Record, TopicPartition
from streams.hop import Hop


class Caution:
    """After a chunk was refused: how many records are still to be sent one by one, so that the bad one is found."""

    def __init__(self) -> None:
        self.left = 0


class HopWorker:
    """Works for a pure hop during one tenure.

    Parameters
    ----------
    caution
        Outlives the tenure.
    """

    def __init__(
        self,
        hop: Hop,
        ports: RunnerPorts,
        settings: RunnerSettings,
        *,
        tenure: Tenure,
        group: asyncio.TaskGroup,
        budget: Budget,
        outlet: Outlet,
        caution: Caution,
    ) -> None:
        self._hop = hop
        self._ports = ports
        self._settings = settings
        self._tenure = tenure
        self._group = group
        self._budget = budget
        self._outlet = outlet
        self._caution = caution
        self._failing = Failing(hop.name, ports, settings, tenure)
        self._sending: dict[asyncio.Task[None], Record] = {}
        self.lanes: Lanes[Ticket] = Lanes(
            group, self._deliver, concurrency=settings.concurrency, max_run=1, budget=budget
        )

    def take(self, records: Sequence[Record]) -> None:
        """Work on records that were just taken in hand."""
        clear: list[tuple[Record, Sequence[Message]]] = []
        aside: list[Record] = []
        keys_aside: set[Hashable] = set()
        for record in records:
            lane = lane_of(record)
            found = None if lane in keys_aside or self._needs_lane(record, lane) else self._messages(record)
            if found is None:
                aside.append(record)
                keys_aside.add(lane)
                continue
            clear.append((record, found))
        # What is clear begins to be sent before the lanes begin, so that it stays before what follows it in its key.
        if clear:
            self._start_sending(clear)
        for record in aside:
            self.lanes.put(lane_of(record), Ticket(record=record), size_bytes=size_of(record))

    def put(self, ticket: Ticket) -> None:
        """Work on the head of a parked key."""
        self.lanes.put(lane_of(ticket.record), ticket, size_bytes=size_of(ticket.record))

    @property
    def oldest(self) -> datetime | None:
        """When the oldest record in hand was appended to the log."""
        heads = [*self._sending.values(), *(ticket.record for ticket in self.lanes.heads())]
        return min((record.appended_at for record in heads), default=None)

    async def commit(self, marks: Mapping[TopicPartition, Mark]) -> None:
        """Store how far partitions are done."""
        await self._outlet.commit(marks)

    async def drop(self) -> None:
        """Let go of everything in hand."""
        self.lanes.drop()
        await cancel_all(*self._sending)
        await self._outlet.drop()

    def _needs_lane(self, record: Record, lane: Hashable) -> bool:
        if self._hop.blocking or self.lanes.busy(lane):
            return True
        if self._caution.left:
            self._caution.left -= 1
            return True
        return self._tenure.waits(record) or self._tenure.was_given_up(record)

    def _start_sending(self, found: list[tuple[Record, Sequence[Message]]]) -> None:
        size_bytes = sum(size_of(record) for record, _ in found)
        self._budget.take(len(found), size_bytes)
        task = self._group.create_task(self._send(found, size_bytes))
        self._sending[task] = found[0][0]
        task.add_done_callback(self._sending.pop)

    def _messages(self, record: Record) -> Sequence[Message] | None:
        """Return what follows from a record, None where its failure must be looked at in its lane."""
        try:
            return self._hop.messages(record)
        except Exception:  # noqa: BLE001 - the lane tries once more and deals with it
            return None

    async def _send(self, found: list[tuple[Record, Sequence[Message]]], size_bytes: int) -> None:
        try:
            await self._outlet.send(found)
        except PermanentError as error:
            self._caution.left = self._settings.backlog
            raise TransientError("a chunk was refused; its records are sent one by one", code="hop.refused") from error
        self._budget.give_back(len(found), size_bytes)
        self._count(found)

    def _count(self, found: Found) -> None:
        telemetry, name = self._ports.telemetry, self._hop.name
        age = self._ports.clock.now() - found[0][0].appended_at
        telemetry.observe("event_age_seconds", age.total_seconds(), of=name)
        telemetry.count("events_done", len(found), of=name)
        telemetry.count("messages_sent", sum(len(messages) for _, messages in found), of=name)

    async def _deliver(self, run: list[Ticket]) -> None:
        for ticket in run:
            await self._deliver_one(ticket)

    async def _deliver_one(self, ticket: Ticket) -> None:
        record = ticket.record
        if ticket.parked is None and self._tenure.was_given_up(record):
            self._tenure.done(record)
        elif ticket.parked is None and self._tenure.waits(record):
            await self._failing.queue(ticket)
        else:
            await self._try(ticket)
            await self._failing.look_behind(ticket)

    async def _try(self, ticket: Ticket) -> None:
        attempts, excused = ticket.attempt, 0
        while (error := await self._attempt(ticket)) is not None:
            await self._confirmed()
            failed_at = self._ports.clock.now()
            match await self._failing.deal(ticket, error, attempts=attempts, excused=excused):
                case Remedy.HOLD:
                    attempts += 1
                    ticket = ticket.held(failed_at)
                case Remedy.EXCUSE:
                    excused += 1
                case Remedy.PARK | Remedy.LETTER:
                    return

    async def _confirmed(self) -> None:
        """Wait for what is being sent: were this record parked first and that lost, it would queue behind this one."""
        if self._sending:
            await asyncio.wait(tuple(self._sending))

    async def _attempt(self, ticket: Ticket) -> Exception | None:
        """Return what the record failed with; a log that is away is raised."""
        try:
            messages = await self._work(ticket.record)
        except Exception as error:  # noqa: BLE001 - the event's fault; `Failing` decides
            return error
        try:
            await self._outlet.send([(ticket.record, messages)])
        except PermanentError as error:  # what follows from it cannot be stored
            return error
        await self._failing.unpark(ticket)
        self._count([(ticket.record, messages)])
        return None

    async def _work(self, record: Record) -> Sequence[Message]:
        if self._hop.blocking:
            return await asyncio.to_thread(self._hop.messages, record)
        return self._hop.messages(record)
