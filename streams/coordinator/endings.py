"""How runs end: exactly once, by the first of completed, rejected, dead-lettered and cancelled.

What comes after the end, or for a run that never began, is recorded as ignored. So is a request that nobody could read:
it was never accepted, and the reason says why, since its sender reads outcomes and no dead letters.
"""

import msgspec

from grym.ports.effects import CancelJobs, CancelTimer, Effect
from schemas.body import Body, Fault
from schemas.commands import RequestComposition
from schemas.envelope import Envelope
from schemas.events import (
    AudioRefused,
    EventDeadLettered,
    FeedbackGiven,
    OpinionCredited,
    ParametersExposed,
    RequestCancelled,
    RequestDeadLettered,
    RequestIgnored,
    RequestRejected,
    StreamClosed,
)
from schemas.sessions import AttemptEnded, AttemptOutcome
from streams.coordinator.attempts import attempt_of
from streams.coordinator.run import Run
from streams.processor import Decision, Output, instant_of

Decided = Decision[Run]

FEEDBACK_TYPES = frozenset({FeedbackGiven.TYPE, OpinionCredited.TYPE, ParametersExposed.TYPE, AttemptEnded.TYPE})


def end(
    envelope: Envelope,
    run: Run,
    status: AttemptOutcome,
    terminal: Body,
    *,
    fault: Fault | None = None,
    before: tuple[Output, ...] = (),
    effects: tuple[Effect, ...] = (),
) -> Decided:
    """End a run: its one terminal event, its timer forgotten, its long work cancelled."""
    ended = msgspec.structs.replace(run, status=status, ended_at=instant_of(envelope), fault=fault)
    effects += (CancelTimer(timer_id=timer_id(run)),)
    if status != "completed":
        effects += (CancelJobs(request_id=run.request_id, run_no=run.run_no),)
    outputs = (*before, Output(body=terminal, run_no=run.run_no), *attempt_of(ended, status, at=instant_of(envelope)))
    return Decision(state=ended, outputs=outputs, effects=effects)


def ignored(envelope: Envelope, reason: str) -> Decided:
    """Record that an event could not matter any more."""
    body = RequestIgnored(ignored_id=envelope.id, ignored_type=envelope.type, reason=reason)
    return Decision(outputs=(Output(body=body),))


def timer_id(run: Run) -> str:
    """Return the name of the deadline of a run."""
    return f"{run.request_id}:{run.run_no}:deadline"


def cancel(envelope: Envelope, run: Run | None) -> Decided:
    """End a run because somebody asked; a cancel without a request is remembered."""
    reason = envelope.body.reason
    if run is None:
        return Decision(state=Run(request_id=envelope.subject, status="expected", cancel_reason=reason))
    if run.status != "running":
        return ignored(envelope, f"the request is {run.status} already")
    stopping = (stop_listening(),) if run.kind == "listen" else ()
    return end(envelope, run, "cancelled", RequestCancelled(reason=reason), before=stopping)


def stop_listening() -> Output:
    """Return what ends a live stream from this side."""
    return Output(body=StreamClosed(frames=0, reason="cancelled"))


def deadline_passed(envelope: Envelope, run: Run | None) -> Decided:
    """End a run whose deadline has passed."""
    if run is None or run.status != "running" or envelope.run_no != run.run_no:
        return ignored(envelope, "the timer's run is over")
    return end(envelope, run, "cancelled", RequestCancelled(reason="deadline"))


def dead_lettered(envelope: Envelope, run: Run | None) -> Decided:
    """End a run one of whose events could not be processed."""
    letter: EventDeadLettered = envelope.body
    if (run is None or run.status == "expected") and letter.origin_topic == RequestComposition.TOPIC:
        fault = letter.fault
        return ignored(envelope, f"not accepted: {fault.code}: {fault.message} (dead letter {letter.letter_id})")
    if run is None or run.status != "running" or envelope.run_no != run.run_no:
        return ignored(envelope, "the dead letter's run is over or never began")
    if letter.event_type in FEEDBACK_TYPES:
        return ignored(envelope, "an opinion about a request does not end it")
    if letter.origin_topic == StreamClosed.TOPIC:
        return ignored(envelope, "a frame that nobody could read does not end its stream")
    if letter.origin_topic == RequestComposition.TOPIC:
        return ignored(envelope, "another message under the id of a request does not end it")
    ended = msgspec.structs.replace(run, letter_id=letter.letter_id)
    terminal = RequestDeadLettered(letter_id=letter.letter_id, processor=letter.processor, fault=letter.fault)
    return end(envelope, ended, "dead_lettered", terminal, fault=letter.fault)


def audio_refused(envelope: Envelope, run: Run | None) -> Decided:
    """End a run whose sound cannot be used."""
    refusal: AudioRefused = envelope.body
    if run is None or run.status != "running" or envelope.run_no != run.run_no:
        return ignored(envelope, "the refusal's run is over")
    return end(envelope, run, "rejected", RequestRejected(fault=refusal.fault), fault=refusal.fault)
