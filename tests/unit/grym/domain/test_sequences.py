"""Confidence sequences hold at every look."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.sequences import difference_interval, mean_interval
from grym.errors import InvalidRequestError

RUNS = 200
LENGTH = 120


@pytest.mark.parametrize("truth", [0.1, 0.5, 0.9])
def test_looking_after_every_value_is_rarely_wrong(truth: float) -> None:
    """Of two hundred listeners at most one in twenty ever shows an interval without the truth, whenever one looks."""
    chance = np.random.default_rng(20_262)
    wrong = 0
    for _ in range(RUNS):
        values = (chance.random(LENGTH) < truth).astype(float).tolist()
        low, high = mean_interval(values)  # ends only ever close in, so the last look holds the worst
        wrong += not low <= truth <= high
    assert wrong / RUNS <= 0.05


def test_many_values_tell_more() -> None:
    """Intervals of steady listeners shrink, and to the right place."""
    chance = np.random.default_rng(1)
    values = np.clip(0.7 + 0.1 * chance.standard_normal(800), 0, 1).tolist()
    spans = [high - low for low, high in (mean_interval(values[:size]) for size in (10, 50, 200, 800))]
    assert spans == sorted(spans, reverse=True)
    low, high = mean_interval(values)
    assert low < 0.7 < high
    assert high - low < 0.1


@given(st.lists(st.floats(0.0, 1.0), max_size=60))
def test_ends_are_in_order_and_within_bounds(values: list[float]) -> None:
    """For any values, none included."""
    low, high = mean_interval(values)
    assert 0.0 <= low <= high <= 1.0


def test_a_difference_is_seen_once_it_is_sure() -> None:
    """Nothing is said of a few values; of many, that ours are better."""
    ours, theirs = [0.9, 0.8, 0.85] * 100, [0.3, 0.4, 0.2] * 100
    assert difference_interval(ours[:3], theirs[:3])[0] < 0.0
    assert difference_interval(ours, theirs)[0] > 0.3


@pytest.mark.parametrize("values", [[1.2], [float("nan")], [-0.1]])
def test_what_is_no_utility_is_refused(values: list[float]) -> None:
    """By name."""
    with pytest.raises(InvalidRequestError) as refusal:
        mean_interval(values)
    assert refusal.value.code == "statistics.range"
