"""Runs that nobody asked for by a request: a live stream is one, from its start to its end.

Its sender asks for nothing but to be heard, so the run is accepted with the start of the stream and has no deadline: it
ends with the stream. A cancel ends it at once and tells the listener to stop.
"""

import msgspec

from schemas.envelope import Envelope
from schemas.events import RequestAccepted, RequestCancelled, RequestDeadLettered, StepStarted
from schemas.live import StreamEnded
from streams.coordinator.endings import Decided, end, ignored, stop_listening
from streams.coordinator.progress import answer
from streams.coordinator.run import Run, Span
from streams.processor import Decision, Output, instant_of

STEP = "listen"


def started(envelope: Envelope, run: Run | None) -> Decided:
    """Accept a stream; one that was cancelled before it started ends at once."""
    if run is not None and run.status != "expected":
        return ignored(envelope, "the request id is known already")
    now = instant_of(envelope)
    fresh = Run(
        request_id=envelope.subject,
        status="running",
        kind="listen",
        run_no=envelope.run_no,
        created_at=now,
        request_event_id=envelope.id,
        correlation_id="" if envelope.correlation_id == envelope.subject else envelope.correlation_id,
        started=frozenset({STEP}),
        spans={STEP: Span(started_at=now)},
    )
    accepted = Output(body=RequestAccepted(kind="listen", deadline_s=0.0))
    if run is not None:
        cancelled = RequestCancelled(reason=run.cancel_reason)
        return end(envelope, fresh, "cancelled", cancelled, before=(accepted, stop_listening()))
    return Decision(state=fresh, outputs=(accepted, Output(body=StepStarted(step=STEP))))


def stream_ended(envelope: Envelope, run: Run | None) -> Decided:
    """End the run of a stream that has ended."""
    body: StreamEnded = envelope.body
    if body.fault is None or run is None or run.status != "running" or run.kind != "listen":
        return answer(envelope, run)
    ended = msgspec.structs.replace(run, letter_id=body.letter_id)
    terminal = RequestDeadLettered(letter_id=body.letter_id, processor="live", fault=body.fault)
    return end(envelope, ended, "dead_lettered", terminal, fault=body.fault)
