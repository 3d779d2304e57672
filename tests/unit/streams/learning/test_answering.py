"""Answers to questions: from the state alone, and refused where the question cannot be."""

import msgspec
import pytest

from grym.domain.learning import LEARNER
from grym.errors import ContractError
from schemas.commands import ProposeParameters
from streams.learning.answering import proposed
from streams.learning.state import LearnerState, OpinionKept, PieceKept

DEFAULTS = {"minor": 0.5, "pace": 0.5}
STATE = LearnerState(
    pieces=(PieceKept("r1", "waltz", "", dict(DEFAULTS), dict(DEFAULTS), "default", 1.0, None, 1.0, "2026 e1"),),
    opinions=(OpinionKept("r1", 1.0, "2026 e2"),),
)


def test_an_answer_says_who_gave_it_from_what() -> None:
    """Learner, state, how far it was, and how many ratings stand behind it."""
    found = proposed("r2", ProposeParameters(user="ann", style="waltz", defaults=DEFAULTS), STATE)
    assert (found.learner, found.position, found.as_of, found.ratings) == (LEARNER, 2, "e2", 1)
    assert found.state_sha256 == STATE.sha256()
    assert (found.arm, found.holdout, set(found.parameters)) == ("trial", False, set(DEFAULTS))
    assert found.expected is not None
    assert found.expected_default is not None


def test_nobodys_state_is_the_empty_one() -> None:
    """Who is not known yet is answered as from an empty state."""
    asked = ProposeParameters(user="ann", style="waltz", defaults=DEFAULTS)
    assert proposed("r2", asked, None) == proposed("r2", asked, LearnerState())


@pytest.mark.parametrize("broken", [1.5, -0.1, float("nan"), float("inf")])
@pytest.mark.parametrize("field", ["defaults", "fixed"])
def test_hostile_bounds_of_a_style_are_refused(field: str, broken: float) -> None:
    """Defaults come from styles that people bring along: a number out of range never reaches a proposal."""
    plain = ProposeParameters(user="ann", style="mine")
    asked = msgspec.structs.replace(plain, **{field: {"pace": broken}})
    with pytest.raises(ContractError) as caught:
        proposed("r2", asked, STATE)
    assert caught.value.code == "feedback.range"
