"""Measures of the long-term spectrum, on sounds where the answer is known by hand."""

import numpy as np
import pytest
import soxr

from grym.domain.quality.spectrum import (
    bandwidth_hz,
    change_db,
    flatness,
    long_term_spectrum,
    noisiness,
    occupied_bands,
    true_width,
    variety_db,
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


def coloured(lab: Laboratory, exponent: float) -> np.ndarray:
    """Five seconds of noise whose power falls as 1/f^exponent above 20 Hz."""
    spectrum = np.fft.rfft(lab.noise(seconds=5.0))
    hz = np.fft.rfftfreq(5 * 44_100, 1 / 44_100)
    shaped = np.fft.irfft(spectrum * np.where(hz > 20.0, np.maximum(hz, 20.0) ** (-exponent / 2.0), 0.0))
    return np.asarray(0.3 * shaped / np.abs(shaped).max(), dtype=np.float32)


@pytest.mark.parametrize("exponent", [-1.0, 0.0, 1.0, 2.0])
@pytest.mark.parametrize("shape", ["steady", "swelling", "in bursts"])
def test_noise_is_noise_whatever_its_colour(lab: Laboratory, exponent: float, shape: str) -> None:
    """Blue, white, pink and brown noise, swelling or in bursts, reads 0.55 or more: what no music does."""
    time = np.arange(5 * 44_100) / 44_100
    level = {
        "steady": np.ones_like(time),
        "swelling": 0.55 + 0.45 * np.sin(2.0 * np.pi * 1.3 * time),
        "in bursts": np.exp(-8.0 * (2.0 * time % 1.0)),
    }[shape]
    assert noisiness(long_term_spectrum(lab.signal((coloured(lab, exponent) * level).astype(np.float32)))) > 0.55


def test_tones_are_no_noise(lab: Laboratory) -> None:
    """A sine, music, and silence."""
    assert noisiness(long_term_spectrum(lab.signal(lab.sine(440.0, seconds=3.0)))) < 0.01
    assert noisiness(long_term_spectrum(lab.signal(lab.music(seconds=5.0)))) < 0.4
    assert noisiness(long_term_spectrum(lab.signal(np.zeros(44_100, dtype=np.float32)))) == 0.0


def test_what_only_swells_has_no_variety(lab: Laboratory) -> None:
    """Its level changes by decibels, its balance does not."""
    time = np.arange(5 * 44_100) / 44_100
    chord = sum(lab.sine(hz, seconds=5.0, amplitude=0.1) for hz in (262.0, 330.0, 392.0))
    bands = long_term_spectrum(lab.signal((chord * (0.55 + 0.45 * np.sin(2 * np.pi * time))).astype(np.float32))).bands
    assert variety_db(bands) < 1.0 < change_db(bands)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050])
@pytest.mark.parametrize("manner", ["clean", "between samples"])
def test_upsampling_is_seen(lab: Laboratory, rate_hz: int, manner: str) -> None:
    """Noise over music from a lower rate, converted well (an edge) or by straight lines (mirrored images)."""
    sound = lab.music(seconds=5.0) + lab.noise(seconds=5.0, amplitude=0.01)
    low = soxr.resample(sound, 44_100, rate_hz)
    if manner == "clean":
        back = soxr.resample(low, rate_hz, 44_100)
    else:
        back = np.interp(np.arange(5 * 44_100) * rate_hz / 44_100, np.arange(len(low)), low)
    found = long_term_spectrum(lab.signal(np.asarray(back, dtype=np.float32)))
    width = true_width(found.mean, bin_hz=found.bin_hz)
    assert width == pytest.approx(rate_hz / 44_100, abs=0.06) if manner == "clean" else width < 0.6


def test_full_sound_is_full(lab: Laboratory) -> None:
    """Music over noise up to half the rate; and silence, of which nothing is said."""
    found = long_term_spectrum(lab.signal(lab.music(seconds=5.0) + lab.noise(seconds=5.0, amplitude=0.01)))
    assert true_width(found.mean, bin_hz=found.bin_hz) == 1.0
    assert true_width(np.zeros(100, dtype=np.float32), bin_hz=10.0) == 1.0
