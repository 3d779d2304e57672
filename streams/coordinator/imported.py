"""What is known of a request that an import brought: folded from its events, and never decided.

Its run was decided elsewhere and by other code perhaps, so only what the log says counts. A topic that was left out of
the archive leaves its part out. What a coordinator writes carries the time of its decision as the event's own.
"""

import msgspec

from schemas.body import Body
from schemas.envelope import Envelope
from schemas.events import (
    PlanMade,
    RequestAccepted,
    RequestCancelled,
    RequestCompleted,
    RequestDeadLettered,
    RequestRejected,
    StepStarted,
)
from streams.coordinator.definitions import STEP_OF_ANSWER
from streams.coordinator.run import REQUESTS, Request, Run, Span
from streams.processor import instant_of

IMPORTS = "imports"
"""Under this name the runs are stored, by request id."""

_ENDS = (RequestCompleted, RequestRejected, RequestDeadLettered, RequestCancelled)
_TOLD: tuple[type[Body], ...] = (*REQUESTS, RequestAccepted, StepStarted, *_ENDS, *STEP_OF_ANSWER)
_TELLING = frozenset(body.TYPE for body in _TOLD)


def is_telling(type_name: str) -> bool:
    """Tell whether events of a type say where their request stands."""
    return type_name in _TELLING


def folded(run: Run | None, envelope: Envelope) -> Run:
    """Return what is known of a request after one more of its events; what came before the newest run is left out."""
    body = envelope.body
    if run is None:
        run = Run(
            request_id=envelope.subject,
            status="running",
            run_no=envelope.run_no,
            correlation_id="" if envelope.correlation_id == envelope.subject else envelope.correlation_id,
        )
    if isinstance(body, Request):
        return _asked(run, body, envelope)
    if envelope.run_no > run.run_no:  # a redrive keeps the steps that were finished
        run = msgspec.structs.replace(
            run, run_no=envelope.run_no, status="running", ended_at=None, fault=None, letter_id="", cancel_reason=""
        )
    if run.over or envelope.run_no < run.run_no:
        return run
    if isinstance(body, RequestAccepted):
        return msgspec.structs.replace(run, kind=body.kind)
    if isinstance(body, StepStarted):
        spans = {**run.spans, body.step: Span(started_at=envelope.time)}
        again = run.without(frozenset({body.step})) if body.step in STEP_OF_ANSWER.values() else run
        return msgspec.structs.replace(again, started=again.started | {body.step}, spans=spans)
    if isinstance(body, _ENDS):
        return _ended(msgspec.structs.replace(run, ended_at=envelope.time), body)
    run = run.answered(STEP_OF_ANSWER[type(body)], body, at=instant_of(envelope))
    run = msgspec.structs.replace(run, started=run.started | {STEP_OF_ANSWER[type(body)]})
    return msgspec.structs.replace(run, plan=body.plan, style=body.plan.style) if isinstance(body, PlanMade) else run


def _asked(run: Run, body: Request, envelope: Envelope) -> Run:
    """Return the run with its request; without the prompt, as a coordinator keeps it."""
    if run.created_at is not None:
        return run
    asked = run.asking(body)
    return msgspec.structs.replace(asked, created_at=instant_of(envelope), request_event_id=envelope.id)


def _ended(run: Run, body: RequestCompleted | RequestRejected | RequestDeadLettered | RequestCancelled) -> Run:
    """Return the run as its terminal event leaves it."""
    match body:
        case RequestCompleted():
            kind = body.kind if body.result else run.kind
            return msgspec.structs.replace(run, status="completed", kind=kind, result=body.result)
        case RequestRejected():
            return msgspec.structs.replace(run, status="rejected", fault=body.fault)
        case RequestDeadLettered():
            return msgspec.structs.replace(run, status="dead_lettered", fault=body.fault, letter_id=body.letter_id)
        case RequestCancelled():
            return msgspec.structs.replace(run, status="cancelled", cancel_reason=body.reason)
