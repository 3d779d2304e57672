"""How runs move on: an answer ends a step, ended steps make others ready, and a failed rating goes round again."""

from dataclasses import replace

import msgspec

from grym.domain.composing.adapt import adapt
from grym.domain.composing.reworking.planning import require_fitting
from grym.domain.composing.steering import damped, settled
from grym.domain.composing.taste import realised, tied_tastes
from grym.domain.entries.known import session_entry
from grym.domain.workflow import ready, repeated
from grym.errors import InvalidRequestError
from grym.ports.effects import Effect, HoldArtifact, KeepEntry
from schemas.body import ArtifactRef, Body, CheckResult, Fault
from schemas.envelope import Envelope
from schemas.events import (
    AudioEnhanced,
    FeaturesExtracted,
    ImprintTaken,
    MusicGenerated,
    ParametersExposed,
    PatternsRecalled,
    PlanMade,
    QualityRated,
    RequestCompleted,
    RequestRejected,
    SourceStudied,
    StepStarted,
)
from schemas.music import LastPieceData, PlanData
from streams.coordinator.attempts import passed_share
from streams.coordinator.definitions import STEP_OF_ANSWER, WORKFLOWS, command_of
from streams.coordinator.endings import Decided, end, ignored
from streams.coordinator.parameters import served
from streams.coordinator.results import result_of
from streams.coordinator.run import Run, Span, Take, Tried
from streams.processor import Decision, Output, instant_of
from streams.translate import (
    checks_from_wire,
    facts_from_wire,
    fault_of,
    last_to_wire,
    plan_from_wire,
    plan_to_wire,
    rework_from_wire,
)


def answer(envelope: Envelope, run: Run | None) -> Decided:
    """Take in what a capability answered."""
    step = STEP_OF_ANSWER[type(envelope.body)]
    if run is None or run.status != "running":
        return ignored(envelope, "the answer's run is over or never began")
    if not _expected(run, step, envelope):
        return ignored(envelope, f"no answer to {step} is expected in this run and round")
    run = run.answered(step, envelope.body, at=instant_of(envelope))
    body = envelope.body
    if fault := getattr(body, "fault", None):
        return end(envelope, run, "rejected", RequestRejected(fault=fault), fault=fault)
    if isinstance(body, PatternsRecalled) and body.last is not None:
        run = _following(run, body.last)
    if isinstance(body, SourceStudied):
        if fault := _impossible(run, body):
            return end(envelope, run, "rejected", RequestRejected(fault=fault), fault=fault)
        run = _guided(run, body)
    if isinstance(body, PlanMade):
        run = msgspec.structs.replace(run, plan=body.plan)
    if isinstance(body, QualityRated) and run.composition is not None:
        run = _judged(run, body)
    return advance(envelope, run, effects=_held_artifacts(run, body))


def _following(run: Run, last: LastPieceData) -> Run:
    """Return the run with what it takes over from its listener's last piece."""
    known = {"style": last.style, "mode": last.tonality.mode}
    run = msgspec.structs.replace(run, **{name: known[name] for name in run.follows})
    run = msgspec.structs.replace(run, defaults=run.defaults | last.parameters)
    return _tied(run, tempo_bpm=last.tempo_bpm, mode=last.tonality.mode)


def _tied(run: Run, *, tempo_bpm: float, mode: str) -> Run:
    """Return the run whose tempo and mode are decided by a piece that is known already."""
    tied = tied_tastes(run.style, tempo_bpm=tempo_bpm, mode=mode) | run.fixed
    return msgspec.structs.replace(run, fixed=tied, defaults=run.defaults | tied)


def _impossible(run: Run, studied: SourceStudied) -> Fault | None:
    """Return why what is asked for cannot be made of this source."""
    wish = run.composition
    if wish is None or wish.rework is None or studied.facts is None:
        return None
    try:
        require_fitting(facts_from_wire(studied.facts), rework_from_wire(wish.rework))
    except InvalidRequestError as error:
        return fault_of(error)
    return None


def _guided(run: Run, studied: SourceStudied) -> Run:
    """Return the run with the style and mode of its source, unless a style was asked for."""
    facts, wish = studied.facts, run.composition
    if facts is None or wish is None:
        return run
    if wish.style is None and wish.definition is None:
        run = msgspec.structs.replace(run, style=facts.style, mode=facts.tonality.mode)
    return _tied(run, tempo_bpm=facts.tempo_bpm, mode=facts.tonality.mode)


def _expected(run: Run, step: str, envelope: Envelope) -> bool:
    in_round = getattr(envelope.body, "round", run.round) == run.round
    return envelope.run_no == run.run_no and step in run.started and step not in run.ended and in_round


def _judged(run: Run, rated: QualityRated) -> Run:
    """Keep a round that passed; adapt the plan and try again after one that failed, as long as that moves anything."""
    made, workflow = run.answers.generate, WORKFLOWS[run.kind]
    assert made is not None
    assert run.plan is not None
    assert workflow.loop is not None
    take = Take(round=run.round, plan=run.plan, generate=made, features=run.answers.features, rate=rated)
    best = take if run.best is None or _merit(take) > _merit(run.best) else run.best
    if rated.passed:
        return msgspec.structs.replace(run, best=take)
    failed = tuple(check for check in rated.checks if not check.passed)
    moves_on = run.tried is None or not settled(run.tried.failed, failed)
    if run.round < workflow.loop.limit and moves_on:
        tried = Tried(parameters=run.plan.parameters, failed=failed)
        again = run.without(repeated(workflow))
        return msgspec.structs.replace(again, best=best, plan=_adapted(run, failed), round=run.round + 1, tried=tried)
    answers = msgspec.structs.replace(run.answers, generate=best.generate, features=best.features, rate=best.rate)
    return msgspec.structs.replace(run, best=best, plan=best.plan, answers=answers)


def _adapted(run: Run, failed: tuple[CheckResult, ...]) -> PlanData:
    """Return the plan of the next round: changed by what failed, less hard where that takes the last change back."""
    assert run.plan is not None
    wanted = plan_to_wire(adapt(plan_from_wire(run.plan), checks_from_wire(failed)))
    if run.tried is None:
        return wanted
    parameters = damped(run.tried.parameters, run.plan.parameters, wanted.parameters)
    return msgspec.structs.replace(wanted, parameters=parameters)


def _merit(take: Take) -> int:
    return -sum(not check.passed for check in take.rate.checks)


def advance(
    envelope: Envelope, run: Run, *, before: tuple[Output, ...] = (), effects: tuple[Effect, ...] = ()
) -> Decided:
    """Start every step that is ready, or complete the run when all have ended."""
    workflow = WORKFLOWS[run.kind]
    names = [name for name in ready(workflow, started=run.started, ended=run.ended) if name not in run.held]
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
    result = result_of(run, at=now)
    run = msgspec.structs.replace(run, result=result)
    done = end(envelope, run, "completed", RequestCompleted(kind=run.kind, result=result), before=before)
    exposed = () if run.composition is None else (_exposure(run),)
    kept = () if run.composition is None else (_session(envelope, run),)
    return Decision(state=done.state, outputs=(*done.outputs, *exposed), effects=(*effects, *done.effects, *kept))


def _session(envelope: Envelope, run: Run) -> KeepEntry:
    """Return what is kept of a finished piece, so that its listener can refer to it."""
    assert run.plan is not None
    last = msgspec.to_builtins(last_to_wire(run.plan, request_id=run.request_id))
    entry = session_entry(run.request.user, tenant=envelope.tenant, last=last, at=instant_of(envelope))
    return KeepEntry(entry=entry)


def _exposure(run: Run) -> Output:
    rated, plan = run.answers.rate, run.plan
    assert rated is not None
    assert plan is not None
    proposed = served(run)
    body = ParametersExposed(
        user=run.request.user,
        style=run.style,
        parameters=realised(plan_from_wire(plan)),
        quality_passed=rated.passed,
        quality_share=passed_share(rated) or 0.0,
        mood=run.mood,
        asked=plan.asked,
        arm=proposed.arm if proposed else "",
        propensity=proposed.propensity if proposed else 1.0,
        expected=proposed.expected if proposed else None,
        defaults=run.defaults,
    )
    return Output(body=body, key=run.request.user, run_no=run.run_no)


def _held_artifacts(run: Run, body: Body) -> tuple[Effect, ...]:
    refs: tuple[ArtifactRef | None, ...] = ()
    if isinstance(body, MusicGenerated):
        refs = (body.audio, body.midi, body.musicxml, *body.stems, *body.pages)
    elif isinstance(body, FeaturesExtracted):
        refs = (body.windows, body.imprint)
    elif isinstance(body, ImprintTaken):
        refs = (body.imprint,)
    elif isinstance(body, SourceStudied):
        refs = (body.score,)
    elif isinstance(body, AudioEnhanced):
        refs = (body.audio,)
    return tuple(HoldArtifact(request_id=run.request_id, uri=ref.uri) for ref in refs if ref is not None)
