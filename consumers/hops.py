"""Carrying records through a pure hop: whole chunks at once as long as nothing is slow or fails.

What a chunk gives is sent together, and its records are done when the log has confirmed all of it. A record whose key
has something in hand, waits in the parking lot or fails goes through the lanes instead, one by one and in order.
"""

import asyncio
from collections.abc import Hashable, Sequence
from datetime import datetime

from consumers.budget import Budget
from consumers.failing import Failing, Remedy
from consumers.lanes import Lanes
from consumers.ports import RunnerPorts
from consumers.settings import RunnerSettings
from consumers.tenure import Tenure, Ticket, lane_of, size_of
from consumers.waits import cancel_all
from grym.errors import InvariantError
from grym.ports.log import Sender
from schemas.records import Message, Record
from streams.hop import Hop


class HopWorker:
    """Works for a pure hop during one tenure."""

    def __init__(
        self,
        hop: Hop,
        ports: RunnerPorts,
        settings: RunnerSettings,
        *,
        tenure: Tenure,
        group: asyncio.TaskGroup,
        budget: Budget,
    ) -> None:
        self._hop = hop
        self._ports = ports
        self._tenure = tenure
        self._group = group
        self._budget = budget
        self._sender = _sender_of(ports)
        self._failing = Failing(hop.name, ports, settings, tenure)
        self._sending: dict[asyncio.Task[None], Record] = {}
        self.lanes: Lanes[Ticket] = Lanes(
            group, self._deliver, concurrency=settings.concurrency, max_run=1, budget=budget
        )

    def take(self, records: Sequence[Record]) -> None:
        """Work on records that were just taken in hand."""
        clear: list[Record] = []
        messages: list[Message] = []
        aside: list[Record] = []
        keys_aside: set[Hashable] = set()
        for record in records:
            lane = lane_of(record)
            found = None if lane in keys_aside or self._needs_lane(record, lane) else self._messages(record)
            if found is None:
                aside.append(record)
                keys_aside.add(lane)
                continue
            messages += found
            clear.append(record)
        # What is clear begins to be sent before the lanes begin, so that it stays before what follows it in its key.
        if clear:
            self._start_sending(clear, messages)
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

    async def drop(self) -> None:
        """Let go of everything in hand."""
        self.lanes.drop()
        await cancel_all(*self._sending)

    def _needs_lane(self, record: Record, lane: Hashable) -> bool:
        if self._hop.blocking or self.lanes.busy(lane):
            return True
        return self._tenure.waits(record) or self._tenure.was_given_up(record)

    def _start_sending(self, records: list[Record], messages: list[Message]) -> None:
        size_bytes = sum(map(size_of, records))
        self._budget.take(len(records), size_bytes)
        task = self._group.create_task(self._send(records, messages, size_bytes))
        self._sending[task] = records[0]
        task.add_done_callback(self._sending.pop)

    def _messages(self, record: Record) -> Sequence[Message] | None:
        """Return what follows from a record, None where its failure must be looked at in its lane."""
        try:
            return self._hop.messages(record)
        except Exception:  # noqa: BLE001 - the lane tries once more and deals with it
            return None

    async def _send(self, records: list[Record], messages: list[Message], size_bytes: int) -> None:
        if messages:
            await self._sender.send(messages)
        self._tenure.done_all(records)
        age = self._ports.clock.now() - records[0].appended_at
        self._ports.telemetry.observe("event_age_seconds", age.total_seconds(), of=self._hop.name)
        self._budget.give_back(len(records), size_bytes)
        self._ports.telemetry.count("events_done", len(records), of=self._hop.name)
        self._ports.telemetry.count("messages_sent", len(messages), of=self._hop.name)

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
        while True:
            try:
                messages = await self._work(ticket.record)
            except Exception as error:  # noqa: BLE001 - the event's fault; `Failing` decides
                match await self._failing.deal(ticket, error, attempts=attempts, excused=excused):
                    case Remedy.HOLD:
                        attempts += 1
                    case Remedy.EXCUSE:
                        excused += 1
                    case Remedy.PARK | Remedy.LETTER:
                        return
            else:
                await self._done(ticket, messages)
                return

    async def _work(self, record: Record) -> Sequence[Message]:
        if self._hop.blocking:
            return await asyncio.to_thread(self._hop.messages, record)
        return self._hop.messages(record)

    async def _done(self, ticket: Ticket, messages: Sequence[Message]) -> None:
        if messages:
            await self._sender.send(messages)
        if ticket.parked is not None:
            await self._failing.unpark(ticket)
        self._tenure.done(ticket.record)
        self._ports.telemetry.count("events_done", of=self._hop.name)
        self._ports.telemetry.count("messages_sent", len(messages), of=self._hop.name)


def _sender_of(ports: RunnerPorts) -> Sender:
    if ports.backend.sender is None:
        raise InvariantError("a pure hop needs a log of its own: its outputs are sent, not committed with its effects")
    return ports.backend.sender
