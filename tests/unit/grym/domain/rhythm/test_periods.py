"""Periods, on curves that repeat by construction."""

import numpy as np
import pytest

from grym.domain.rhythm.periods import at_lag, autocorrelation, candidate_lags, has_period, similarity_by_lag

RATE_HZ = 86.0


def pulses(period: float, *, length: int = 3_000) -> np.ndarray:
    """A curve that is 1 every so many frames."""
    curve = np.zeros(length)
    curve[np.round(np.arange(10, length - 1, period)).astype(int)] = 1.0
    return curve


def test_a_curve_resembles_itself_at_its_period() -> None:
    """Similarity is 1 at lag 0, high at the period, low in between."""
    similarity = autocorrelation(pulses(40.0))
    assert similarity[0] == pytest.approx(1.0)
    assert at_lag(similarity, 40.0) > 0.95
    assert at_lag(similarity, 20.0) < 0.05


@pytest.mark.parametrize("period", [24.0, 43.0, 86.0, 120.5])
def test_the_period_and_its_kin_are_candidates(period: float) -> None:
    """A pulse is among its own candidates, exact to 1 %, and so is one of half or double its tempo."""
    lags = np.array(candidate_lags(similarity_by_lag(pulses(period), frame_rate_hz=RATE_HZ), frame_rate_hz=RATE_HZ))
    assert np.abs(lags / period - 1.0).min() < 0.01
    assert min(np.abs(lags / period - 2.0).min(), np.abs(lags / period - 0.5).min()) < 0.02


def test_what_repeats_has_a_period_and_noise_has_not() -> None:
    """Pulses have one; white noise, silence and a single event have none."""
    assert has_period(pulses(43.0), frame_rate_hz=RATE_HZ)
    assert not has_period(np.zeros(1_000), frame_rate_hz=RATE_HZ)
    assert not has_period(np.eye(1, 1_000, 300)[0], frame_rate_hz=RATE_HZ)
    assert not any(
        has_period(np.abs(np.random.default_rng(seed).standard_normal(3_000)), frame_rate_hz=RATE_HZ)
        for seed in range(5)
    )
