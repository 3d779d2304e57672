"""How runs begin: a request is checked and becomes a run; a redrive begins the next run of one that ended."""

import hashlib
import math
from datetime import timedelta

import msgspec

from grym.domain.composing.planner import plan as plan_by_rules
from grym.domain.composing.referring import left_open, refers_back
from grym.domain.composing.styles import STYLES
from grym.domain.composing.taste import usual_of
from grym.errors import InvalidRequestError
from grym.ports.effects import Effect, HoldArtifact, KeepText, SetTimer
from schemas.commands import RedriveRequest, RequestComposition, RequestPatternChange
from schemas.envelope import Envelope
from schemas.events import RequestAccepted, RequestCancelled, RequestRejected
from streams.coordinator.attempts import input_digest
from streams.coordinator.bounds import check_bounds
from streams.coordinator.endings import Decided, end, ignored, timer_id
from streams.coordinator.progress import advance
from streams.coordinator.run import Request, Run
from streams.processor import Output, instant_of
from streams.translate import fault_of, wish_of


def request(envelope: Envelope, run: Run | None) -> Decided:
    """Accept a request, refuse an impossible one, or ignore a second one under a known id."""
    if run is not None and run.status != "expected":
        return ignored(envelope, "the request id is known already")
    wish: Request = envelope.body
    fresh = _new_run(envelope, wish)
    accepted = Output(body=RequestAccepted(kind=fresh.kind, deadline_s=_known_number(wish.deadline_s)))
    try:
        check_bounds(wish)
        fresh = _with_intent(fresh, envelope)
    except InvalidRequestError as error:
        fault = fault_of(error)
        return end(envelope, fresh, "rejected", RequestRejected(fault=fault), fault=fault, before=(accepted,))
    kept = _kept(envelope, fresh)
    if run is not None:
        cancelled = RequestCancelled(reason=run.cancel_reason)
        return end(envelope, fresh, "cancelled", cancelled, before=(accepted,), effects=kept)
    timer = _deadline_timer(fresh, envelope)
    fresh = msgspec.structs.replace(fresh, due_at=timer.due_at)
    return advance(envelope, fresh, before=(accepted,), effects=(timer, *kept))


def _new_run(envelope: Envelope, request: Request) -> Run:
    fresh = Run(
        request_id=envelope.subject,
        status="running",
        run_no=envelope.run_no,
        created_at=instant_of(envelope),
        prompt_ref=_text_ref(request, request_id=envelope.subject),
        request_event_id=envelope.id,
        input_sha256=input_digest(request, tenant=envelope.tenant) if isinstance(request, RequestComposition) else "",
        tenant=envelope.tenant,
        correlation_id="" if envelope.correlation_id == envelope.subject else envelope.correlation_id,
    )
    return fresh.asking(request)


def _text_ref(request: Request, *, request_id: str) -> str:
    """Return where what a person wrote is kept; empty where a request has no such words."""
    if isinstance(request, RequestComposition):
        return f"text://{request_id}/prompt"
    return f"text://{request_id}/note" if isinstance(request, RequestPatternChange) and request.note else ""


def _known_number(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _with_intent(run: Run, envelope: Envelope) -> Run:
    """Return the run with seed, style, mode and what is usual, which is asked for before the plan is made."""
    wish = envelope.body
    if not isinstance(wish, RequestComposition):
        return run
    seed = _seed_from(run.request_id) if wish.seed is None else wish.seed
    intent = plan_by_rules(wish_of(wish, prompt=wish.prompt), seed=seed)
    usual = usual_of(intent, intent.definition or STYLES[intent.style])
    run = msgspec.structs.replace(
        run,
        seed=seed,
        style=intent.style,
        mode=intent.tonality.mode,
        mood=intent.mood,
        defaults=dict(usual.defaults),
        fixed=dict(usual.fixed),
    )
    if not refers_back(wish.prompt):
        return run
    return msgspec.structs.replace(run, refers_back=True, follows=left_open(wish_of(wish, prompt=wish.prompt)))


def _seed_from(request_id: str) -> int:
    return int.from_bytes(hashlib.sha256(request_id.encode()).digest()[:4], "big")


def _kept(envelope: Envelope, run: Run) -> tuple[Effect, ...]:
    """Return what must outlive the request's own event: the prompt by reference, or a hold on what it was sent with."""
    wish = envelope.body
    if isinstance(wish, RequestComposition):
        text = KeepText(ref=run.prompt_ref, request_id=run.request_id, user=wish.user, text=wish.prompt)
        if wish.source is None:
            return (text,)
        return (text, HoldArtifact(request_id=run.request_id, uri=wish.source.uri))
    if isinstance(wish, RequestPatternChange) and wish.note:
        return (KeepText(ref=run.prompt_ref, request_id=run.request_id, user=wish.user, text=wish.note),)
    sent = wish.file if isinstance(wish, RequestPatternChange) else wish.audio
    return () if sent is None else (HoldArtifact(request_id=run.request_id, uri=sent.uri),)


def _deadline_timer(run: Run, cause: Envelope) -> SetTimer:
    return SetTimer(
        timer_id=timer_id(run),
        subject=run.request_id,
        purpose="deadline",
        due_at=instant_of(cause) + timedelta(seconds=run.request.deadline_s),
        run_no=run.run_no,
        cause_id=cause.id,
    )


def redrive(envelope: Envelope, run: Run | None) -> Decided:
    """Begin the next run of a request that ended, keeping the steps it had finished."""
    wanted: RedriveRequest = envelope.body
    if run is None or run.status not in {"dead_lettered", "cancelled"} or wanted.run_no != run.run_no:
        return ignored(envelope, "there is no ended run of that number to drive again")
    if run.kind == "listen":
        return ignored(envelope, "a stream that has ended cannot be heard again; send it as a new one")
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
    timer = _deadline_timer(again, envelope)
    again = msgspec.structs.replace(again, due_at=timer.due_at)
    return advance(envelope, again, before=(accepted,), effects=(timer,))
