"""The guard: what it lets through, what it says, and how it opens again."""

import numpy as np
import pytest

from grym.domain.learning import guard
from grym.domain.learning.posterior import Outlook
from grym.domain.learning.values import Taste
from tests.unit.grym.domain.learning.tastes import piece, rated

SURE = 10.0


def outlook(*gains: float, deviation: float = 0.1) -> Outlook:
    """Return candidates that please so much more than the default, each as sure as the other."""
    return Outlook(means=0.5 + np.array(gains), default=0.5, deviations=np.full(len(gains), deviation))


@pytest.mark.parametrize(
    ("found", "evidence", "serving", "word"),
    [
        (outlook(0.2), SURE, True, "beats"),
        (outlook(0.2), 1.0, False, "chance"),
        (outlook(0.05), SURE, False, "surely"),
        (outlook(0.2, deviation=0.5), SURE, False, "surely"),
    ],
)
def test_only_a_sure_gain_with_evidence_is_served(found: Outlook, evidence: float, serving: bool, word: str) -> None:
    """The lower bound of the gain must be above nothing, and the opinions must tell a taste from chance."""
    verdict = guard.judged(found, evidence=evidence, measured=None)
    assert verdict.serving is serving
    assert word in verdict.reason


def test_what_is_rated_lower_than_the_default_is_not_served() -> None:
    """Whatever the model says, ratings have the last word."""
    taste = Taste()
    for number in range(40):
        learned = number % 2 == 0
        made = piece(number, arm="learned" if learned else "holdout")
        taste = rated(taste, made, float(1 + number % 3) if learned else float(4 + number % 3 // 2))
    found = guard.measured(taste)
    assert found is not None
    assert found.clearly_worse
    verdict = guard.judged(outlook(0.2), evidence=SURE, measured=found)
    assert not verdict.serving
    assert "lower than the default" in verdict.reason


def test_few_ratings_measure_nothing() -> None:
    """Below eight of either kind nothing is said."""
    taste = Taste()
    for number in range(20):
        taste = rated(taste, piece(number, arm="learned"), 3.0)
    assert guard.measured(taste) is None


def test_the_most_promising_of_the_safe_ones_is_chosen() -> None:
    """Not the one that promises most while it may be worse than the default."""
    found = Outlook(means=np.array([0.6, 0.8]), default=0.5, deviations=np.array([0.05, 0.5]))
    assert guard.chosen(found) == 0


def test_a_trial_is_near_and_can_cost_little() -> None:
    """Candidates far away, and those whose lower bound is bad, are not tried; where all are bad, the least bad is."""
    found = Outlook(means=np.array([0.5, 0.52, 0.9]), default=0.5, deviations=np.array([0.3, 0.1, 0.1]))
    assert guard.tried(found, near=2) == 1
    worse = Outlook(means=np.array([0.5, 0.5]), default=0.5, deviations=np.array([0.4, 0.3]))
    assert guard.tried(worse, near=2) == 1


def test_trials_become_few() -> None:
    """Half of the requests at first, all after a dislike, and three in twenty later, whatever was said last."""
    assert guard.trial_share(0, disliked=False) == 0.5
    assert guard.trial_share(0, disliked=True) == 1.0
    for disliked in (False, True):
        assert guard.trial_share(guard.EARLY_OPINIONS, disliked=disliked) == guard.LATE_TRIALS < 0.2


def test_the_newest_opinion_of_the_style_says_whether_it_is_disliked() -> None:
    """Older ones and other styles do not count; nobody dislikes what nobody judged."""
    taste = rated(rated(Taste(), piece(0), 5.0), piece(1), 2.0)
    assert guard.disliked(taste, "waltz")
    assert not guard.disliked(taste, "tango")
    assert not guard.disliked(rated(taste, piece(2), 3.0), "waltz")


def test_trust_is_even_where_evidence_is_just_enough() -> None:
    """A half at what is needed; nothing below, all above, without an overflow."""
    assert guard.trust(guard.NEEDED_EVIDENCE) == pytest.approx(0.5)
    assert guard.trust(-1e9) < 1e-9 < 1.0 - 1e-9 < guard.trust(1e9)
