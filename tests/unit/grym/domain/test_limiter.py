"""Gains that hold a ceiling."""

import numpy as np
import pytest
import soxr
from scipy.signal import butter, sosfilt

from grym.domain.limiter import CONTROL_SAMPLES, edges_of, gain_of, intersample_peaks, levelling_db, reduction_db

RATE_HZ = 44_100


def true_peak_db(samples: np.ndarray) -> float:
    """Measure the true peak with another resampler at eight times the rate."""
    return float(20 * np.log10(np.abs(soxr.resample(samples.T, 1, 8, quality="VHQ")).max()))


def test_a_peak_between_samples_is_seen() -> None:
    """A sine at a quarter of the rate, sampled at 45°, peaks 3 dB above its samples."""
    samples = np.sin(np.pi / 2 * np.arange(4_000) + np.pi / 4).astype(np.float32)[None]
    peaks = intersample_peaks(samples)[100:-100]
    assert float(np.abs(samples).max()) == pytest.approx(0.7071, abs=1e-3)
    assert float(peaks.max()) == pytest.approx(1.0, abs=0.01)


def test_nothing_is_reduced_below_the_ceiling() -> None:
    """Sound under the ceiling keeps its level exactly."""
    assert not reduction_db(np.full(5_000, 0.5, dtype=np.float32), ceiling_db=-6.0, sample_rate_hz=RATE_HZ).any()


@pytest.mark.parametrize("kind", ["noise", "clicks", "square"])
def test_limited_sound_stays_below_the_ceiling(kind: str) -> None:
    """Noise up to 16 kHz, single clicks and a full square wave 6 to 20 dB too loud end at most 0.2 dB above −3 dBTP."""
    rng = np.random.default_rng(7)
    times_s = np.arange(RATE_HZ) / RATE_HZ
    sounds = {
        "noise": sosfilt(butter(6, 16_000.0, fs=RATE_HZ, output="sos"), rng.normal(scale=0.8, size=(2, RATE_HZ))),
        "clicks": (rng.uniform(size=(2, RATE_HZ)) > 0.9995) * 4.0,
        "square": np.sign(np.sin(2 * np.pi * 110.0 * times_s))[None] * 1.5,
    }
    samples = sounds[kind].astype(np.float32)
    reduction = reduction_db(intersample_peaks(samples), ceiling_db=-3.0, sample_rate_hz=RATE_HZ)
    assert true_peak_db(samples * gain_of(reduction, length_samples=RATE_HZ)) < -2.8


def test_the_gain_is_smooth_and_comes_back() -> None:
    """Around a lone peak the gain moves without a step, and is back within half a decibel 100 ms later."""
    peaks = np.full(edges_of(RATE_HZ), 0.1, dtype=np.float32)
    middle, tenth = peaks.size // 2, peaks.size // 10
    peaks[middle] = 2.0
    reduction = reduction_db(peaks, ceiling_db=0.0, sample_rate_hz=RATE_HZ)
    assert reduction[middle] >= 6.0
    assert float(np.abs(np.diff(reduction)).max()) < 0.2 * CONTROL_SAMPLES
    assert reduction[middle - 100] < 0.5
    assert reduction[middle - tenth] == 0.0
    assert reduction[middle + tenth] < 0.5


def test_a_compressor_follows_its_ratio() -> None:
    """10 dB above the threshold at 2:1 a steady tone is reduced by 5 dB, one below the knee by nothing."""
    times_s = np.arange(RATE_HZ) / RATE_HZ
    tone = (np.sqrt(2) * 0.1 * np.sin(2 * np.pi * 1_000.0 * times_s)).astype(np.float32)[None]
    loud = levelling_db(tone, threshold_db=-30.0, ratio=2.0, sample_rate_hz=RATE_HZ)
    quiet = levelling_db(tone, threshold_db=-16.0, ratio=2.0, sample_rate_hz=RATE_HZ)
    assert loud[loud.size // 2] == pytest.approx(5.0, abs=0.1)
    assert not quiet.any()


def test_gain_of_decibels() -> None:
    """From nothing to 6.02 dB the gain runs straight from 1 to a half."""
    gain = gain_of(np.array([0.0, 6.0206, 6.0206]), length_samples=6)
    assert gain == pytest.approx([1.0, 0.875, 0.75, 0.625, 0.5, 0.5], rel=1e-4)


@pytest.mark.parametrize("length", [1, 3, 4, 5, (1 << 18) - 1, (1 << 18) + 5])
def test_lengths_agree_across_chunks(length: int) -> None:
    """Whatever the length, one value per edge and one gain per sample, and peaks at chunk borders are seen once."""
    samples = np.zeros((1, length), dtype=np.float32)
    samples[0, -1] = 1.0
    peaks = intersample_peaks(samples)
    assert peaks.shape == (edges_of(length),)
    assert float(peaks.max()) == pytest.approx(1.0, abs=0.02)
    assert gain_of(np.zeros(edges_of(length), dtype=np.float32), length_samples=length).shape == (length,)
