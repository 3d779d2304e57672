"""The moving parts of one tenure: reading, retrying and committing positions, each a loop of its own.

Reading asks once where all partitions end and reads only those that have grown. Retrying wakes for the next due head
of the parking lot. Positions are committed with the effects themselves; the third loop commits what was skipped.
"""

from consumers.delivery import Delivery
from consumers.intake import Concern, topics_read_by
from consumers.lanes import Lanes, Work
from consumers.ports import RunnerPorts
from consumers.settings import RunnerSettings
from consumers.tenure import Tenure, Ticket, lane_of
from consumers.transactions import transact
from consumers.waits import Bell
from schemas.records import Record, TopicPartition
from streams.processor import AnyProcessor

MAX_HEADS = 64
"""Due heads fetched beyond those in hand."""
SOON_S = 0.01
"""Shortest wait for a head that came due between two looks."""


class Pump:
    """Moves records from the log and the parking lot into the lanes."""

    def __init__(
        self,
        processor: AnyProcessor,
        ports: RunnerPorts,
        settings: RunnerSettings,
        *,
        tenure: Tenure,
        lanes: Lanes,
    ) -> None:
        self._name = processor.name
        self._topics = topics_read_by(processor)
        self._ports = ports
        self._backend = ports.backend
        self._settings = settings
        self._tenure = tenure
        self._lanes = lanes
        self._concern = Concern(processor)
        self._delivery = Delivery(processor, ports, settings, tenure)
        self._retrying: set[int] = set()
        self._let_go: set[int] = set()
        self._parking_changed = Bell()
        self._finished = Bell()

    async def read(self) -> None:
        """Take records in hand as they are appended, until cancelled."""
        while True:
            await self._lanes.wait_for_room()
            ends = await self._backend.log.ends(self._topics)
            grown = [(source, end) for source, end in sorted(ends.items()) if end > self._tenure.taken(source)]
            for source, end in grown:
                await self._read_from(source, end=end)
            if not grown:
                await self._backend.log.wait(timeout_s=self._settings.poll_s)

    async def retry(self) -> None:
        """Take parked heads in hand as they come due, until cancelled."""
        while True:
            self._let_go.clear()
            heads = await self._backend.parking.due_heads(self._name, limit=len(self._retrying) + MAX_HEADS)
            # One that went out of hand during the look may be shown as it was before.
            known = self._retrying | self._let_go
            for parked in (head for head in heads if head.parked_id not in known):
                self._retrying.add(parked.parked_id)
                self._put(Ticket(record=parked.record, parked=parked))
            due_in_s = await self._backend.parking.next_due_in_s(self._name)
            await self._parking_changed.wait(self._ports.clock, timeout_s=self._patience_s(due_in_s))

    async def commit(self) -> None:
        """Commit positions of skipped records soon after they are done, until cancelled."""
        while True:
            await self._finished.wait(self._ports.clock, timeout_s=None)
            await self._ports.clock.sleep(self._settings.flush_s)
            await self.flush()

    async def flush(self) -> None:
        """Commit the positions up to which everything is done."""
        positions = self._tenure.dirty()
        if not positions:
            return
        await transact(self._backend.work, self._tenure.lease, lambda work: work.advance(self._name, positions))
        self._tenure.committed(positions)

    async def _read_from(self, source: TopicPartition, *, end: int) -> None:
        await self._lanes.wait_for_room()
        limit = min(self._settings.batch, self._lanes.room)
        records = await self._backend.log.read(source, after=self._tenure.taken(source), limit=limit)
        if not records:  # retention gave up what nobody had read
            self._tenure.pass_over(source, end)
            self._finished.ring()
        for record in records:
            self._tenure.take(record)
            if self._concern.covers(record):
                self._put(Ticket(record=record))
            else:
                self._skip(record)

    def _skip(self, record: Record) -> None:
        self._tenure.skip(record)
        self._ports.telemetry.count("events_skipped")
        self._finished.ring()

    def _put(self, ticket: Ticket) -> None:
        self._lanes.put(lane_of(ticket.record), self._work_on(ticket))

    def _work_on(self, ticket: Ticket) -> Work:
        async def work() -> None:
            await self._delivery.deliver(ticket)
            if ticket.parked is not None:
                self._retrying.discard(ticket.parked.parked_id)
                self._let_go.add(ticket.parked.parked_id)
            if ticket.parked is not None or self._tenure.waits(ticket.record):
                self._parking_changed.ring()
            self._finished.ring()

        return work

    def _patience_s(self, due_in_s: float | None) -> float | None:
        """Return how long to leave the parking lot alone; a head in hand is due all the time, and its end rings."""
        if due_in_s is None:
            return None
        return max(due_in_s, self._settings.poll_s if self._retrying else SOON_S)
