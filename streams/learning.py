"""The learner: opinions become parameters, in the order of the log.

One lane over the feedback topic. An exposure remembers which parameters a piece had (state per request), an opinion
is credited to them, and the credited opinion is folded into the user's taste for the style (state per user). The two
steps are two events, so each touches one row. Unknown pieces are answered, not guessed at.
"""

from typing import cast

import msgspec

from grym.domain.entries.known import parameters_entry
from grym.domain.learning import ASPECTS, MAX_STARS, MIN_STARS, Opinion, overall_stars, propose, with_opinion
from grym.errors import ContractError, InvalidRequestError
from grym.ports.effects import KeepEntry
from schemas.body import Body
from schemas.commands import ProposeParameters
from schemas.envelope import Envelope
from schemas.events import FeedbackFolded, FeedbackGiven, OpinionCredited, ParametersExposed, ParametersProposed
from streams.processor import Decision, Output, instant_of

LEARNER = "kernel-ucb/1"
WINNER_STARS = 4.0  # a preference says which was better, not how good: one star above and below neutral
LOSER_STARS = 2


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """Which parameters a piece had when it reached its listener."""

    style: str
    parameters: dict[str, float]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One opinion as kept in the state."""

    piece_id: str
    parameters: dict[str, float]
    stars: float


class LearnerState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Either the exposure of one piece, or the opinions of one user by style."""

    exposure: Exposure | None = None
    tastes: dict[str, tuple[Told, ...]] = msgspec.field(default_factory=dict)


Learned = Decision[LearnerState]


class Learning:
    """Folds feedback and answers what to try next; pure."""

    name = "learning"
    accepts: tuple[type[Body], ...] = (ParametersExposed, FeedbackGiven, OpinionCredited, ProposeParameters)
    state_type = LearnerState

    def state_key(self, envelope: Envelope) -> str:
        """Return the piece for exposures and opinions, the user for what is learned of them."""
        if isinstance(envelope.body, (OpinionCredited, ProposeParameters)):
            return f"user:{envelope.body.user}"
        return f"piece:{envelope.subject}"

    async def process(self, envelope: Envelope, state: LearnerState | None) -> Learned:
        """Fold one event of the feedback lane, or answer a question."""
        state = state or LearnerState()
        match envelope.body:
            case ParametersExposed() as exposed:
                return _expose(exposed, state)
            case FeedbackGiven() as given:
                return _credit(envelope, given, state)
            case OpinionCredited() as credited:
                return _fold(envelope, credited, state)
            case _:
                return _propose(cast("ProposeParameters", envelope.body), state)


def _expose(exposed: ParametersExposed, state: LearnerState) -> Learned:
    _check_parameters(exposed.parameters)
    exposure = Exposure(style=exposed.style, parameters=exposed.parameters)
    return Decision(state=msgspec.structs.replace(state, exposure=exposure))


def _credit(envelope: Envelope, given: FeedbackGiven, state: LearnerState) -> Learned:
    _check(given, subject=envelope.subject)
    if state.exposure is None:
        refusal = FeedbackFolded(
            feedback_id=envelope.id, accepted=False, reason="no completed composition of that id is known"
        )
        return Decision(outputs=(Output(body=refusal),))
    stars = overall_stars(given.stars, given.aspects)
    credited = OpinionCredited(
        user=given.user,
        style=state.exposure.style,
        stars=WINNER_STARS if stars is None else stars,
        parameters=state.exposure.parameters,
        feedback_id=envelope.id,
    )
    outputs = [Output(body=credited, key=given.user)]
    if given.preferred_over is not None:
        loser = FeedbackGiven(user=given.user, stars=LOSER_STARS)
        outputs.append(Output(body=loser, key=given.user, subject=given.preferred_over))
    return Decision(outputs=tuple(outputs))


def _check(given: FeedbackGiven, *, subject: str) -> None:
    unknown = sorted(set(given.aspects) - set(ASPECTS))
    if unknown:
        raise InvalidRequestError(
            f"{unknown[0]!r} is no aspect", code="feedback.aspect", hint=f"Choose among: {', '.join(ASPECTS)}."
        )
    if given.preferred_over == subject:
        raise InvalidRequestError(
            "a piece cannot be better than itself", code="feedback.preference", hint="Name another piece."
        )
    values = [*given.aspects.values(), *([] if given.stars is None else [given.stars])]
    if not values and given.preferred_over is None:
        raise InvalidRequestError(
            "feedback needs stars, an aspect or a preference", code="feedback.empty", hint="Give 1 to 5 stars."
        )
    if any(not MIN_STARS <= value <= MAX_STARS for value in values):
        raise InvalidRequestError("stars and aspects go from 1 to 5", code="feedback.range", hint="Give 1 to 5.")


def _check_parameters(parameters: dict[str, float]) -> None:
    if any(not 0.0 <= value <= 1.0 for value in parameters.values()):
        raise ContractError("parameters lie between 0 and 1", code="feedback.range")


def _fold(envelope: Envelope, credited: OpinionCredited, state: LearnerState) -> Learned:
    _check_parameters(credited.parameters)
    if not MIN_STARS <= credited.stars <= MAX_STARS:
        raise ContractError("a credited opinion has 1 to 5 stars", code="feedback.range")
    opinion = Opinion(piece_id=envelope.subject, parameters=credited.parameters, stars=credited.stars)
    opinions = with_opinion(_opinions(state, credited.style), opinion)
    told = tuple(Told(piece_id=o.piece_id, parameters=dict(o.parameters), stars=o.stars) for o in opinions)
    folded = FeedbackFolded(
        feedback_id=credited.feedback_id, accepted=True, style=credited.style, parameters=propose(opinions)
    )
    learned = msgspec.structs.replace(state, tastes={**state.tastes, credited.style: told})
    return Decision(state=learned, outputs=(Output(body=folded),), effects=(_kept(envelope, folded, len(told)),))


def _kept(envelope: Envelope, folded: FeedbackFolded, ratings: int) -> KeepEntry:
    """Return what was learned as an entry of typed memory, where it can be read by others than the learner."""
    credited: OpinionCredited = envelope.body
    entry = parameters_entry(
        credited.user,
        style=credited.style,
        parameters=folded.parameters,
        ratings=ratings,
        learner=LEARNER,
        at=instant_of(envelope),
    )
    return KeepEntry(entry=entry)


def _propose(question: ProposeParameters, state: LearnerState) -> Learned:
    opinions = _opinions(state, question.style)
    parameters = propose(opinions)
    proposed = ParametersProposed(
        parameters=parameters,
        sources=dict.fromkeys(parameters, "learned"),
        learner=LEARNER,
        ratings=len(opinions),
    )
    return Decision(outputs=(Output(body=proposed),))


def _opinions(state: LearnerState, style: str) -> tuple[Opinion, ...]:
    return tuple(
        Opinion(piece_id=told.piece_id, parameters=told.parameters, stars=told.stars)
        for told in state.tastes.get(style, ())
    )
