"""Measures of the long-term spectrum, on sounds where the answer is known by hand."""

import numpy as np
import pytest

from grym.domain.quality.spectrum import (
    bandwidth_hz,
    change_db,
    flatness,
    long_term_spectrum,
    occupied_bands,
)
from tests.unit.grym.domain.laboratory import Laboratory


def test_spectrum_of_noise(lab: Laboratory) -> None:
    """White noise is flat, reaches half the rate and fills every band."""
    spectrum = long_term_spectrum(lab.signal(lab.noise(seconds=5.0)))
    assert flatness(spectrum.mean) > 0.95
    assert bandwidth_hz(spectrum.mean, bin_hz=spectrum.bin_hz) > 21_900.0
    assert occupied_bands(spectrum.bands) == 128
    assert change_db(spectrum.bands) < 1.5


def test_bandwidth_of_filtered_noise(lab: Laboratory) -> None:
    """Noise cut off at 8 kHz, as of a file made from a 16 kHz source."""
    spectrum = np.fft.rfft(lab.noise(seconds=5.0))
    spectrum[np.fft.rfftfreq(5 * 44_100, 1 / 44_100) > 8_000.0] = 0.0
    found = long_term_spectrum(lab.signal(np.fft.irfft(spectrum).astype(np.float32)))
    assert bandwidth_hz(found.mean, bin_hz=found.bin_hz) == pytest.approx(8_000.0, abs=150.0)


def test_change_of_two_levels() -> None:
    """Bands that alternate between two levels 20 dB apart deviate by 10 dB."""
    bands = np.tile(np.array([[1.0], [100.0]], dtype=np.float32), (10, 8))
    assert change_db(bands) == pytest.approx(10.0, abs=0.1)


def test_silence_measures_as_nothing(lab: Laboratory) -> None:
    """No bandwidth, no change, no bands."""
    spectrum = long_term_spectrum(lab.signal(np.zeros(44_100, dtype=np.float32)))
    assert bandwidth_hz(spectrum.mean, bin_hz=spectrum.bin_hz) == 0.0
    assert flatness(spectrum.mean) == change_db(spectrum.bands) == 0.0
    assert occupied_bands(spectrum.bands) == 0
