"""Everything one runner knows while it holds its processor's lease; thrown away with the lease.

Positions are taken, finished and committed here; which keys wait in the parking lot is remembered here, which is sound
since only the holder of the lease parks records of its processor.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from consumers.holding import Holding
from consumers.watermark import Watermark
from grym.ports.work import Lease, OpenWork, Parked
from schemas.catalogue import BY_NAME, Failure
from schemas.records import Record, TopicPartition

WaitingKey = tuple[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One record in hand: fresh from its partition, or the head of its key in the parking lot."""

    record: Record
    parked: Parked | None = None

    @property
    def attempt(self) -> int:
        """Which attempt this is, from 1."""
        return 1 if self.parked is None else self.parked.attempts + 1

    def first_failed_at(self, now: datetime) -> datetime:
        """Return when the record failed first, if it failed now."""
        if self.parked is None or self.parked.fault is None:
            return now
        return self.parked.first_failed_at


class Tenure:
    """The state of one holding of a lease.

    Parameters
    ----------
    ends
        Where the partitions ended when the lease was taken: whatever lies up to there may have been worked on by an
        earlier holder.
    """

    def __init__(
        self,
        processor: str,
        holding: Holding,
        *,
        ends: Mapping[TopicPartition, int],
        positions: Mapping[TopicPartition, int],
        waiting: Iterable[WaitingKey],
    ) -> None:
        self.processor = processor
        self._holding = holding
        self._ends = dict(ends)
        self._watermarks = {source: Watermark(positions.get(source, 0)) for source in ends}
        self._waiting = set(waiting)
        self._broken: set[WaitingKey] = set()

    @property
    def lease(self) -> Lease:
        """The lease that every commit is checked against."""
        return self._holding.lease

    def taken(self, source: TopicPartition) -> int:
        """Return up to where a partition was read."""
        return self._watermark(source).taken

    def take(self, record: Record) -> None:
        """Take a record in hand."""
        self._watermark(record.topic_partition).take(record.position)

    def skip(self, record: Record) -> None:
        """Note that a record needs nothing."""
        self._watermark(record.topic_partition).finish(record.position)

    def pass_over(self, source: TopicPartition, position: int) -> None:
        """Note that a partition holds nothing any more up to a position."""
        self._watermark(source).pass_over(position)

    def may_be_known(self, record: Record) -> bool:
        """Return whether an earlier holder may have worked on a record."""
        return record.position <= self._ends.get(record.topic_partition, 0)

    def waits(self, record: Record) -> bool:
        """Return whether a record must queue behind a parked one."""
        return waiting_key(record) in self._waiting

    def set_waiting(self, record: Record, *, waits: bool) -> None:
        """Note whether anything of a record's key is parked."""
        if waits:
            self._waiting.add(waiting_key(record))
        else:
            self._waiting.discard(waiting_key(record))

    async def settle(self, work: OpenWork, ticket: Ticket) -> int:
        """Take a record out of hand inside a transaction; return the position that is committed with it.

        A parked record leaves the parking lot. Any other one lets the position rise as far as finishing it allows.
        """
        mark = self._watermark(ticket.record.topic_partition)
        if ticket.parked is not None:
            await work.unpark(ticket.parked.parked_id)
            return mark.committed
        line = mark.line_after(ticket.record.position)
        if line > mark.committed:
            await work.advance(self.processor, {ticket.record.topic_partition: line})
        return line

    def settled(self, ticket: Ticket, line: int) -> None:
        """Note that the transaction which settled a record has committed `line`."""
        mark = self._watermark(ticket.record.topic_partition)
        if ticket.parked is None:
            mark.finish(ticket.record.position)
        mark.commit(line)

    def dirty(self) -> dict[TopicPartition, int]:
        """Return the positions that are done but perhaps not committed."""
        return {source: mark.line for source, mark in self._watermarks.items() if mark.dirty}

    def committed(self, positions: Mapping[TopicPartition, int]) -> None:
        """Note what was committed."""
        for source, position in positions.items():
            self._watermark(source).commit(position)

    def break_sequence(self, record: Record) -> None:
        """Note that records of this key may be useless."""
        self._broken.add(waiting_key(record))

    def may_be_broken(self, record: Record) -> bool:
        """Return whether it is worth asking if a record's sequence is broken before it."""
        return waiting_key(record) in self._broken or self.may_be_known(record)

    def _watermark(self, source: TopicPartition) -> Watermark:
        return self._watermarks.setdefault(source, Watermark(0))


def waiting_key(record: Record) -> WaitingKey:
    """Return what a record shares with those that must not overtake it."""
    return record.topic, record.key or b""


def lane_of(record: Record) -> Hashable:
    """Return the lane of a record: its key in whichever topic, or its partition where that is one sequence.

    One lane for a request over all topics keeps its events from competing for one state.
    """
    if record.key is None or policy_of(record.topic) == "hold":
        return record.topic_partition
    return record.key


def policy_of(topic: str) -> Failure:
    """Return what the catalogue says about failures in a topic."""
    known = BY_NAME.get(topic)
    return "park" if known is None else known.on_failure
