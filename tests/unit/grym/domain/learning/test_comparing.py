"""Comparisons that may be looked at at any time."""

import numpy as np
import pytest

from grym.domain.learning.comparing import difference_sequence, mean_sequence, side_of
from grym.errors import InvalidRequestError


def test_peeking_at_every_step_seldom_misleads() -> None:
    """Of 200 courses of 300 looks each, at most one in twenty ever excludes the truth; a fixed interval often would."""
    chance = np.random.default_rng(5)
    missed = peeked = 0
    for _ in range(200):
        seen = chance.beta(2.0, 3.0, 300)
        missed += not mean_sequence(seen.tolist()).low <= 0.4 <= mean_sequence(seen.tolist()).high
        means = np.cumsum(seen) / np.arange(1, 301)
        spread = 1.96 * seen.std() / np.sqrt(np.arange(1, 301))
        peeked += bool(np.any(np.abs(means - 0.4)[10:] > spread[10:]))
    assert missed <= 10
    assert peeked > 40


def test_bounds_hold_at_every_look_since_they_only_tighten() -> None:
    """More values never widen them."""
    seen = np.random.default_rng(6).random(200).tolist()
    widths = [found.high - found.low for found in (mean_sequence(seen[:n]) for n in range(0, 201, 20))]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < 0.25


def test_a_difference_that_is_there_is_found() -> None:
    """A star's worth between two sides is sure after some hundred listeners, in the right direction."""
    chance = np.random.default_rng(7)
    better, worse = chance.beta(6, 3, 400).tolist(), chance.beta(4, 5, 400).tolist()
    found = difference_sequence(better, worse)
    assert 0.0 < found.low < 2 / 9 < found.high
    assert difference_sequence(worse, better).high == pytest.approx(-found.low)


def test_nothing_seen_is_anything() -> None:
    """Without values the bounds are the whole range."""
    assert (mean_sequence([]).low, mean_sequence([]).high, mean_sequence([]).n) == (0.0, 1.0, 0)
    assert difference_sequence([], [0.5]).low <= -0.5
    assert difference_sequence([], [0.5]).high >= 0.5


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_values_lie_in_the_unit_range(value: float) -> None:
    """The theorem is about bounded values."""
    with pytest.raises(InvalidRequestError) as caught:
        mean_sequence([0.5, value])
    assert caught.value.code == "learning.range"


def test_sides_are_stable_and_even() -> None:
    """A user stays on a side for ever; another experiment draws anew."""
    users = [f"u{number}" for number in range(1000)]
    sides = [side_of(user, "strings") for user in users]
    assert sides == [side_of(user, "strings") for user in users]
    assert 430 < sides.count("a") < 570
    assert 400 < sum(side_of(user, "other") == side for user, side in zip(users, sides, strict=True)) < 600
