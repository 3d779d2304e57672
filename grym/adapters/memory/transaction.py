"""One open unit of work in memory: everything is staged, and becomes visible at one instant or never."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from grym.adapters.memory.effects import apply_effect
from grym.adapters.memory.live import claim_sources, keep_checkpoints
from grym.adapters.memory.rows import InboxRow, JobRow, LeaseRow, StateRow
from grym.adapters.memory.store import Store, inbox_key
from grym.adapters.memory.tables import Tables
from grym.adapters.placement import place
from grym.domain.patterns.checking import checked
from grym.domain.patterns.judging import concerned, enter
from grym.errors import LeaseLostError
from grym.ports.effects import Effect, KeepEntry, RecordPatterns
from grym.ports.entries import Entry, dated
from grym.ports.live import Checkpoint
from grym.ports.patterns import PatternChange
from grym.ports.work import (
    Admission,
    DueTimer,
    FaultNote,
    InboxEntry,
    Lease,
    Letter,
    OpenWork,
    Parked,
    StateChange,
    StateConflictError,
)
from schemas.records import Message, Record, TopicPartition

CommitStage = Literal["before", "after"]
CommitHook = Callable[[CommitStage], Awaitable[None] | None]
"""Called around every commit; what it raises is what the caller of the unit of work gets.

Raised at ``before`` nothing was stored, at ``after`` everything was: the two halves of a crash.
"""


class MemoryWork:
    """Opens transactions over a store."""

    def __init__(self, store: Store, on_commit: CommitHook | None = None) -> None:
        self._store = store
        self._on_commit = on_commit

    def begin(self, lease: Lease | None = None) -> AbstractAsyncContextManager[OpenWork]:
        """Open a transaction that commits on leaving the block without an error."""
        return self._open(lease)

    @asynccontextmanager
    async def _open(self, lease: Lease | None) -> AsyncIterator[OpenWork]:
        check_lease(self._store, lease)
        work = MemoryTransaction(self._store)
        try:
            yield work
            await self._reached("before")
            check_lease(self._store, lease)
            work.commit()
            await self._reached("after")
        finally:
            work.let_go()

    async def _reached(self, stage: CommitStage) -> None:
        if self._on_commit is not None:
            outcome = self._on_commit(stage)
            if inspect.isawaitable(outcome):
                await outcome


class MemoryTransaction:
    """What one transaction has staged."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tables = Tables.over(store)
        self._messages: list[tuple[TopicPartition, Message]] = []
        self._noted: list[Record] = []
        self._changes: list[PatternChange] = []
        self._entries: list[tuple[Entry, datetime]] = []
        self._timers: list[str] = []

    async def admit(self, entry: InboxEntry) -> Admission:
        """Claim the right to have an effect for this delivery."""
        inbox, key = self._tables.inbox, inbox_key(entry)
        known = inbox.get(key)
        if known is None:
            inbox.put(key, InboxRow(digest=entry.digest, admitted_at=self._store.clock.now()))
            return Admission.NEW
        if known.digest == entry.digest:
            return Admission.DUPLICATE
        if entry.external:
            return Admission.CONFLICT
        inbox.put(key, replace(known, differences=known.differences + 1))
        return Admission.DUPLICATE

    async def admit_all(self, entries: Sequence[InboxEntry]) -> list[Admission]:
        """Claim for many deliveries, in order."""
        return [await self.admit(entry) for entry in entries]

    async def save(self, processor: str, key: str, value: bytes, *, expected_version: int) -> None:
        """Store a state whose stored version is the expected one."""
        states = self._tables.states
        stored = states.get((processor, key))
        version = 0 if stored is None else stored.version
        if version != expected_version:
            raise StateConflictError(
                f"the state {key!r} of {processor} was saved in between",
                details={"expected": expected_version, "stored": version},
            )
        row = StateRow(processor=processor, key=key, value=value, version=version + 1, order=self._store.next_number())
        states.put((processor, key), row)

    async def save_all(self, changes: Sequence[StateChange]) -> None:
        """Store many states, each key once."""
        for change in changes:
            await self.save(change.processor, change.key, change.value, expected_version=change.expected_version)

    async def append(self, messages: Sequence[Message]) -> None:
        """Stage outputs; they get their positions at the commit."""
        self._messages += [(place(message), message) for message in messages]

    async def apply(self, effect: Effect) -> None:
        """Carry out one effect."""
        if isinstance(effect, RecordPatterns):
            self._changes += map(checked, effect.changes)
        elif isinstance(effect, KeepEntry):
            self._entries.append((effect.entry, dated(effect.entry)))
        else:
            apply_effect(self._store, self._tables, effect)

    async def apply_all(self, effects: Sequence[Effect]) -> None:
        """Carry out many effects, in order."""
        for effect in effects:
            await self.apply(effect)

    async def note(self, records: Sequence[Record]) -> None:
        """Keep records for the history, where the log lies elsewhere."""
        self._noted += records

    async def advance(self, processor: str, positions: Mapping[TopicPartition, int]) -> None:
        """Record that everything up to these positions is done; never moves backwards."""
        table = self._tables.positions
        for source, position in positions.items():
            table.put((processor, source), max(position, table.get((processor, source)) or 0))

    async def park(self, processor: str, record: Record, *, fault: FaultNote | None, delay_s: float | None) -> None:
        """Set a record aside, unless it is set aside already."""
        table = self._tables.parked
        if any(row.processor == processor and _same_place(row.record, record) for row in table.rows()):
            return
        now = self._store.clock.now()
        row = Parked(
            parked_id=self._store.next_number(),
            processor=processor,
            record=record,
            attempts=0 if fault is None else 1,
            due_at=None if delay_s is None else now + timedelta(seconds=delay_s),
            first_failed_at=now,
            fault=fault,
        )
        table.put(row.parked_id, row)

    async def postpone(self, parked_id: int, *, fault: FaultNote, delay_s: float) -> None:
        """Count one more failed attempt of a head and set its next due time."""
        row = self._tables.parked.get(parked_id)
        if row is None:
            return
        now = self._store.clock.now()
        first = row.first_failed_at if row.attempts else now
        changed = replace(
            row,
            attempts=row.attempts + 1,
            fault=fault,
            first_failed_at=first,
            due_at=now + timedelta(seconds=delay_s),
        )
        self._tables.parked.put(parked_id, changed)

    async def unpark(self, parked_id: int) -> None:
        """Remove a head; its follower, which has no due time, is due at once by being the head."""
        self._tables.parked.remove(parked_id)

    async def file_letter(self, letter: Letter) -> None:
        """Enter a dead letter into the register."""
        self._tables.letters.insert(letter.letter_id, letter)

    async def mark_letter(self, letter_id: str, *, state: str) -> bool:
        """Set a letter's state, counting redrives."""
        letter = self._tables.letters.get(letter_id)
        if letter is None:
            return False
        redrives = letter.redrives + (state == "redriven")
        self._tables.letters.put(letter_id, replace(letter, state=state, redrives=redrives))
        return True

    async def touch_job(self, job_id: str, fence: int) -> None:
        """Check that this fence still holds the job."""
        self._tables.jobs.put(job_id, replace(self._held(job_id, fence)))

    async def finish_job(self, job_id: str, fence: int, *, state: str) -> None:
        """End a job."""
        self._tables.jobs.put(
            job_id, replace(self._held(job_id, fence), state=state, leased_until=None, checkpoint=None)
        )

    async def retry_job(self, job_id: str, fence: int, *, fault: FaultNote, delay_s: float) -> None:
        """Put a job back into the queue after a failed attempt."""
        due_at = self._store.clock.now() + timedelta(seconds=delay_s)
        held = self._held(job_id, fence)
        failed = replace(held, failures=held.failures + 1, fault=fault)
        self._tables.jobs.put(job_id, replace(failed, state="queued", due_at=due_at, leased_until=None))

    async def keep_checkpoint(self, job_id: str, fence: int, checkpoint: bytes) -> None:
        """Store how far a job is."""
        job = replace(self._held(job_id, fence), checkpoint=checkpoint, idle_takes=0)
        self._tables.jobs.put(job_id, job)

    async def hand_back_job(self, job_id: str, fence: int, *, delay_s: float = 0.0) -> None:
        """Put a job back untried: stopping is no attempt."""
        held = self._held(job_id, fence)
        job = replace(
            held,
            state="queued",
            due_at=self._store.clock.now() + timedelta(seconds=delay_s),
            attempt=held.attempt - 1,
            idle_takes=max(0, held.idle_takes - 1),
            leased_until=None,
        )
        self._tables.jobs.put(job_id, job)

    async def take_due_timers(self, *, limit: int) -> list[DueTimer]:
        """Remove and return due timers, earliest first, skipping those another transaction holds."""
        now, taken = self._store.clock.now(), self._store.taken_timers
        due = sorted(
            (timer for timer in self._tables.timers.rows() if timer.due_at <= now and timer.timer_id not in taken),
            key=lambda timer: (timer.due_at, timer.timer_id),
        )[:limit]
        for timer in due:
            taken.add(timer.timer_id)
            self._timers.append(timer.timer_id)
            self._tables.timers.remove(timer.timer_id)
        return [
            DueTimer(
                timer_id=timer.timer_id,
                subject=timer.subject,
                purpose=timer.purpose,
                run_no=timer.run_no,
                due_at=timer.due_at,
                now=now,
                cause_id=timer.cause_id,
            )
            for timer in due
        ]

    async def claim_sources(self, sources: Collection[TopicPartition]) -> int:
        """Claim partitions of live streams and return the epoch of the claim."""
        return claim_sources(self._store, self._tables, sources)

    async def keep_checkpoints(self, epoch: int, checkpoints: Sequence[Checkpoint]) -> None:
        """Save checkpoints that are further than what is stored."""
        keep_checkpoints(self._store, self._tables, epoch, checkpoints)

    def commit(self) -> None:
        """Make everything visible at once, or raise and change nothing."""
        store = self._store
        entry = enter(
            self._changes,
            head=len(store.pattern_events),
            known=store.pattern_event_ids,
            around=store.projection.around(concerned(self._changes)),
        )
        self._tables.commit()
        store.write_down(entry)
        for kept, at in self._entries:
            store.entries.keep(kept, now=at)
        for record in self._noted:
            self._store.note(record)
        self._store.accept(self._messages)
        if self._messages or self._noted or self._tables.jobs.is_changed:
            self._store.wake()

    def let_go(self) -> None:
        """Free what this transaction held against others."""
        self._store.taken_timers.difference_update(self._timers)

    def _held(self, job_id: str, fence: int) -> JobRow:
        job = self._tables.jobs.get(job_id)
        if job is None or job.state != "running" or job.fence != fence:
            raise LeaseLostError("somebody else has the job, or nobody wants it", code="job.lost")
        return job


def check_lease(store: Store, lease: Lease | None) -> None:
    """Refuse a lease that is no longer held."""
    if lease is None:
        return
    row = store.leases.get(lease.name)
    if row is None or not _holds(row, lease):
        raise LeaseLostError(f"the lease {lease.name} is no longer held", details={"epoch": lease.epoch})


def _holds(row: LeaseRow, lease: Lease) -> bool:
    return row.epoch == lease.epoch and row.holder == lease.holder


def _same_place(one: Record, other: Record) -> bool:
    return one.topic_partition == other.topic_partition and one.position == other.position
