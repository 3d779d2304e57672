"""Everything one runner knows while its assignment lasts; thrown away with it.

Positions are taken, finished and committed here; which keys wait in the parking lot is remembered here, which is sound
since records of a key are parked only by whoever its partition is assigned to.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from consumers.running.watermark import Watermark
from consumers.waits import Bell
from grym.ports.feed import Assignment, Mark
from grym.ports.work import Lease, Parked
from schemas.catalogue import BY_NAME, Failure
from schemas.records import Record, TopicPartition

WaitingKey = tuple[str, bytes]
Place = tuple[TopicPartition, int]

_PLACE = attrgetter("topic", "partition")

OVERHEAD_BYTES = 1024
"""Headers, objects and book-keeping of a record in hand, about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One record in hand: fresh from its partition, or the head of its key in the parking lot.

    Parameters
    ----------
    held_since
        When it failed first, where it holds its lane since then.
    """

    record: Record
    parked: Parked | None = None
    held_since: datetime | None = None

    @property
    def attempt(self) -> int:
        """Which attempt this is, from 1."""
        return 1 if self.parked is None else self.parked.attempts + 1

    def first_failed_at(self, now: datetime) -> datetime:
        """Return when the record failed first, if it failed now."""
        if self.parked is None or self.parked.fault is None:
            return self.held_since or now
        return self.parked.first_failed_at

    def held(self, now: datetime) -> "Ticket":
        """Return the ticket of a record that failed now and is tried again in place."""
        return replace(self, held_since=self.first_failed_at(now))


class Tenure:
    """The state of one assignment.

    Parameters
    ----------
    waiting
        Keys of which something is parked.
    given_up
        Places above the marks whose records became letters already.
    """

    def __init__(
        self,
        processor: str,
        assignment: Assignment,
        *,
        waiting: Iterable[WaitingKey] = (),
        given_up: Collection[Place] = (),
    ) -> None:
        self.processor = processor
        self._assignment = assignment
        self._watermarks = {source: Watermark(mark) for source, mark in assignment.marks.items()}
        self._moved: set[TopicPartition] = set()
        self._waiting = set(waiting)
        self._given_up = frozenset(given_up)
        self._broken: set[WaitingKey] = set()
        self._retrying: set[int] = set()
        self._let_go: set[int] = set()
        self.advanced = Bell()
        """Rung when something is done that may be committed."""
        self.parking_changed = Bell()
        """Rung when something was parked or went out of hand."""

    @property
    def lease(self) -> Lease | None:
        """What every commit is checked against, if anything."""
        return self._assignment.lease

    @property
    def sources(self) -> frozenset[TopicPartition]:
        """The partitions that are assigned."""
        return frozenset(self._watermarks)

    # --- fresh records ---------------------------------------------------------------------------------------------

    def taken(self, source: TopicPartition) -> int:
        """Return up to where a partition was read."""
        return self._watermark(source).taken

    def take(self, record: Record) -> bool:
        """Take a record in hand; False when nothing is left to be done about it."""
        source = record.topic_partition
        is_fresh = self._watermark(source).take(record.position)
        if not is_fresh:
            self._advance(source)
        return is_fresh

    def done(self, record: Record) -> None:
        """Note that a record is out of hand for good: done, parked or a letter."""
        source = record.topic_partition
        self._watermark(source).finish(record.position)
        self._advance(source)

    def done_all(self, records: Iterable[Record]) -> None:
        """Note the same of many records, which mostly come partition by partition."""
        for (topic, partition), share in groupby(records, key=_PLACE):
            source = TopicPartition(topic, partition)
            finish = self._watermark(source).finish
            for record in share:
                finish(record.position)
            self._advance(source)

    def pass_over(self, source: TopicPartition, position: int) -> None:
        """Note that a partition holds nothing any more up to a position."""
        self._watermark(source).pass_over(position)
        self._advance(source)

    def crowded(self, *, max_unfinished: int, max_span: int) -> set[TopicPartition]:
        """Return the partitions with more than that in hand, or read that far ahead of their slowest record."""
        return {
            source
            for source, mark in self._watermarks.items()
            if mark.unfinished > max_unfinished or mark.span > max_span
        }

    def was_given_up(self, record: Record) -> bool:
        """Return whether a record became a letter in an earlier assignment."""
        return bool(self._given_up) and (record.topic_partition, record.position) in self._given_up

    # --- parked records --------------------------------------------------------------------------------------------

    @property
    def retrying(self) -> int:
        """How many parked records are in hand."""
        return len(self._retrying)

    def take_parked(self, parked: Parked) -> bool:
        """Take a head in hand; False for one that is, or that went out of hand during the look that showed it."""
        if parked.parked_id in self._retrying or parked.parked_id in self._let_go:
            return False
        self._retrying.add(parked.parked_id)
        return True

    def let_go(self, parked: Parked) -> None:
        """Note that a head is out of hand: done, a letter, or waiting for its next attempt."""
        self._retrying.discard(parked.parked_id)
        self._let_go.add(parked.parked_id)
        self.parking_changed.ring()

    def forget_let_go(self) -> None:
        """Begin a new look at the parking lot."""
        self._let_go.clear()

    def waits(self, record: Record) -> bool:
        """Return whether a record must queue behind a parked one."""
        return bool(self._waiting) and waiting_key(record) in self._waiting

    def set_waiting(self, record: Record, *, waits: bool) -> None:
        """Note whether anything of a record's key is parked."""
        if waits:
            self._waiting.add(waiting_key(record))
            self.parking_changed.ring()
        else:
            self._waiting.discard(waiting_key(record))

    # --- marks -----------------------------------------------------------------------------------------------------

    def mark(self, source: TopicPartition) -> Mark:
        """Return how far a partition is done now."""
        return self._watermark(source).mark

    def to_commit(self) -> dict[TopicPartition, Mark]:
        """Return the marks of partitions where something was done since the last commit."""
        now = {source: self._watermarks[source].mark for source in self._moved}
        return {source: mark for source, mark in now.items() if mark != self._watermarks[source].committed}

    def committed(self, marks: Mapping[TopicPartition, Mark]) -> None:
        """Note what was committed."""
        for source, mark in marks.items():
            watermark = self._watermark(source)
            watermark.commit(mark)
            if watermark.mark == mark:
                self._moved.discard(source)

    # --- sequences -------------------------------------------------------------------------------------------------

    def break_sequence(self, record: Record) -> None:
        """Note that records of this key may be useless."""
        self._broken.add(waiting_key(record))

    def may_be_broken(self, record: Record) -> bool:
        """Return whether it is worth asking if a record's sequence is broken before it."""
        earlier = record.position <= self._assignment.ends.get(record.topic_partition, 0)
        return earlier or waiting_key(record) in self._broken

    def _advance(self, source: TopicPartition) -> None:
        self._moved.add(source)
        self.advanced.ring()

    def _watermark(self, source: TopicPartition) -> Watermark:
        mark = self._watermarks.get(source)
        if mark is None:
            mark = self._watermarks[source] = Watermark()
        return mark


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


def size_of(record: Record) -> int:
    """Return about how many bytes a record holds in memory."""
    return len(record.value or b"") + len(record.key or b"") + OVERHEAD_BYTES


def policy_of(topic: str) -> Failure:
    """Return what the catalogue says about failures in a topic."""
    known = BY_NAME.get(topic)
    return "park" if known is None else known.on_failure
