"""Dynamics of sounds whose levels are known."""

import numpy as np
import pytest

from grym.domain.dynamics import Dynamics, crest_factor_db, measure_dynamics
from grym.domain.loudness import measure_loudness, true_peak_dbtp
from grym.domain.signal import FloatArray, Signal
from tests.unit.grym.domain.laboratory import Laboratory, certain


def dynamics_of(signal: Signal, *passages: tuple[float, float]) -> Dynamics:
    """Measure everything a sound needs first, and then its dynamics."""
    return measure_dynamics(
        signal, measure_loudness(signal), true_peak_dbtp=true_peak_dbtp(signal), passages=list(passages)
    )


@pytest.fixture
def two_levels(lab: Laboratory) -> FloatArray:
    """Ten seconds of a sine, then ten seconds 12 dB louder."""
    quiet = lab.sine(997.0, seconds=10.0, amplitude=0.1)
    return np.concatenate([quiet, quiet * np.float32(10.0 ** (12.0 / 20.0))])


@pytest.mark.parametrize("amplitude", [0.01, 1.0])
def test_crest_factors_by_hand(lab: Laboratory, amplitude: float) -> None:
    """3.01 dB for a sine, 0 for a square wave, at any level and on any number of channels."""
    sine = lab.sine(997.0, seconds=2.0, amplitude=amplitude)
    assert crest_factor_db(lab.signal(sine)) == pytest.approx(3.01, abs=0.01)
    square = np.sign(sine + np.float32(1e-9))
    assert crest_factor_db(lab.signal(square, -square)) == pytest.approx(0.0, abs=0.01)


def test_a_sine_peaks_three_lu_above_its_loudness_on_two_channels(lab: Laboratory) -> None:
    """A stereo sine of 0 dBTP has 0 LUFS at 997 Hz, so the ratio is 0; one channel alone is 3.01 LU quieter."""
    sine = lab.sine(997.0, seconds=5.0, amplitude=0.5)
    assert dynamics_of(lab.signal(sine, sine)).peak_to_loudness_lu == pytest.approx(0.0, abs=0.1)
    assert dynamics_of(lab.signal(sine)).peak_to_loudness_lu == pytest.approx(3.01, abs=0.1)


def test_spread_of_two_levels(lab: Laboratory, two_levels: FloatArray) -> None:
    """The quiet and the loud half lie 12 LU apart; a gain changes nothing."""
    for gain in (1.0, 0.1):
        found = dynamics_of(lab.signal(two_levels * np.float32(gain)))
        assert found.spread_lu == pytest.approx(12.0, abs=0.2)


def test_sections_are_measured_apart(lab: Laboratory, two_levels: FloatArray) -> None:
    """Each half is steady, and the second is 12 LU louder."""
    quiet, loud = dynamics_of(lab.signal(two_levels), (0.0, 10.0), (10.0, 20.0)).sections
    assert certain(loud.loudness_lufs) - certain(quiet.loudness_lufs) == pytest.approx(12.0, abs=0.1)
    assert certain(quiet.spread_lu) < 0.2
    assert certain(loud.spread_lu) < 0.2
    assert (quiet.start_s, loud.end_s) == (0.0, 20.0)


def test_silence_has_no_dynamics(lab: Laboratory) -> None:
    """Nothing is measured of nothing, nor of a passage shorter than a moment."""
    silent = dynamics_of(lab.signal(np.zeros(44_100, dtype=np.float32)), (0.0, 1.0))
    assert silent.crest_factor_db is silent.peak_to_loudness_lu is silent.spread_lu is None
    assert silent.sections[0].loudness_lufs is None
    short = dynamics_of(lab.signal(lab.sine(440.0, seconds=2.0)), (1.0, 1.3))
    assert short.sections[0].spread_lu is None
