"""Candidates of the period, and the rate they are looked for at."""

import numpy as np
import pytest

from grym.domain.pitch.yin import WORKING_RATE_HZ, at_working_rate, candidates


def tone(hz: float, *, rate_hz: int = WORKING_RATE_HZ) -> np.ndarray:
    """A second of two partials."""
    time = np.arange(rate_hz) / rate_hz
    return (0.3 * np.sin(2 * np.pi * hz * time) + 0.1 * np.sin(4 * np.pi * hz * time)).astype(np.float32)


def test_probabilities_are_probabilities() -> None:
    """In a tone and in noise they lie between 0 and 1, and so does their sum, best first."""
    noise = np.random.default_rng(2).standard_normal(WORKING_RATE_HZ).astype(np.float32)
    for sound in (tone(200.0), noise):
        found = candidates(sound, lowest_hz=55.0, highest_hz=1_760.0)
        assert (found.probability >= 0.0).all()
        assert (found.probability.sum(axis=1) <= 1.0 + 1e-5).all()
        assert (np.diff(found.probability, axis=1) <= 1e-6).all()
        assert ((found.hz > 0.0) >= (found.probability > 0.0)).all()


@pytest.mark.parametrize("hz", [57.0, 110.0, 249.0, 251.0, 440.0, 1_000.0, 1_750.0])
def test_period_is_the_best_candidate(hz: float) -> None:
    """Below and above the finer lags a tone's frequency is found within two cents, and the tone is periodic."""
    found = candidates(tone(hz), lowest_hz=55.0, highest_hz=1_760.0)
    assert np.abs(1200.0 * np.log2(found.hz[10:-10, 0] / hz)).max() < 2.0
    assert found.aperiodicity[10:-10].max() < 0.02


def test_noise_is_aperiodic() -> None:
    """White noise repeats at no lag."""
    noise = np.random.default_rng(3).standard_normal(WORKING_RATE_HZ).astype(np.float32)
    assert np.median(candidates(noise, lowest_hz=55.0, highest_hz=1_760.0).aperiodicity) > 0.5


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 44_100, 48_000, 96_000, 192_000])
def test_any_rate_becomes_the_working_rate(rate_hz: int) -> None:
    """A second stays a second and a tone the same tone."""
    sound = at_working_rate(tone(300.0, rate_hz=rate_hz), rate_hz)
    assert abs(len(sound) - WORKING_RATE_HZ) <= 1
    assert np.abs(sound - tone(300.0)[: len(sound)])[200:-200].max() < 0.01
