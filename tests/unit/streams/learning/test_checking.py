"""What may be folded: the bounds themselves may, what lies beyond may not."""

import msgspec
import pytest

from grym.errors import ContractError, InvalidRequestError
from schemas.events import FeedbackGiven, OpinionCredited
from streams.learning.checking import check_credited, check_exposed, check_given
from tests.unit.streams.learning.lane import exposed


@pytest.mark.parametrize("value", [1, 5])
def test_the_bounds_of_stars_and_aspects_are_within(value: int) -> None:
    """One and five are stars."""
    check_given(FeedbackGiven(user="ann", stars=value, aspects={"melody": value}), subject="r1")


@pytest.mark.parametrize("value", [0, 6, -1, 10**9])
def test_beyond_them_is_refused(value: int) -> None:
    """For stars and for aspects alike."""
    for given in (FeedbackGiven(user="ann", stars=value), FeedbackGiven(user="ann", aspects={"melody": value})):
        with pytest.raises(InvalidRequestError) as caught:
            check_given(given, subject="r1")
        assert caught.value.code == "feedback.range"


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_the_bounds_of_shares_are_within(share: float) -> None:
    """No check passed, and all of them."""
    check_exposed(msgspec.structs.replace(exposed({"pace": share}), quality_share=share, propensity=1.0, expected=None))


def test_an_opinion_of_the_first_learner_has_stars() -> None:
    """Between one and five; a number that is none is refused."""
    credited = OpinionCredited(user="ann", style="waltz", stars=1.0, parameters={}, feedback_id="f")
    check_credited(credited)
    for stars in (0.9, 5.1, float("nan")):
        with pytest.raises(ContractError):
            check_credited(msgspec.structs.replace(credited, stars=stars))
