"""Gain over time that keeps sound below a ceiling, and a slow one that evens out what is far above the average.

All gains are in decibels of reduction, ≥ 0, one value per sample, the same for every channel, so the stereo image
does not move. Both curves are found without a loop over samples.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.signal import resample_poly

from grym.domain.signal import FloatArray

OVERSAMPLING = 4
"""BS.1770-4 Annex 2 measures true peaks at four times the rate."""

LOOKAHEAD_S = 0.005
"""The gain begins to fall this long before a peak: shorter clicks, longer dulls the attack."""

PEAK_RELEASE_DB_PER_S = 400.0
"""A lone peak is forgotten in some 15 ms, before the ear notices that anything was turned down."""

PASSAGE_RELEASE_DB_PER_S = 45.0
"""Where peaks are dense the gain comes back slowly, 6 dB in 130 ms, so basses are not bent."""

PASSAGE_S = 0.08
"""What counts as dense: the reduction averaged over four periods of a 50 Hz tone."""

LEVEL_WINDOW_S = 0.025
LEVEL_STEP_SAMPLES = 64
LEVEL_RELEASE_DB_PER_S = 40.0
KNEE_DB = 6.0

FLOOR = 1e-9
"""−180 dB: keeps the logarithm of silence finite."""

Curve = NDArray[np.float64]


def intersample_peaks(samples: FloatArray) -> FloatArray:
    """Return the largest magnitude at and just after each sample over all channels, at four times the rate.

    Parameters
    ----------
    samples
        Shape (channels, samples).
    """
    peaks: FloatArray = np.abs(samples).max(axis=0)
    for channel in samples:
        between = np.abs(resample_poly(channel, OVERSAMPLING, 1)).reshape(-1, OVERSAMPLING).max(axis=1)
        np.maximum(peaks, between.astype(np.float32), out=peaks)
    return peaks


def reduction_db(peaks: FloatArray, *, ceiling_db: float, sample_rate_hz: int) -> Curve:
    """Return the reduction that keeps every peak at or below a ceiling.

    The reduction a peak needs is held half a look-ahead either side of it, let go quickly after a lone peak and slowly
    in a dense passage, and smoothed over the look-ahead: every smoothed value is a mean of values that each suffice.

    Parameters
    ----------
    peaks
        Shape (samples,): magnitudes as of `intersample_peaks`.
    ceiling_db
        Highest magnitude allowed, decibels relative to full scale.
    sample_rate_hz
        Samples per second.
    """
    needed = np.maximum(0.0, 20.0 * np.log10(np.maximum(peaks, FLOOR), dtype=np.float64) - ceiling_db)
    needed[1:] = np.maximum(needed[1:], needed[:-1])  # a peak between two samples binds both of them
    quarter = max(1, round(LOOKAHEAD_S * sample_rate_hz / 4))
    # Centred windows of ±2 quarters: the mean around a peak then reaches no value that was not held for it.
    held = maximum_filter1d(needed, 4 * quarter + 1, mode="nearest")
    dense = uniform_filter1d(held, round(PASSAGE_S * sample_rate_hz), mode="nearest")
    smoothed = np.maximum(
        _released(held, slope_db=PEAK_RELEASE_DB_PER_S / sample_rate_hz),
        _released(dense, slope_db=PASSAGE_RELEASE_DB_PER_S / sample_rate_hz),
    )
    for _ in range(2):
        smoothed = uniform_filter1d(smoothed, 2 * quarter + 1, mode="nearest")
    curve: Curve = smoothed
    return curve


def levelling_db(samples: FloatArray, *, threshold_db: float, ratio: float, sample_rate_hz: int) -> Curve:
    """Return the slow reduction of a soft-knee compressor.

    Parameters
    ----------
    samples
        Shape (channels, samples).
    threshold_db
        Mean level in decibels above which passages are reduced.
    ratio
        Decibels of input per decibel of output above the threshold, ≥ 1.
    sample_rate_hz
        Samples per second.

    References
    ----------
    Giannoulis, Massberg and Reiss (2012), "Digital dynamic range compressor design", JAES 60(6), equation 4.
    """
    length = samples.shape[1]
    steps = -(-length // LEVEL_STEP_SAMPLES)
    power = np.pad(np.square(samples).mean(axis=0), (0, steps * LEVEL_STEP_SAMPLES - length))
    power = power.reshape(steps, LEVEL_STEP_SAMPLES).mean(axis=1, dtype=np.float64)
    window = max(1, round(LEVEL_WINDOW_S * sample_rate_hz / LEVEL_STEP_SAMPLES))
    level_db = 10.0 * np.log10(np.maximum(uniform_filter1d(power, window, mode="nearest"), FLOOR**2))
    over_db = level_db - threshold_db
    knee_db = np.clip(over_db + KNEE_DB / 2, 0.0, KNEE_DB) ** 2 / (2 * KNEE_DB)
    excess_db = np.where(over_db > KNEE_DB / 2, over_db, knee_db)
    held = _released(
        (1.0 - 1.0 / ratio) * excess_db, slope_db=LEVEL_RELEASE_DB_PER_S * LEVEL_STEP_SAMPLES / sample_rate_hz
    )
    smoothed = uniform_filter1d(held, window, mode="nearest")
    centres = (np.arange(steps) + 0.5) * LEVEL_STEP_SAMPLES
    curve: Curve = np.interp(np.arange(length), centres, smoothed)
    return curve


def gain_of(reduction: Curve) -> FloatArray:
    """Turn decibels of reduction into linear gain, float32."""
    gain: FloatArray = np.exp(reduction * (-np.log(10.0) / 20.0)).astype(np.float32)
    return gain


def _released(needed: Curve, *, slope_db: float) -> Curve:
    """Let a reduction fall by at most `slope_db` per step: a running maximum along a slope."""
    slope = slope_db * np.arange(needed.shape[0], dtype=np.float64)
    released: Curve = np.maximum.accumulate(needed + slope) - slope
    return released
