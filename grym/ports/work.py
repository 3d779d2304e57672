"""The unit of work: what one event did, committed at once or not at all.

The order inside a transaction is: `admit` first (the inbox row decides whether this event may have an effect), then
state, outputs, effects. A lease given to `begin` is locked for the length of the transaction and its epoch checked,
so a processor that lost it cannot commit.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from grym.errors import TransientError
from grym.ports.effects import Effect
from grym.ports.live import LiveDesk
from schemas.records import Message, Record, TopicPartition


class StateConflictError(TransientError):
    """Somebody saved the state in between: load it again and decide again."""

    default_code = "state.conflict"


class Admission(StrEnum):
    """What the inbox says of an event."""

    NEW = "new"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxEntry:
    """The name of one delivery.

    Parameters
    ----------
    digest
        SHA-256 of the body. For messages from outside a known name with another digest is a `CONFLICT`; of grym's
        own events the first body wins: `DUPLICATE`, and the difference is counted.
    external
        Whether the message came from outside.
    """

    processor: str
    source: str
    event_id: str
    run_no: int
    digest: bytes
    external: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredState:
    """A state as stored: bytes and the version that a `save` must expect."""

    key: str
    value: bytes
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to run a processor, until `expires_at` by the database's clock; `epoch` grows with every holder."""

    name: str
    holder: str
    epoch: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultNote:
    """Why something failed last, as kept beside it; `stack` is equal for failures at one place in the code."""

    error_class: str
    code: str
    message: str
    hint: str
    stack: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A record that waits with its key: the head is retried at `due_at`, followers wait behind it."""

    parked_id: int
    processor: str
    record: Record
    attempts: int
    due_at: datetime | None
    first_failed_at: datetime
    fault: FaultNote | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A dead letter: where its original bytes came from and lie now, and what went wrong."""

    letter_id: str
    processor: str
    request_id: str
    run_no: int
    event_id: str
    event_type: str
    origin: TopicPartition
    origin_position: int
    attempts: int
    fault: FaultNote
    created_at: datetime
    state: str = "open"
    redrives: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChange:
    """A state to be stored; `expected_version` is 0 for a new one."""

    processor: str
    key: str
    value: bytes
    expected_version: int


class Transaction(Protocol):
    """One open unit of work.

    What ends in ``_all`` does the same for many at once, in a fixed number of round trips: a unit of a hundred events
    costs little more than a unit of one.
    """

    async def admit(self, entry: InboxEntry) -> Admission:
        """Claim the right to have an effect for this delivery."""
        ...

    async def admit_all(self, entries: Sequence[InboxEntry]) -> list[Admission]:
        """Claim for many deliveries, in order; an entry that occurs twice is `NEW` once and then judged by it."""
        ...

    async def save(self, processor: str, key: str, value: bytes, *, expected_version: int) -> None:
        """Store a state; `expected_version` is 0 for a new one.

        Raises
        ------
        StateConflictError
            When the stored version is another.
        """
        ...

    async def save_all(self, changes: Sequence[StateChange]) -> None:
        """Store many states, each key once.

        Raises
        ------
        StateConflictError
            When the stored version of any of them is another.
        """
        ...

    async def append(self, messages: Sequence[Message]) -> None:
        """Append outputs; they become visible, with positions taken in order, when the transaction commits.

        Where the log lies elsewhere (Kafka) they go into the outbox, and the relay sends them in this order per key.
        """
        ...

    async def apply(self, effect: Effect) -> None:
        """Carry out one effect."""
        ...

    async def apply_all(self, effects: Sequence[Effect]) -> None:
        """Carry out many effects, in order where the order matters."""
        ...

    async def note(self, records: Sequence[Record]) -> None:
        """Keep records that came from outside for the history of their requests; nothing to do where the log is."""
        ...

    async def advance(self, processor: str, positions: Mapping[TopicPartition, int]) -> None:
        """Record that everything up to these positions is done; never moves backwards."""
        ...


class FailureDesk(Protocol):
    """The part of a transaction that deals with records that failed."""

    async def park(self, processor: str, record: Record, *, fault: FaultNote | None, delay_s: float | None) -> None:
        """Set a record aside: as head with its first failure and a delay, or as follower without either."""
        ...

    async def postpone(self, parked_id: int, *, fault: FaultNote, delay_s: float) -> None:
        """Count one more failed attempt of a head and set its next due time by the database's clock."""
        ...

    async def unpark(self, parked_id: int) -> None:
        """Remove a head; the next of its key becomes the head, due at once."""
        ...

    async def file_letter(self, letter: Letter) -> None:
        """Enter a dead letter into the register; one of that id that exists is kept as it is."""
        ...

    async def mark_letter(self, letter_id: str, *, state: str) -> bool:
        """Set a letter ``redriven`` (counting the redrive) or ``discarded``; False when there is none of that id."""
        ...


class JobDesk(Protocol):
    """The part of a transaction that ends or reports jobs; each call refuses a stale fence with `LeaseLostError`."""

    async def touch_job(self, job_id: str, fence: int) -> None:
        """Check that this fence still holds the job, and lock it for the length of the transaction."""
        ...

    async def finish_job(self, job_id: str, fence: int, *, state: str) -> None:
        """End a job as ``done``, ``failed`` or ``cancelled``."""
        ...

    async def retry_job(self, job_id: str, fence: int, *, fault: FaultNote, delay_s: float) -> None:
        """Put a job back into the queue after a failed attempt."""
        ...

    async def keep_checkpoint(self, job_id: str, fence: int, checkpoint: bytes) -> None:
        """Store how far a job is, for whoever takes it next; the newest one counts."""
        ...

    async def hand_back_job(self, job_id: str, fence: int, *, delay_s: float = 0.0) -> None:
        """Put a job back untried, due after `delay_s`: stopping and waiting for others is no attempt."""
        ...


class TimerDesk(Protocol):
    """The part of a transaction that takes timers."""

    async def take_due_timers(self, *, limit: int) -> list["DueTimer"]:
        """Remove and return timers that are due by the database's clock, earliest first, skipping locked ones."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTimer:
    """A timer that has come due; `now` is the database's clock."""

    timer_id: str
    subject: str
    purpose: str
    run_no: int
    due_at: datetime
    now: datetime
    cause_id: str = ""


class OpenWork(Transaction, FailureDesk, JobDesk, TimerDesk, LiveDesk, Protocol):
    """Everything one transaction can do."""


class UnitOfWork(Protocol):
    """Opens transactions."""

    def begin(self, lease: Lease | None = None) -> AbstractAsyncContextManager[OpenWork]:
        """Open a transaction that commits on leaving the block without an error and is undone otherwise.

        Raises
        ------
        LeaseLostError
            When `lease` is no longer held with its epoch.
        UnavailableError
            When the database cannot be reached.
        """
        ...


class Leases(Protocol):
    """Who runs what; by the database's clock."""

    async def acquire(self, name: str, *, holder: str, ttl_s: float) -> Lease | None:
        """Take a lease that is free or expired (a new epoch); None when somebody else holds it.

        After an outage of a shared store an expired one is left to its holder for one more lifetime.
        """
        ...

    async def renew(self, lease: Lease, *, ttl_s: float) -> Lease:
        """Hold on to a lease, also an expired one that nobody took; `LeaseLostError` otherwise."""
        ...

    async def release(self, lease: Lease) -> None:
        """Give a lease back; no error when it was lost already."""
        ...


class States(Protocol):
    """Read processor states."""

    async def load(self, processor: str, key: str) -> StoredState | None:
        """Return the newest committed state."""
        ...

    async def load_all(self, processor: str, keys: Sequence[str]) -> dict[str, StoredState]:
        """Return the newest committed states of those keys that have one."""
        ...

    async def scan(self, processor: str, *, limit: int) -> list[StoredState]:
        """Return the states changed last, newest first."""
        ...


class Progress(Protocol):
    """Read how far a processor is."""

    async def seen(self, entry: InboxEntry) -> bool:
        """Return whether this delivery had its effect already."""
        ...

    async def seen_all(self, entries: Sequence[InboxEntry]) -> list[bool]:
        """Return the same of many deliveries, in their order."""
        ...

    async def positions(self, processor: str) -> dict[TopicPartition, int]:
        """Return the positions up to which everything is done."""
        ...


class ParkingLot(Protocol):
    """Read what waits."""

    async def due_heads(
        self, processor: str, *, limit: int, sources: Collection[TopicPartition] | None = None
    ) -> list[Parked]:
        """Return heads that are due by the database's clock, longest due first; of some partitions, None for all."""
        ...

    async def waiting_keys(self, processor: str) -> set[tuple[str, bytes]]:
        """Return (topic, key) of everything parked; a record of one of them must queue behind it."""
        ...

    async def next_due_in_s(self, processor: str, *, sources: Collection[TopicPartition] | None = None) -> float | None:
        """Return seconds until the next head of those partitions is due (0 when one is), None when nothing waits."""
        ...


class LetterBook(Protocol):
    """Read dead letters."""

    async def letters(self, *, state: str | None = "open", limit: int = 1000) -> list[Letter]:
        """Return letters, newest first; all states with None."""
        ...

    async def given_up(self, processor: str, after: Mapping[TopicPartition, int]) -> set[tuple[TopicPartition, int]]:
        """Return the places behind some positions whose records became letters of a processor."""
        ...

    async def letter(self, letter_id: str) -> tuple[Letter, Record] | None:
        """Return a letter with its record in ``grym.dead-letters.v1`` (original bytes, key and headers first)."""
        ...


class Texts(Protocol):
    """Read personal text by reference."""

    async def text(self, ref: str) -> str | None:
        """Return the text; None when it was erased."""
        ...


class Counters(Protocol):
    """Read how much is open, for `--until-idle`."""

    async def open_work(self) -> dict[str, int]:
        """Return counts that are all 0 only when nothing is left to do soon.

        Keys: ``records`` (behind a reader's position), ``parked``, ``jobs`` (queued or running), ``outbox`` (unsent).
        """
        ...
