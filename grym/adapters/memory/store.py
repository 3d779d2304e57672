"""The committed tables, and waking whoever waits for an append."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from grym.adapters.entries.in_memory import Rows
from grym.adapters.memory.rows import CancelledRun, InboxRow, JobRow, LeaseRow, LiveRow, OutboxRow, StateRow, TextRow
from grym.adapters.placement import correlation_of
from grym.domain.patterns.folding import Projection
from grym.domain.patterns.judging import Entry
from grym.ports.clock import Clock
from grym.ports.effects import SetTimer
from grym.ports.outbox import Unsent
from grym.ports.patterns import PatternEvent
from grym.ports.work import InboxEntry, Letter, Parked
from schemas.records import Message, Record, TopicPartition

InboxKey = tuple[str, str, str, int]
StateKey = tuple[str, str]


def inbox_key(entry: InboxEntry) -> InboxKey:
    """Return the name of a delivery."""
    return (entry.processor, entry.source, entry.event_id, entry.run_no)


@dataclass(slots=True, kw_only=True)
class Store:
    """Everything that is committed.

    Parameters
    ----------
    readers
        Topics by processor: who has to read what before nothing is open.
    log_elsewhere
        Whether what is appended goes into the outbox, and the records kept here are only the history.
    """

    clock: Clock
    readers: dict[str, tuple[str, ...]]
    log_elsewhere: bool = False
    ends: dict[TopicPartition, int] = field(default_factory=dict)
    records: dict[TopicPartition, list[Record]] = field(default_factory=lambda: defaultdict(list))
    by_correlation: dict[bytes, list[Record]] = field(default_factory=lambda: defaultdict(list))
    inbox: dict[InboxKey, InboxRow] = field(default_factory=dict)
    states: dict[StateKey, StateRow] = field(default_factory=dict)
    positions: dict[tuple[str, TopicPartition], int] = field(default_factory=dict)
    parked: dict[int, Parked] = field(default_factory=dict)
    letters: dict[str, Letter] = field(default_factory=dict)
    timers: dict[str, SetTimer] = field(default_factory=dict)
    taken_timers: set[str] = field(default_factory=set)
    jobs: dict[str, JobRow] = field(default_factory=dict)
    cancelled_runs: dict[str, CancelledRun] = field(default_factory=dict)
    turns: dict[tuple[str, ...], int] = field(default_factory=dict)
    texts: dict[str, TextRow] = field(default_factory=dict)
    holds: dict[tuple[str, str], bool] = field(default_factory=dict)
    pattern_events: list[PatternEvent] = field(default_factory=list)
    pattern_event_ids: set[str] = field(default_factory=set)
    projection: Projection = field(default_factory=Projection)
    entries: Rows = field(default_factory=Rows)
    live_sources: dict[TopicPartition, int] = field(default_factory=dict)
    live_streams: dict[str, LiveRow] = field(default_factory=dict)
    leases: dict[str, LeaseRow] = field(default_factory=dict)
    outbox: dict[int, OutboxRow] = field(default_factory=dict)
    refused: dict[int, OutboxRow] = field(default_factory=dict)
    version: int = 0
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _changed: list[asyncio.Future[None]] = field(default_factory=list)

    def next_number(self) -> int:
        """Return a number greater than all before."""
        return next(self._numbers)

    def accept(self, messages: Sequence[tuple[TopicPartition, Message]]) -> None:
        """Append messages, or put them into the outbox where the log lies elsewhere."""
        if self.log_elsewhere:
            self.put_out(messages)
        else:
            self.append(messages)

    def append(self, messages: Sequence[tuple[TopicPartition, Message]]) -> None:
        """Append at this instant; positions have no gaps since nothing can come in between."""
        now = self.clock.now()
        for source, message in messages:
            position = self.ends.get(source, 0) + 1
            record = Record(
                topic=source.topic,
                partition=source.partition,
                position=position,
                key=message.key,
                headers=message.headers,
                value=message.value,
                appended_at=now,
            )
            self.ends[source] = position
            self.keep(record)

    def keep(self, record: Record) -> None:
        """Keep a record of the log, or of the history of a log that lies elsewhere."""
        self.records[record.topic_partition].append(record)
        self.by_correlation[correlation_of(record)].append(record)

    def note(self, record: Record) -> None:
        """Keep a record for the history of a log that lies elsewhere, unless it was kept before."""
        if not self.log_elsewhere:
            return
        known = self.records[record.topic_partition]
        if all(other.position != record.position for other in known):
            self.keep(record)

    def write_down(self, entry: Entry) -> None:
        """Add events to the journal of pattern memory, with what follows from them."""
        self.pattern_events += entry.events
        self.pattern_event_ids.update(event.change.event_id for event in entry.events)
        for standing in entry.standings:
            self.projection.put(standing)

    def put_out(self, messages: Sequence[tuple[TopicPartition, Message]]) -> None:
        """Put messages into the outbox."""
        now = self.clock.now()
        for _, message in messages:
            unsent = Unsent(outbox_no=self.next_number(), message=message)
            self.outbox[unsent.outbox_no] = OutboxRow(unsent=unsent, put_at=now)

    def wake(self) -> None:
        """Wake whoever waits: something was appended or enqueued."""
        self.version += 1
        waiting, self._changed = self._changed, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def wait_for_change(self, seen: int, *, timeout_s: float) -> int:
        """Return the version as soon as it is another than `seen`, or after `timeout_s` seconds."""
        if self.version == seen:
            changed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._changed.append(changed)
            asleep = asyncio.ensure_future(self.clock.sleep(timeout_s))
            try:
                await asyncio.wait((changed, asleep), return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._changed = [future for future in self._changed if future is not changed]
                asleep.cancel()
        return self.version
