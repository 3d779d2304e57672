"""Events of the feedback lane folded into a listener's taste, and what is told about each.

An opinion is told as folded when it counts. One whose piece is not here is told as held, and again once the piece is.
"""

from dataclasses import dataclass, replace

from grym.domain.entries.known import parameters_entry
from grym.domain.learning import LEARNER, MIN_STARS, best_known, credited, overall_stars
from grym.domain.learning.folding import with_opinion, with_piece, with_preference
from grym.domain.learning.values import Opinion, Piece, Preference, Question, Taste, Verdict
from grym.ports.effects import KeepEntry
from schemas.body import Body
from schemas.envelope import Envelope
from schemas.events import FeedbackFolded, FeedbackGiven, GuardChanged, OpinionCredited, ParametersExposed, PieceNoted
from streams.learning.checking import check_credited, check_exposed, check_given
from streams.learning.state import LearnerState, event_of, stamp_of, state_of, taste_of
from streams.processor import Decision, Output, instant_of

UNKNOWN = "feedback.unknown"
OUTDATED = "feedback.outdated"
_UNKNOWN_REASON = "no completed composition of that id is known for this listener; it counts once there is one"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What is said about a fold: the guard's verdict before and after it, and what pleases most now."""

    before: Verdict
    after: Verdict
    parameters: dict[str, float]
    style: str
    mood: str


def expose(envelope: Envelope, exposed: ParametersExposed, state: LearnerState | None) -> Decision[LearnerState]:
    """Fold a piece that reached its listener, and tell of opinions that waited for it."""
    check_exposed(exposed)
    taste = taste_of(state)
    piece = Piece(
        piece_id=envelope.subject,
        style=exposed.style,
        mood=exposed.mood,
        parameters=exposed.parameters,
        defaults=exposed.defaults,
        arm=exposed.arm,
        propensity=exposed.propensity,
        expected=exposed.expected,
        quality=exposed.quality_share,
        stamp=_stamp(envelope),
    )
    decision = _decided(envelope, exposed.user, state, taste, with_piece(taste, piece))
    # Every fold is answered, so that a replay can tell from the log what was folded before which question.
    noted = Output(body=PieceNoted(style=exposed.style, arm=exposed.arm))
    return replace(decision, outputs=(noted, *decision.outputs))


def give(envelope: Envelope, given: FeedbackGiven, state: LearnerState | None) -> Decision[LearnerState]:
    """Fold an opinion of a piece, a preference over another, or both."""
    check_given(given, subject=envelope.subject)
    taste, stamp = taste_of(state), _stamp(envelope)
    stars = overall_stars(given.stars, given.aspects)
    after = taste
    if stars is not None:
        after = with_opinion(after, Opinion(piece_id=envelope.subject, stars=stars, stamp=stamp))
    if given.preferred_over is not None:
        pair = Preference(better_id=envelope.subject, worse_id=given.preferred_over, stamp=stamp)
        after = with_preference(after, pair)
    decision = _decided(envelope, given.user, state, taste, after)
    if any(isinstance(output.body, FeedbackFolded) for output in decision.outputs):
        return decision
    return Decision(state=decision.state, outputs=(Output(body=_unmoved(envelope.id, after)),))


def credit(envelope: Envelope, opinion: OpinionCredited, state: LearnerState | None) -> Decision[LearnerState]:
    """Fold an opinion as the first learner passed it on to itself."""
    check_credited(opinion)
    taste, stamp = taste_of(state), _stamp(envelope)
    piece = Piece(piece_id=envelope.subject, style=opinion.style, parameters=opinion.parameters, stamp=stamp)
    known = any(one.piece_id == envelope.subject for one in taste.pieces)
    after = taste if known else with_piece(taste, piece)
    stars = max(MIN_STARS, opinion.stars)
    after = with_opinion(after, Opinion(piece_id=envelope.subject, stars=stars, stamp=stamp))
    folded = FeedbackFolded(feedback_id=opinion.feedback_id, accepted=True, style=opinion.style)
    return Decision(state=state_of(after, before=state), outputs=(Output(body=folded),))


def _decided(
    envelope: Envelope, user: str, state: LearnerState | None, before: Taste, after: Taste
) -> Decision[LearnerState]:
    """Return the new state, and what is told of opinions that count from now on."""
    kept = state_of(after, before=state)
    counted = frozenset(_counting(before))
    fresh = [feedback_id for feedback_id in _counting(after) if feedback_id not in counted]
    if not fresh:
        return Decision(state=kept)
    told = _told(before, after, next(piece for piece in after.pieces if piece.piece_id == envelope.subject))
    outputs: list[Body] = [
        FeedbackFolded(feedback_id=feedback_id, accepted=True, style=told.style, parameters=told.parameters)
        for feedback_id in fresh
    ]
    outputs.extend(_turned(told))
    entry = parameters_entry(
        user,
        style=told.style,
        parameters=told.parameters,
        ratings=sum(piece.style == told.style for piece, _ in credited(after)),
        learner=LEARNER,
        at=instant_of(envelope),
    )
    return Decision(state=kept, outputs=tuple(Output(body=body) for body in outputs), effects=(KeepEntry(entry=entry),))


def _unmoved(feedback_id: str, taste: Taste) -> FeedbackFolded:
    """Return the answer to an opinion that changes nothing: known already, waiting for its piece, or outdated."""
    if feedback_id in _counting(taste):
        return FeedbackFolded(feedback_id=feedback_id, accepted=True, reason="it is known already")
    kept = {one.stamp for one in taste.opinions} | {one.stamp for one in taste.preferences}
    if feedback_id in map(event_of, kept):
        return FeedbackFolded(feedback_id=feedback_id, accepted=False, held=True, code=UNKNOWN, reason=_UNKNOWN_REASON)
    return FeedbackFolded(
        feedback_id=feedback_id, accepted=False, code=OUTDATED, reason="a newer opinion counts, or too many wait"
    )


def _counting(taste: Taste) -> tuple[str, ...]:
    """Return the ids of the events whose opinion or preference counts, in the order of their stamps."""
    known = {piece.piece_id for piece in taste.pieces}
    stamps = {opinion.stamp for _, opinion in credited(taste)}
    stamps.update(one.stamp for one in taste.preferences if one.better_id in known and one.worse_id in known)
    return tuple(event_of(stamp) for stamp in sorted(stamps))


def _told(before: Taste, after: Taste, piece: Piece) -> _Told:
    """Return what the guard says of a piece's style, before and after."""
    question = Question(request_id=f"guard\n{piece.style}", style=piece.style, mood=piece.mood, defaults=piece.defaults)
    parameters, verdict = best_known(after, question)
    return _Told(
        before=best_known(before, question)[1], after=verdict, parameters=parameters, style=piece.style, mood=piece.mood
    )


def _turned(told: _Told) -> tuple[GuardChanged, ...]:
    """Return the news that the guard opened or closed, if it did."""
    if told.before.serving == told.after.serving:
        return ()
    changed = GuardChanged(
        style=told.style,
        serving=told.after.serving,
        reason=told.after.reason,
        lower=round(told.after.lower, 6),
        holdout=round(told.after.default, 6),
        mood=told.mood,
    )
    return (changed,)


def _stamp(envelope: Envelope) -> str:
    instant = instant_of(envelope).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return stamp_of(instant, envelope.id)
