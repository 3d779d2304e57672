"""The coordinator: a request becomes a run, a run becomes commands, and every run ends exactly once.

Policy (promise 2): a request is accepted by the commit of its first decision. A cancel that comes first is
remembered. The first of completed, rejected, dead-lettered and cancelled wins; whatever comes later, and a second
request under a known id, is recorded as ignored. A redrive begins the next run and keeps finished steps. Answers of
other runs or rounds have no effect. Time is the log-append time of the event at hand.
"""

import hashlib
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
from grym.domain.composing.adapt import adapt
from grym.domain.composing.planner import plan as plan_by_rules

from grym.domain.workflow import ready, repeated
from grym.errors import InvalidRequestError
from grym.ports.effects import CancelJobs, CancelTimer, Effect, HoldArtifact, KeepText, SetTimer
from schemas.body import ArtifactRef, Body, Fault
from schemas.commands import CancelRequest, RedriveRequest, RequestAnalysis, RequestComposition
from schemas.envelope import Envelope
from schemas.events import (
    AudioRefused,
    EventDeadLettered,
    FeaturesExtracted,
    MusicGenerated,
    ParametersExposed,
    PlanMade,
    QualityRated,
    RequestAccepted,
    RequestCancelled,
    RequestCompleted,
    RequestDeadLettered,
    RequestIgnored,
    RequestRejected,
    StepStarted,
    TimerFired,
)
from streams.coordinator.definitions import STEP_OF_ANSWER, WORKFLOWS, command_of
from streams.coordinator.results import analysis_result, composition_result
from streams.coordinator.run import Run, Span, Status, Take
from streams.processor import Decision, Output, instant_of
from streams.translate import checks_from_wire, fault_of, plan_from_wire, plan_to_wire, wish_of

MAX_DEADLINE_S = 7 * 86_400.0  # the retention of requests: a later deadline would outlive the request itself
MAX_SEED = 2**63 - 1  # fits every integer column
EMBEDDINGS = ("dsp",)
MAX_NAME_CHARACTERS = 200  # users and collections are names, not texts

Decided = Decision[Run]

FEEDBACK_TYPES = frozenset({"grym.feedback.given.v1", "grym.parameters.exposed.v1"})


class Coordinator:
    """Runs the workflows; pure: everything it needs is in the event and in the run."""

    name = "coordinator"
    accepts: tuple[type[Body], ...] = (
        RequestComposition,
        RequestAnalysis,
        CancelRequest,
        RedriveRequest,
        TimerFired,
        EventDeadLettered,
        AudioRefused,
        *STEP_OF_ANSWER,
    )
    state_type = Run

    def state_key(self, envelope: Envelope) -> str:
        """Return the request id."""
        return envelope.subject

    async def process(self, envelope: Envelope, state: Run | None) -> Decided:
        """Decide what one event means for its request."""
        decide = _DECISIONS.get(type(envelope.body), _answer)
        return decide(envelope, state)


def _request(envelope: Envelope, run: Run | None) -> Decided:
    if run is not None and run.status != "expected":
        return _ignored(envelope, "the request id is known already")
    request: RequestComposition | RequestAnalysis = envelope.body
    fresh = _new_run(envelope, request)
    accepted = Output(body=RequestAccepted(kind=fresh.kind, deadline_s=_known_number(request.deadline_s)))
    try:
        _check_bounds(request)
        fresh = _with_intent(fresh, envelope)
    except InvalidRequestError as error:
        fault = fault_of(error)
        return _end(envelope, fresh, "rejected", RequestRejected(fault=fault), fault=fault, before=(accepted,))
    if run is not None:
        return _end(envelope, fresh, "cancelled", RequestCancelled(reason=run.cancel_reason), before=(accepted,))
    return _advance(envelope, fresh, before=(accepted,), effects=_intake_effects(envelope, fresh))


def _new_run(envelope: Envelope, request: RequestComposition | RequestAnalysis) -> Run:
    composition = request if isinstance(request, RequestComposition) else None
    return Run(
        request_id=envelope.subject,
        status="running",
        kind="compose" if composition else "analyze",
        run_no=envelope.run_no,
        created_at=instant_of(envelope),
        composition=None if composition is None else msgspec.structs.replace(composition, prompt=""),
        analysis=request if isinstance(request, RequestAnalysis) else None,
        prompt_ref=f"text://{envelope.subject}/prompt" if composition else "",
        request_event_id=envelope.id,
    )


def _known_number(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _check_bounds(request: RequestComposition | RequestAnalysis) -> None:
    if not (math.isfinite(request.deadline_s) and 0 < request.deadline_s <= MAX_DEADLINE_S):
        raise InvalidRequestError(
            "the deadline must lie between 0 and 604800 seconds",
            code="request.deadline",
            hint="Leave the deadline out to get 600 seconds.",
        )
    if not 0 < len(request.user) <= MAX_NAME_CHARACTERS:
        raise InvalidRequestError("a user name has 1 to 200 characters", code="request.user", hint="Shorten it.")
    if isinstance(request, RequestAnalysis) and request.embedding not in EMBEDDINGS:
        raise InvalidRequestError(
            f"the embedding {request.embedding!r} is not known",
            code="request.embedding",
            hint=f"Choose one of: {', '.join(EMBEDDINGS)}.",
        )
    seed = request.seed if isinstance(request, RequestComposition) else None
    if seed is not None and not 0 <= seed <= MAX_SEED:
        raise InvalidRequestError(
            "a seed is a whole number from 0 to 9223372036854775807", code="request.seed", hint="Choose a smaller one."
        )


def _with_intent(run: Run, envelope: Envelope) -> Run:
    """Return the run with seed, style and mode, which recall and learning are asked for before the plan is made."""
    request = envelope.body
    if not isinstance(request, RequestComposition):
        return run
    seed = _seed_from(run.request_id) if request.seed is None else request.seed
    intent = plan_by_rules(wish_of(request, prompt=request.prompt), seed=seed)
    return msgspec.structs.replace(run, seed=seed, style=intent.style, mode=intent.tonality.mode)


def _seed_from(request_id: str) -> int:
    return int.from_bytes(hashlib.sha256(request_id.encode()).digest()[:4], "big")


def _intake_effects(envelope: Envelope, run: Run) -> tuple[Effect, ...]:
    effects: list[Effect] = [_deadline_timer(run, since=instant_of(envelope))]
    request = envelope.body
    if isinstance(request, RequestComposition):
        effects.append(KeepText(ref=run.prompt_ref, request_id=run.request_id, user=request.user, text=request.prompt))
    else:
        effects.append(HoldArtifact(request_id=run.request_id, uri=request.audio.uri))
    return tuple(effects)


def _deadline_timer(run: Run, *, since: datetime) -> SetTimer:
    return SetTimer(
        timer_id=_timer_id(run),
        subject=run.request_id,
        purpose="deadline",
        due_at=since + timedelta(seconds=run.request.deadline_s),
        run_no=run.run_no,
    )


def _timer_id(run: Run) -> str:
    return f"{run.request_id}:{run.run_no}:deadline"


def _cancel(envelope: Envelope, run: Run | None) -> Decided:
    reason = envelope.body.reason
    if run is None:
        return Decision(state=Run(request_id=envelope.subject, status="expected", cancel_reason=reason))
    if run.status != "running":
        return _ignored(envelope, f"the request is {run.status} already")
    return _end(envelope, run, "cancelled", RequestCancelled(reason=reason))


def _timer(envelope: Envelope, run: Run | None) -> Decided:
    if run is None or run.status != "running" or envelope.run_no != run.run_no:
        return _ignored(envelope, "the timer's run is over")
    return _end(envelope, run, "cancelled", RequestCancelled(reason="deadline"))


def _dead_letter(envelope: Envelope, run: Run | None) -> Decided:
    letter: EventDeadLettered = envelope.body
    if run is None or run.status != "running" or envelope.run_no != run.run_no:
        return _ignored(envelope, "the dead letter's run is over or never began")
    if letter.event_type in FEEDBACK_TYPES:
        return _ignored(envelope, "an opinion about a request does not end it")
    ended = msgspec.structs.replace(run, letter_id=letter.letter_id)
    terminal = RequestDeadLettered(letter_id=letter.letter_id, processor=letter.processor, fault=letter.fault)
    return _end(envelope, ended, "dead_lettered", terminal, fault=letter.fault)


def _redrive(envelope: Envelope, run: Run | None) -> Decided:
    redrive: RedriveRequest = envelope.body
    if run is None or run.status not in {"dead_lettered", "cancelled"} or redrive.run_no != run.run_no:
        return _ignored(envelope, "there is no ended run of that number to drive again")
    again = msgspec.structs.replace(
        run,
        status="running",
        run_no=run.run_no + 1,
        started=run.started & run.ended,
        ended_at=None,
        fault=None,
        letter_id="",
    )
    accepted = Output(body=RequestAccepted(kind=again.kind, deadline_s=again.request.deadline_s), run_no=again.run_no)
    timer = _deadline_timer(again, since=instant_of(envelope))
    return _advance(envelope, again, before=(accepted,), effects=(timer,))


def _refused(envelope: Envelope, run: Run | None) -> Decided:
    refusal: AudioRefused = envelope.body
    if run is None or run.status != "running" or envelope.run_no != run.run_no:
        return _ignored(envelope, "the refusal's run is over")
    return _end(envelope, run, "rejected", RequestRejected(fault=refusal.fault), fault=refusal.fault)


def _answer(envelope: Envelope, run: Run | None) -> Decided:
    step = STEP_OF_ANSWER[type(envelope.body)]
    if run is None or run.status != "running":
        return _ignored(envelope, "the answer's run is over or never began")
    if not _expected(run, step, envelope):
        return _ignored(envelope, f"no answer to {step} is expected in this run and round")
    run = run.answered(step, envelope.body, at=instant_of(envelope))
    body = envelope.body
    if isinstance(body, PlanMade):
        run = msgspec.structs.replace(run, plan=body.plan)
    if isinstance(body, QualityRated) and run.composition is not None:
        run = _judged(run, body)
    return _advance(envelope, run, effects=_held_artifacts(run, body))


def _expected(run: Run, step: str, envelope: Envelope) -> bool:
    in_round = getattr(envelope.body, "round", run.round) == run.round
    return envelope.run_no == run.run_no and step in run.started and step not in run.ended and in_round


def _judged(run: Run, rated: QualityRated) -> Run:
    """Keep a round that passed; adapt the plan and try again after one that failed; at the limit keep the best."""
    made, workflow = run.answers.generate, WORKFLOWS[run.kind]
    assert made is not None
    assert run.plan is not None
    assert workflow.loop is not None
    take = Take(round=run.round, plan=run.plan, generate=made, features=run.answers.features, rate=rated)
    best = take if run.best is None or _merit(take) > _merit(run.best) else run.best
    if rated.passed:
        return msgspec.structs.replace(run, best=take)
    if run.round < workflow.loop.limit:
        failed = checks_from_wire(check for check in rated.checks if not check.passed)
        adapted = plan_to_wire(adapt(plan_from_wire(run.plan), failed))
        again = run.without(repeated(workflow))
        return msgspec.structs.replace(again, best=best, plan=adapted, round=run.round + 1)
    answers = msgspec.structs.replace(run.answers, generate=best.generate, features=best.features, rate=best.rate)
    return msgspec.structs.replace(run, best=best, plan=best.plan, answers=answers)


def _merit(take: Take) -> int:
    return -sum(not check.passed for check in take.rate.checks)


def _advance(
    envelope: Envelope, run: Run, *, before: tuple[Output, ...] = (), effects: tuple[Effect, ...] = ()
) -> Decided:
    """Start every step that is ready, or complete the run when all have ended."""
    workflow = WORKFLOWS[run.kind]
    names = ready(workflow, started=run.started, ended=run.ended)
    if not names and run.ended >= {step.name for step in workflow.steps}:
        return _complete(envelope, run, before=before, effects=effects)
    now = instant_of(envelope)
    run = msgspec.structs.replace(
        run, started=run.started | set(names), spans={**run.spans, **{name: Span(started_at=now) for name in names}}
    )
    outputs = [
        replace(output, run_no=run.run_no)
        for name in names
        for output in (Output(body=StepStarted(step=name, round=run.round)), command_of(name, run))
    ]
    return Decision(state=run, outputs=(*before, *outputs), effects=effects)


def _complete(envelope: Envelope, run: Run, *, before: tuple[Output, ...], effects: tuple[Effect, ...]) -> Decided:
    now = instant_of(envelope)
    build: Callable[..., dict[str, Any]] = composition_result if run.composition else analysis_result
    result = build(run, at=now)
    run = msgspec.structs.replace(run, result=result)
    done = _end(envelope, run, "completed", RequestCompleted(kind=run.kind, result=result), before=before)
    exposed = () if run.composition is None else (_exposure(run),)
    return Decision(state=done.state, outputs=(*done.outputs, *exposed), effects=(*effects, *done.effects))


def _exposure(run: Run) -> Output:
    rated, plan = run.answers.rate, run.plan
    assert rated is not None
    assert plan is not None
    passed = sum(check.passed for check in rated.checks)
    body = ParametersExposed(
        user=run.request.user,
        style=run.style,
        parameters=plan.parameters,
        quality_passed=rated.passed,
        quality_share=passed / len(rated.checks) if rated.checks else 0.0,
    )
    return Output(body=body, key=run.request.user, run_no=run.run_no)


def _end(
    envelope: Envelope,
    run: Run,
    status: Status,
    terminal: Body,
    *,
    fault: Fault | None = None,
    before: tuple[Output, ...] = (),
) -> Decided:
    """End a run: its one terminal event, its timer forgotten, its long work cancelled."""
    ended = msgspec.structs.replace(run, status=status, ended_at=instant_of(envelope), fault=fault)
    effects: tuple[Effect, ...] = (CancelTimer(timer_id=_timer_id(run)),)
    if status != "completed":
        effects += (CancelJobs(request_id=run.request_id, run_no=run.run_no),)
    return Decision(state=ended, outputs=(*before, Output(body=terminal, run_no=run.run_no)), effects=effects)


def _held_artifacts(run: Run, body: Body) -> tuple[Effect, ...]:
    refs: tuple[ArtifactRef | None, ...] = ()
    if isinstance(body, MusicGenerated):
        refs = (body.audio, body.midi, body.musicxml, *body.stems, *body.pages)
    elif isinstance(body, FeaturesExtracted):
        refs = (body.windows,)
    return tuple(HoldArtifact(request_id=run.request_id, uri=ref.uri) for ref in refs if ref is not None)


def _ignored(envelope: Envelope, reason: str) -> Decided:
    body = RequestIgnored(ignored_id=envelope.id, ignored_type=envelope.type, reason=reason)
    return Decision(outputs=(Output(body=body),))


_DECISIONS: dict[type[Body], Callable[[Envelope, Run | None], Decided]] = {
    RequestComposition: _request,
    RequestAnalysis: _request,
    CancelRequest: _cancel,
    TimerFired: _timer,
    EventDeadLettered: _dead_letter,
    RedriveRequest: _redrive,
    AudioRefused: _refused,
}
