"""The course of learning as the log tells it: exposures, opinions and the guard's turns become `Course`.

One opinion per piece counts, the last one, and only of the user whom the piece was made for; what the learner refused
has no effect here either.
"""

from dataclasses import dataclass, field, replace

from grym.domain.courses import Course, Pair, Served, steps_of
from grym.domain.learning import overall_stars
from grym.domain.learning.rewards import pleasure_of
from schemas.body import Body
from schemas.envelope import Envelope
from schemas.events import FeedbackFolded, FeedbackGiven, GuardChanged, ParametersExposed

TOLD_BY: tuple[type[Body], ...] = (ParametersExposed, FeedbackGiven, FeedbackFolded, GuardChanged)


@dataclass(slots=True, kw_only=True)
class Telling:
    """Takes events in the order of the log.

    Parameters
    ----------
    user, style
        Only what is of these; None for all.
    """

    user: str | None = None
    style: str | None = None
    _served: dict[str, Served] = field(default_factory=dict)
    _pairs: dict[frozenset[str], Pair] = field(default_factory=dict)
    _early: dict[str, list[FeedbackGiven]] = field(default_factory=dict)
    _turns: list[tuple[str, int, bool]] = field(default_factory=list)
    _wished: dict[tuple[str, str], dict[str, float]] = field(default_factory=dict)

    def take(self, envelope: Envelope) -> None:
        """Take in one event; others than `TOLD_BY` have no effect."""
        match envelope.body:
            case ParametersExposed() as exposed:
                self._expose(envelope.subject, exposed)
            case FeedbackGiven() as given:
                self._judge(envelope.subject, given)
            case GuardChanged() as turned:
                self._turns.append((envelope.subject, len(self._served), turned.serving))
            case FeedbackFolded() as folded if folded.accepted and envelope.subject in self._served:
                piece = self._served[envelope.subject]
                self._wished[piece.user, folded.style] = folded.parameters

    def told(self) -> Course:
        """Return the course so far."""
        served = tuple(self._served.values())
        turns = tuple((at, serving) for subject, at, serving in self._turns if subject in self._served)
        return Course(served=served, pairs=tuple(self._pairs.values()), guard=turns, steps=steps_of(served))

    def wished(self) -> dict[tuple[str, str], dict[str, float]]:
        """Return what was learned last, by user and style."""
        return dict(self._wished)

    def _is_asked(self, user: str, style: str) -> bool:
        return self.user in {None, user} and self.style in {None, style}

    def _expose(self, piece_id: str, exposed: ParametersExposed) -> None:
        if not self._is_asked(exposed.user, exposed.style) or piece_id in self._served:
            return
        self._served[piece_id] = Served(
            piece_id=piece_id,
            user=exposed.user,
            style=exposed.style,
            arm=exposed.arm or "default",
            propensity=exposed.propensity,
            expected=exposed.expected,
        )
        for given in self._early.pop(piece_id, ()):  # opinions that came before their piece
            self._judge(piece_id, given)

    def _judge(self, piece_id: str, given: FeedbackGiven) -> None:
        piece = self._served.get(piece_id)
        if piece is None and self.user in {None, given.user}:
            self._early.setdefault(piece_id, []).append(given)
        if piece is None or piece.user != given.user:
            return
        stars = overall_stars(given.stars, given.aspects)
        if stars is not None:
            self._served[piece_id] = replace(piece, utility=pleasure_of(stars))
        other = self._served.get(given.preferred_over or "")
        if other is not None and other.user == given.user and other.arm != piece.arm:
            names = frozenset({piece_id, other.piece_id})
            self._pairs[names] = Pair(user=given.user, better=piece.arm, worse=other.arm)
