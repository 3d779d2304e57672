"""The answer to a request's question for settings; it changes nothing, and says by which state it was given."""

from grym.domain.learning import LEARNER, Question, propose
from schemas.commands import ProposeParameters
from schemas.envelope import Envelope
from schemas.events import ParametersProposed
from streams.learning.checking import check_settings
from streams.learning.state import LearnerState, taste_of
from streams.processor import Decision, Output


def answer(envelope: Envelope, asked: ProposeParameters, state: LearnerState | None) -> Decision[LearnerState]:
    """Return the proposal for a request."""
    return Decision(outputs=(Output(body=proposed(envelope.subject, asked, state)),))


def proposed(request_id: str, asked: ProposeParameters, state: LearnerState | None) -> ParametersProposed:
    """Return what a state proposes for a request; the same for the same.

    Raises
    ------
    ContractError
        ``feedback.range`` for defaults or fixed values outside 0–1.
    """
    check_settings(asked.defaults)
    check_settings(asked.fixed)
    kept = state or LearnerState()
    question = Question(
        request_id=request_id, style=asked.style, mood=asked.mood, defaults=asked.defaults, fixed=asked.fixed
    )
    proposal = propose(taste_of(kept), question)
    return ParametersProposed(
        parameters=dict(proposal.parameters),
        sources=dict(proposal.sources),
        learner=LEARNER,
        ratings=proposal.ratings,
        arm=proposal.arm,
        holdout=proposal.arm == "holdout",
        propensity=proposal.propensity,
        position=kept.position,
        as_of=kept.as_of,
        state_sha256=kept.sha256(),
        candidates_sha256=proposal.candidates_sha256,
        verdict=proposal.verdict.reason,
        expected=proposal.expected,
        expected_default=proposal.expected_default,
    )
