"""The account of performance, against figures from tables and from scipy."""

import numpy as np
import pytest
from scipy.stats import linregress, t

from grym.domain.sessions.folding import with_attempt
from grym.domain.sessions.performance import mean_interval, performances, spreads, trend, trends, wilson
from grym.domain.sessions.values import KEPT_ATTEMPTS, Session
from tests.unit.grym.domain.sessions.attempts import attempt


def test_the_interval_of_a_share_is_wilsons() -> None:
    """Brown, Cai and DasGupta (2001): 8 of 10 lie between 0.490 and 0.943."""
    assert wilson(8, 10) == pytest.approx((0.490, 0.943), abs=1e-3)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 5)[0] == pytest.approx(0.0, abs=1e-12)
    assert wilson(5, 5)[1] == pytest.approx(1.0)


def test_a_trend_is_that_of_least_squares() -> None:
    """Slope and interval as scipy computes them."""
    values = [3.0, 3.5, 3.2, 4.1, 4.4, 4.2]
    found = trend(values)
    expected = linregress(np.arange(6), values)
    reach = t.ppf(0.975, 4) * expected.stderr
    assert found is not None
    assert found.slope == pytest.approx(expected.slope)
    assert found.interval == pytest.approx((expected.slope - reach, expected.slope + reach))
    assert found.direction == "rising"


def test_a_trend_in_noise_is_level() -> None:
    """Where the interval holds zero nobody is told of a direction."""
    found = trend([1.0, -1.0] * 10)
    assert found is not None
    assert found.direction == "level"


def test_few_values_have_no_trend_and_one_has_no_interval() -> None:
    """Rather than a made-up one."""
    assert trend([1.0, 2.0, 3.0, 4.0]) is None
    assert mean_interval([4.0]) is None


def test_the_account_holds_what_is_no_longer_kept() -> None:
    """Counts over a lifetime, costs as means."""
    session = Session()
    for number in range(KEPT_ATTEMPTS + 20):
        session = with_attempt(session, attempt(number, stars=5 if number % 2 else None, cpu_s=0.5, wall_s=2.0))
    (found,) = performances(session)
    assert (found.attempts, found.successes, found.rated) == (120, 120, 60)
    assert (found.wall_s, found.cpu_s, found.stars, found.rounds) == (2.0, 0.5, 5.0, 1.0)


def test_kinds_are_apart_and_the_most_used_comes_first() -> None:
    """By style, backend and model."""
    session = Session()
    for number, style in enumerate(("rag", "waltz", "waltz")):
        session = with_attempt(session, attempt(number, style=style))
    assert [one.style for one in performances(session)] == ["waltz", "rag"]


def test_summaries_have_mean_bounds_and_latest() -> None:
    """Of each measure and of cost; what was not measured is left out."""
    attempts = [attempt(n, metrics={"loudness_lufs": -14.0 - n}) for n in range(5)]
    spread = spreads(attempts)["loudness_lufs"]
    assert (spread.mean, spread.least, spread.greatest, spread.latest) == (-16.0, -18.0, -14.0, -18.0)
    assert "cpu_s" not in spreads(attempts)
    assert trends(attempts)["loudness_lufs"].direction == "falling"
