"""Where a request stands, read from the coordinator's state and from the log.

States are those of the command line's contract. ``accepted`` covers the moment in which a request is stored but the
coordinator has not taken it yet; a cancel that came before its request leaves no status.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from grym.errors import ContractError
from schemas.body import Fault
from schemas.commands import RequestComposition
from schemas.envelope import Envelope, decode, peek, peek_count
from schemas.events import EventDeadLettered, RequestCancelled, RequestCompleted, RequestDeadLettered, RequestRejected
from schemas.imported import is_imported
from schemas.records import Record
from streams.coordinator.definitions import WORKFLOWS
from streams.coordinator.run import KINDS, Kind, Request, Run

State = Literal["accepted", "running", "completed", "rejected", "dead_lettered", "cancelled"]
StepState = Literal["waiting", "running", "done", "skipped"]

TERMINALS = (RequestCompleted, RequestRejected, RequestDeadLettered, RequestCancelled)
_KIND_OF_TYPE = {body.TYPE: kind for body, kind in KINDS.items()}
TERMINAL_TYPES = frozenset(body.TYPE for body in TERMINALS)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStatus:
    """One step of a run, with the log-append times at which it began and ended."""

    name: str
    state: StepState
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestStatus:
    """Everything a client can say of a request.

    Parameters
    ----------
    run
        Number of the run, from 1; a redrive begins the next one.
    result
        What a completed run tells, artifacts as references; empty before.
    fault
        Why it was rejected or dead-lettered.
    reason
        Why it was cancelled; ``deadline`` where nobody asked.
    accepted
        False for one that nobody could read, so that no run began; its letter says why.
    imported
        Whether an import brought it: where it stood when it was exported, and nobody works on it.
    """

    request_id: str
    kind: Kind
    state: State
    run: int = 1
    created_at: datetime | None = None
    ended_at: datetime | None = None
    steps: tuple[StepStatus, ...] = ()
    result: dict[str, Any] = field(default_factory=dict)
    fault: Fault | None = None
    letter_id: str = ""
    reason: str = ""
    style: str = ""
    accepted: bool = True
    imported: bool = False

    @property
    def over(self) -> bool:
        """Whether the run has reached its terminal event."""
        return self.state not in {"accepted", "running"}

    @property
    def outcome(self) -> str:
        """The outcome that a waiting command prints."""
        return self.state if self.over else "pending"


def status_of_run(run: Run, *, reason: str = "", imported: bool = False) -> RequestStatus | None:
    """Return the status a run stands for; None for a mere cancel ahead of its request."""
    if run.status == "expected":
        return None
    return RequestStatus(
        request_id=run.request_id,
        kind=run.kind,
        state=run.status,
        run=run.run_no,
        created_at=run.created_at,
        ended_at=run.ended_at,
        steps=_steps(run),
        result=run.result,
        fault=run.fault,
        letter_id=run.letter_id,
        reason=reason or run.cancel_reason,
        style=run.style,
        imported=imported,
    )


def status_of_request(envelope: Envelope) -> RequestStatus:
    """Return the status of a request that is stored and not taken yet."""
    kind = KINDS[type(envelope.body)]
    return RequestStatus(
        request_id=envelope.subject,
        kind=kind,
        state="accepted",
        run=envelope.run_no,
        created_at=envelope.logged_at,
        steps=tuple(StepStatus(name=step.name, state="waiting") for step in WORKFLOWS[kind].steps),
    )


def status_of_letter(events: Sequence[Envelope], request_id: str) -> RequestStatus | None:
    """Return the status of a request that became a dead letter as it came; None where none did."""
    for event in reversed(events):
        letter = event.body
        if not isinstance(letter, EventDeadLettered) or event.subject != request_id:
            continue
        if letter.origin_topic == RequestComposition.TOPIC:
            return RequestStatus(
                request_id=request_id,
                kind=_KIND_OF_TYPE.get(letter.event_type, "compose"),
                state="dead_lettered",
                ended_at=event.logged_at,
                fault=letter.fault,
                letter_id=letter.letter_id,
                accepted=False,
                imported=event.imported,
            )
    return None


def readable(record: Record) -> Envelope | None:
    """Return the envelope of a record, None where its bytes cannot be understood or travel by claim check."""
    try:
        return decode(record)
    except ContractError:
        return None


def is_request(envelope: Envelope) -> bool:
    """Tell whether an event is what begins a run."""
    return isinstance(envelope.body, Request)


def current(records: Sequence[Record]) -> Sequence[Record]:
    """Return the events that say where a request stands: those of its run here, else what an import brought."""
    live = [record for record in records if not is_imported(record.headers)]
    return live or records


def is_terminal(record: Record, *, run_no: int) -> bool:
    """Tell whether a record ends the run `run_no` or a later one, by its headers: its body may lie elsewhere."""
    if record.topic != RequestCompleted.TOPIC or peek(record.headers, "ce_type") not in TERMINAL_TYPES:
        return False
    return peek_count(record.headers, "ce_runno", default=1) >= run_no


def _steps(run: Run) -> tuple[StepStatus, ...]:
    return tuple(_step(run, step.name) for step in WORKFLOWS[run.kind].steps)


def _step(run: Run, name: str) -> StepStatus:
    span = run.spans.get(name)
    if name in run.skipped:
        return StepStatus(name=name, state="skipped")
    if span is None or name not in run.started | run.answers.ended():
        return StepStatus(name=name, state="waiting")
    done = name in run.answers.ended()
    return StepStatus(
        name=name,
        state="done" if done else "running",
        started_at=span.started_at,
        ended_at=span.ended_at if done else None,
    )
