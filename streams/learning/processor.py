"""The learning processor: one lane over the feedback topic, one state a listener, pure.

A piece that reached a listener, and an opinion of it, fold into that listener's state in the order of the log, but so
that order and repetition within it make no difference; a question is answered from the state and changes nothing.
Nobody's state knows anything of another's.
"""

from typing import cast

from schemas.body import Body
from schemas.commands import ProposeParameters
from schemas.envelope import Envelope
from schemas.events import FeedbackGiven, OpinionCredited, ParametersExposed
from schemas.sessions import ErasePerson, PersonForgotten, PersonRestored, RestorePerson
from streams.learning.answering import answer
from streams.learning.folding import credit, expose, give
from streams.learning.snapshots import state_from
from streams.learning.state import LearnerState, state_key_of
from streams.processor import Decision, Output

NAME = "learning"
Learned = Decision[LearnerState]


class Learning:
    """Folds feedback and answers what to try next; pure."""

    name = NAME
    accepts: tuple[type[Body], ...] = (
        ParametersExposed,
        FeedbackGiven,
        OpinionCredited,
        ProposeParameters,
        ErasePerson,
        RestorePerson,
    )
    state_type = LearnerState

    def state_key(self, envelope: Envelope) -> str:
        """Return the listener, of their tenant."""
        return state_key_of(envelope.body.user, tenant=envelope.tenant)

    async def process(self, envelope: Envelope, state: LearnerState | None) -> Learned:
        """Fold one event of the feedback lane, or answer a question."""
        return decide(envelope, state)


def decide(envelope: Envelope, state: LearnerState | None) -> Learned:
    """Return what follows from one event.

    Raises
    ------
    InvalidRequestError, ContractError
        For what can never be folded; see `streams.learning.checking`.
    """
    match envelope.body:
        case ParametersExposed() as exposed:
            return expose(envelope, exposed, state)
        case FeedbackGiven() as given:
            return give(envelope, given, state)
        case OpinionCredited() as credited:
            return credit(envelope, credited, state)
        case ErasePerson():
            return _forget(state)
        case RestorePerson() as wish:
            return _restore(wish)
        case _:
            return answer(envelope, cast("ProposeParameters", envelope.body), state)


def _forget(state: LearnerState | None) -> Learned:
    """Know nothing of a listener any more; where nothing is known, nothing is written."""
    if state is None or state == LearnerState():
        return Decision(outputs=(Output(body=PersonForgotten(by=NAME)),))
    forgotten = {"pieces": len(state.pieces), "opinions": len(state.opinions) + len(state.tastes)}
    return Decision(state=LearnerState(), outputs=(Output(body=PersonForgotten(by=NAME, forgotten=forgotten)),))


def _restore(wish: RestorePerson) -> Learned:
    """Take a saved state in place of what is known; a file without one changes nothing."""
    if NAME not in wish.parts:
        return Decision(outputs=(Output(body=PersonRestored(by=NAME)),))
    state = state_from(wish.parts[NAME])
    restored = {"pieces": len(state.pieces), "opinions": len(state.opinions)}
    return Decision(state=state, outputs=(Output(body=PersonRestored(by=NAME, restored=restored)),))
