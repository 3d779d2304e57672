"""Rows of the memory backend where the ports have no value of their own for them; all immutable."""

from dataclasses import dataclass
from datetime import datetime

from grym.ports.effects import EnqueueJob
from grym.ports.jobs import LeasedJob
from grym.ports.live import Checkpoint
from grym.ports.outbox import Unsent
from grym.ports.work import FaultNote, Parked


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InboxRow:
    """A delivery that had its effect."""

    digest: bytes
    admitted_at: datetime
    differences: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StateRow:
    """A processor state; `order` grows with every save."""

    processor: str
    key: str
    value: bytes
    version: int
    order: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeaseRow:
    """A lease; an empty holder has given it back."""

    holder: str
    epoch: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JobRow:
    """A job with its place in the queue and who holds it."""

    order: int
    request: EnqueueJob
    created_at: datetime
    due_at: datetime
    state: str = "queued"
    attempt: int = 0
    fence: int = 0
    leased_until: datetime | None = None
    fault: FaultNote | None = None
    failures: int = 0
    idle_takes: int = 0
    checkpoint: bytes | None = None

    @property
    def ready_at(self) -> datetime:
        """When somebody may take it, as things stand."""
        return self.due_at if self.leased_until is None else self.leased_until

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state in {"queued", "running"}

    def can_be_taken(self, now: datetime, *, adopt: bool = True) -> bool:
        """Return whether it waits for its turn, or its holder let the lease expire."""
        return self.is_open and self.ready_at <= now and (adopt or self.state == "queued")

    def leased(self, now: datetime) -> LeasedJob:
        """Return it as the port hands it out."""
        request = self.request
        return LeasedJob(
            job_id=request.job_id,
            kind=request.kind,
            request_id=request.request_id,
            run_no=request.run_no,
            tenant=request.tenant,
            message=request.message,
            attempt=self.attempt,
            fence=self.fence,
            created_at=self.created_at,
            failures=self.failures,
            idle_takes=self.idle_takes,
            priority=request.priority,
            deadline_at=request.deadline_at,
            checkpoint=self.checkpoint,
            overdue=request.deadline_at is not None and request.deadline_at <= now,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CancelledRun:
    """Up to which run the long work of a request was cancelled."""

    run_no: int
    cancelled_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OutboxRow:
    """A message that waits to be sent, or, with a fault, one that the log will never take."""

    unsent: Unsent
    put_at: datetime
    fault: FaultNote | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TextRow:
    """A personal text."""

    user: str
    request_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LiveRow:
    """How far a live stream is."""

    checkpoint: Checkpoint
    saved_at: datetime


def lane_of(parked: Parked) -> tuple[str, str, bytes]:
    """Return what a parked record queues under: processor, topic and key; no key counts as the empty one."""
    return (parked.processor, parked.record.topic, parked.record.key or b"")
