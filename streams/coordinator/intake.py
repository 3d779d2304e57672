"""How runs begin: a request is checked and becomes a run; a redrive begins the next run of one that ended."""

import hashlib
import math
from datetime import timedelta

import msgspec

from grym.domain.composing.planner import plan as plan_by_rules
from grym.errors import InvalidRequestError
from grym.ports.effects import Effect, HoldArtifact, KeepText, SetTimer
from schemas.body import ARTIFACT_ADDRESS
from schemas.commands import RedriveRequest, RequestAnalysis, RequestComposition
from schemas.envelope import Envelope
from schemas.events import RequestAccepted, RequestCancelled, RequestRejected
from streams.coordinator.endings import Decided, end, ignored, timer_id
from streams.coordinator.progress import advance
from streams.coordinator.run import Run
from streams.processor import Output, instant_of
from streams.translate import fault_of, wish_of

MAX_DEADLINE_S = 7 * 86_400.0  # the retention of requests: a later deadline would outlive the request itself
MAX_SEED = 2**63 - 1  # fits every integer column
EMBEDDINGS = ("dsp",)
MAX_PRIORITY = 10
MAX_NAME_CHARACTERS = 200  # users and collections are names, not texts


def request(envelope: Envelope, run: Run | None) -> Decided:
    """Accept a request, refuse an impossible one, or ignore a second one under a known id."""
    if run is not None and run.status != "expected":
        return ignored(envelope, "the request id is known already")
    wish: RequestComposition | RequestAnalysis = envelope.body
    fresh = _new_run(envelope, wish)
    accepted = Output(body=RequestAccepted(kind=fresh.kind, deadline_s=_known_number(wish.deadline_s)))
    try:
        _check_bounds(wish)
        fresh = _with_intent(fresh, envelope)
    except InvalidRequestError as error:
        fault = fault_of(error)
        return end(envelope, fresh, "rejected", RequestRejected(fault=fault), fault=fault, before=(accepted,))
    kept = _kept(envelope, fresh)
    if run is not None:
        cancelled = RequestCancelled(reason=run.cancel_reason)
        return end(envelope, fresh, "cancelled", cancelled, before=(accepted,), effects=(kept,))
    timer = _deadline_timer(fresh, envelope)
    fresh = msgspec.structs.replace(fresh, due_at=timer.due_at)
    return advance(envelope, fresh, before=(accepted,), effects=(timer, kept))


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
        correlation_id="" if envelope.correlation_id == envelope.subject else envelope.correlation_id,
    )


def _known_number(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _check_bounds(wish: RequestComposition | RequestAnalysis) -> None:
    if not (math.isfinite(wish.deadline_s) and 0 < wish.deadline_s <= MAX_DEADLINE_S):
        raise InvalidRequestError(
            "the deadline must lie between 0 and 604800 seconds",
            code="request.deadline",
            hint="Leave the deadline out to get 600 seconds.",
        )
    if not 0 < len(wish.user) <= MAX_NAME_CHARACTERS:
        raise InvalidRequestError("a user name has 1 to 200 characters", code="request.user", hint="Shorten it.")
    if isinstance(wish, RequestAnalysis) and not ARTIFACT_ADDRESS.fullmatch(wish.audio.uri):
        raise InvalidRequestError(
            "the sound is not the address of an artifact",
            code="request.audio",
            hint="Store the sound first, and send the reference that the store gives.",
        )
    if isinstance(wish, RequestAnalysis) and wish.embedding not in EMBEDDINGS:
        raise InvalidRequestError(
            f"the embedding {wish.embedding!r} is not known",
            code="request.embedding",
            hint=f"Choose one of: {', '.join(EMBEDDINGS)}.",
        )
    if isinstance(wish, RequestComposition) and abs(wish.priority) > MAX_PRIORITY:
        raise InvalidRequestError(
            "a priority is a whole number from -10 to 10", code="request.priority", hint="Leave it out to get 0."
        )
    seed = wish.seed if isinstance(wish, RequestComposition) else None
    if seed is not None and not 0 <= seed <= MAX_SEED:
        raise InvalidRequestError(
            "a seed is a whole number from 0 to 9223372036854775807", code="request.seed", hint="Choose one of those."
        )


def _with_intent(run: Run, envelope: Envelope) -> Run:
    """Return the run with seed, style and mode, which recall and learning are asked for before the plan is made."""
    wish = envelope.body
    if not isinstance(wish, RequestComposition):
        return run
    seed = _seed_from(run.request_id) if wish.seed is None else wish.seed
    intent = plan_by_rules(wish_of(wish, prompt=wish.prompt), seed=seed)
    return msgspec.structs.replace(run, seed=seed, style=intent.style, mode=intent.tonality.mode)


def _seed_from(request_id: str) -> int:
    return int.from_bytes(hashlib.sha256(request_id.encode()).digest()[:4], "big")


def _kept(envelope: Envelope, run: Run) -> Effect:
    """Return what must outlive the request's own event: the prompt by reference, or a hold on the sound."""
    wish = envelope.body
    if isinstance(wish, RequestComposition):
        return KeepText(ref=run.prompt_ref, request_id=run.request_id, user=wish.user, text=wish.prompt)
    return HoldArtifact(request_id=run.request_id, uri=wish.audio.uri)


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
