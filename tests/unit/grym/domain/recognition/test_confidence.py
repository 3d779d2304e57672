"""From evidence to confidence."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.recognition.alignment import Agreement
from grym.domain.recognition.confidence import (
    FEATURES,
    HALF_LIFE_S,
    MOST_SHIFT,
    WEIGHTS,
    Experience,
    confidences,
    features,
    logistic,
    rivals,
)
from grym.domain.recognition.evidence import Evidence
from grym.domain.recognition.overlay import Lay, Overlay


def evidence(number: int, *, met: float = 30.0, value: float = 0.3) -> Evidence:
    """Return evidence of a strength that follows from its arguments."""
    laid = Overlay(lay=Lay(offset_frames=0), met=met, expected=10.0, spread=3.0, rival=15.0, peaks=100)
    agreed = Agreement(value=value, deviations=12.0 * value, offset_s=0.0)
    return Evidence(number=number, landmarks=0, overlay=laid, agreement=agreed)


@given(st.lists(st.tuples(st.floats(0.0, 200.0), st.floats(-0.2, 1.0)), min_size=1, max_size=8))
def test_confidence_is_a_probability_that_grows_with_evidence(pairs: list[tuple[float, float]]) -> None:
    """Every confidence is from 0 to 1; more peaks that meet, and better agreement, never lower it."""
    found = [evidence(number, met=met, value=value) for number, (met, value) in enumerate(pairs)]
    before = confidences(found)
    assert all(0.0 <= one <= 1.0 for one in before)
    met, value = pairs[0]
    better = [evidence(0, met=met + 20.0, value=min(value + 0.1, 1.0)), *found[1:]]
    assert confidences(better)[0] >= before[0]


@given(st.lists(st.floats(-5.0, 50.0), min_size=1, max_size=10))
def test_a_rival_is_the_best_of_the_others(values: list[float]) -> None:
    """Each value is compared with the greatest of the others, by hand; none is below zero."""
    expected = [max([0.0, *values[:place], *values[place + 1 :]]) for place in range(len(values))]
    np.testing.assert_allclose(rivals(np.array(values)), expected)


def test_strong_evidence_is_sure_and_chance_is_not() -> None:
    """Evidence of an excerpt is nearly certain, what strangers reach is not, also where there is no rival."""
    sure = evidence(1, met=80.0, value=0.85)
    chance = evidence(2, met=22.0, value=0.2)
    assert confidences([sure, chance])[0] > 0.99
    assert confidences([sure])[0] > 0.99
    assert confidences([chance])[0] < 0.05
    assert confidences([]) == []


def test_two_that_are_alike_make_each_other_doubtful() -> None:
    """The same evidence is surer where nothing else comes near it."""
    one, other = evidence(1, met=45.0, value=0.5), evidence(2, met=45.0, value=0.5)
    assert confidences([one, other])[0] < confidences([one])[0]


def test_features_have_their_names_and_weights() -> None:
    """There is a weight for every feature, and evidence pulls the same way in all of them."""
    assert features([evidence(1), evidence(2)]).shape == (2, len(FEATURES))
    assert len(WEIGHTS) == len(FEATURES)
    assert min(WEIGHTS) > 0


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.floats(0.0, 1e10))
def test_experience_is_bounded_and_fades(confirmed: int, denied: int, idle_s: float) -> None:
    """What was said moves the odds its own way, within bounds, and less the longer ago."""
    said = Experience(confirmed=confirmed, denied=denied)
    later = Experience(confirmed=confirmed, denied=denied, idle_s=idle_s)
    assert abs(said.shift) <= MOST_SHIFT
    assert abs(later.shift) <= abs(said.shift)
    assert said.shift * (confirmed - denied) >= 0
    assert said.shift == pytest.approx(-Experience(confirmed=denied, denied=confirmed).shift)


def test_half_a_life_halves_it() -> None:
    """After one half-life a small shift is half as large; nobody's word is no shift."""
    fresh = Experience(confirmed=2)
    assert Experience(confirmed=2, idle_s=HALF_LIFE_S).shift == pytest.approx(fresh.shift / 2)
    assert Experience(idle_s=5.0).shift == 0.0


def test_experience_moves_confidence_by_its_shift() -> None:
    """The log-odds of a confidence move by just the shift of that pattern."""
    found = [evidence(1, met=40.0, value=0.45), evidence(2)]
    plain = confidences(found)
    moved = confidences(found, lambda number: Experience(confirmed=9 if number == 1 else 0))
    odds = [log(one / (1.0 - one)) for one in (plain[0], moved[0])]
    assert odds[1] - odds[0] == pytest.approx(Experience(confirmed=9).shift)
    assert moved[1] == plain[1]


@given(st.floats(-1e6, 1e6))
def test_any_odds_are_a_probability(odds: float) -> None:
    """No log-odds overflow, and opposite ones add to one."""
    assert logistic(odds) + logistic(-odds) == pytest.approx(1.0)
