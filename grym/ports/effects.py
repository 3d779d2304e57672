"""What a decision asks the runner to do besides appending events; applied in the same transaction as the state.

Each effect is harmless when applied twice: it names what it touches.
"""

from dataclasses import dataclass
from datetime import datetime

from grym.ports.entries import Entry
from grym.ports.patterns import PatternChange
from schemas.records import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTimer:
    """Fire ``timer.fired`` for `subject` at `due_at`; a timer of that id that exists is kept as it is.

    `cause_id` is the event that set it, and will be the cause of what it fires.
    """

    timer_id: str
    subject: str
    purpose: str
    due_at: datetime
    run_no: int
    cause_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTimer:
    """Forget a timer; one that has fired already is no error."""

    timer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnqueueJob:
    """Accept long work of a `kind`; a job of that id that exists is kept as it is. `message` is the command itself.

    A job of a run that was cancelled before (`CancelJobs`) is cancelled at once: the command may be read late.

    Parameters
    ----------
    priority
        Higher ones are taken first.
    deadline_at
        When nobody wants the result any more; None for never.
    whose
        Who takes turns with others of the tenant, as a digest; empty for nobody in particular.
    """

    job_id: str
    kind: str
    request_id: str
    run_no: int
    tenant: str
    message: Message
    priority: int = 0
    deadline_at: datetime | None = None
    whose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelJobs:
    """Cancel the jobs of a request up to a run number: queued, running, and those that are accepted only later.

    Results of running ones will be refused.
    """

    request_id: str
    run_no: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepText:
    """Keep personal text under a reference, so that events need not carry it and `erase` can remove it."""

    ref: str
    request_id: str
    user: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldArtifact:
    """State that a request refers to an artifact, so that the sweeper leaves it alone."""

    request_id: str
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordPatterns:
    """Write events of pattern memory and what follows from them; a change whose event id is known changes nothing."""

    changes: tuple[PatternChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeepEntry:
    """Keep an entry of typed memory; its `updated_at` is given, and a version updated later stays as it is."""

    entry: Entry


Effect = SetTimer | CancelTimer | EnqueueJob | CancelJobs | KeepText | HoldArtifact | RecordPatterns | KeepEntry

READ_BACK: tuple[type[Effect], ...] = (RecordPatterns,)
"""Effects that later decisions about the same key read through a port: the next event must find them committed."""
