"""What is expected: near what was heard that, far away the middle, and as unsure as that deserves."""

import numpy as np
import pytest

from grym.domain.learning.kernel import LEVEL, Hyper
from grym.domain.learning.observing import Observations, Row
from grym.domain.learning.posterior import aligned, posterior

HYPER = Hyper(matters=(1.0,), length=0.35, signal=0.15, noise=0.015, relative=False)
ONE = Observations(names=("pace",), rows=(Row((0.2,), (-0.3,), "waltz", ""),), first=(0,), second=(-1,), values=(0.9,))
DEFAULT = np.array([0.5])


def test_one_rating_by_hand() -> None:
    """Mean and deviation of the piece that was heard, by the formulas for one observation."""
    outlook = posterior(ONE, HYPER).outlook(np.array([[0.2]]), DEFAULT, style="waltz", mood="")
    prior = LEVEL + 1.15 * HYPER.signal
    assert outlook.means[0] == pytest.approx(0.5 + prior / (prior + HYPER.noise) * 0.4)
    assert outlook.means[0] > outlook.default > 0.5


def test_of_the_default_itself_nobody_is_unsure() -> None:
    """The deviation is that of the difference, which is nothing for the default and grows with the distance."""
    candidates = np.array([[0.5], [0.7], [1.0]])
    outlook = posterior(ONE, HYPER).outlook(candidates, DEFAULT, style="waltz", mood="")
    assert outlook.means[0] == pytest.approx(outlook.default)
    assert outlook.deviations[0] < 1e-4 < outlook.deviations[1] < outlook.deviations[2]


def test_a_preference_raises_one_above_the_other() -> None:
    """Nobody said how good they are, only which is better: their mean stays in the middle."""
    pair = Observations(
        names=("pace",),
        rows=(Row((0.2,), (-0.3,), "waltz", ""), Row((0.8,), (0.3,), "waltz", "")),
        first=(0,),
        second=(1,),
        values=(0.25,),
    )
    outlook = posterior(pair, HYPER).outlook(np.array([[0.2], [0.8]]), DEFAULT, style="waltz", mood="")
    assert outlook.means[0] > outlook.means[1] + 0.1
    assert outlook.means.mean() == pytest.approx(0.5)


def test_a_style_never_heard_learns_by_the_others_share() -> None:
    """What is expected of a tango lies between what is of a waltz and the middle."""
    known = posterior(ONE, HYPER)
    at = np.array([[0.2]])
    waltz = known.outlook(at, DEFAULT, style="waltz", mood="").means[0]
    tango = known.outlook(at, DEFAULT, style="tango", mood="").means[0]
    assert 0.5 < tango < waltz


def test_a_kernel_for_other_names_takes_new_ones_as_important() -> None:
    """What was switched off stays off; what was unknown matters."""
    shaped = Hyper(matters=(0.0,), style=0.3)
    found = aligned(shaped, names=("pace",), wanted=("minor", "pace"))
    assert (found.matters, found.style) == ((1.0, 0.0), 0.3)
