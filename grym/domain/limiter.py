"""Gain over time that keeps sound below a ceiling, and a slow one that evens out what is far above the average.

A curve holds decibels of reduction, ≥ 0, at the edges of control steps of four samples; `gain_of` turns it into a
linear gain for every sample, the same for every channel, so the stereo image does not move. Curves are found without
a loop over samples, and at a quarter of the rate, which is still a hundred times finer than the gain ever moves.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.signal import resample_poly

from grym.domain.signal import FloatArray

CONTROL_SAMPLES = 4

CHUNK_SAMPLES = 1 << 18
"""Six seconds: peaks are looked for piece by piece, so memory does not grow with four times the length."""

FILTER_REACH_SAMPLES = 32
"""The interpolation filter reaches ten samples; chunks overlap by more."""

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


def edges_of(length_samples: int) -> int:
    """Return how many values a curve for so many samples has."""
    return -(-length_samples // CONTROL_SAMPLES) + 1


def intersample_peaks(samples: FloatArray) -> FloatArray:
    """Return the largest magnitude around each edge over all channels, at four times the rate.

    Parameters
    ----------
    samples
        Shape (channels, samples).

    Returns
    -------
    FloatArray
        Shape (edges,): what a gain at this edge acts on, the control steps either side of it.
    """
    length = samples.shape[1]
    steps = edges_of(length) - 1
    highest = np.zeros(steps + 2, dtype=np.float32)
    for first in range(0, length, CHUNK_SAMPLES):
        last = min(length, first + CHUNK_SAMPLES)
        left = min(first, FILTER_REACH_SAMPLES)
        chunk = samples[:, first - left : last + FILTER_REACH_SAMPLES]
        between = np.abs(resample_poly(chunk, OVERSAMPLING, 1, axis=1)).max(axis=0)
        between = between[left * OVERSAMPLING : (left + last - first) * OVERSAMPLING]
        step_size = CONTROL_SAMPLES * OVERSAMPLING
        padded = np.pad(between, (0, -between.size % step_size)).reshape(-1, step_size)
        at = 1 + first // CONTROL_SAMPLES
        highest[at : at + padded.shape[0]] = padded.max(axis=1)
    peaks: FloatArray = np.maximum(highest[:-1], highest[1:])
    return peaks


def reduction_db(peaks: FloatArray, *, ceiling_db: float, sample_rate_hz: int) -> Curve:
    """Return the reduction that keeps every peak at or below a ceiling.

    The reduction a peak needs is held half a look-ahead either side of it, let go quickly after a lone peak and slowly
    in a dense passage, and smoothed over the look-ahead: every smoothed value is a mean of values that each suffice.

    Parameters
    ----------
    peaks
        Shape (edges,): magnitudes as of `intersample_peaks`.
    ceiling_db
        Highest magnitude allowed, decibels relative to full scale.
    sample_rate_hz
        Samples per second of the sound.

    Returns
    -------
    Curve
        Shape (edges,), decibels.
    """
    rate_hz = sample_rate_hz / CONTROL_SAMPLES
    needed = np.maximum(0.0, 20.0 * np.log10(np.maximum(peaks, FLOOR), dtype=np.float64) - ceiling_db)
    quarter = max(1, round(LOOKAHEAD_S * rate_hz / 4))
    # Centred windows of ±2 quarters: the mean around a peak then reaches no value that was not held for it.
    held = maximum_filter1d(needed, 4 * quarter + 1, mode="nearest")
    dense = uniform_filter1d(held, round(PASSAGE_S * rate_hz), mode="nearest")
    smoothed = np.maximum(
        _released(held, slope_db=PEAK_RELEASE_DB_PER_S / rate_hz),
        _released(dense, slope_db=PASSAGE_RELEASE_DB_PER_S / rate_hz),
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
    curve: Curve = np.interp(np.arange(edges_of(length)) * float(CONTROL_SAMPLES), centres, smoothed)
    return curve


def gain_of(reduction: Curve, *, length_samples: int) -> FloatArray:
    """Return the linear gain of every sample, running straight between the edges of a curve."""
    edges = np.exp(reduction * (-np.log(10.0) / 20.0)).astype(np.float32)
    ramp = np.arange(CONTROL_SAMPLES, dtype=np.float32) / CONTROL_SAMPLES
    gain: FloatArray = edges[:-1, None] + np.diff(edges)[:, None] * ramp
    return gain.reshape(-1)[:length_samples]


def _released(needed: Curve, *, slope_db: float) -> Curve:
    """Let a reduction fall by at most `slope_db` per step: a running maximum along a slope."""
    slope = slope_db * np.arange(needed.shape[0], dtype=np.float64)
    released: Curve = np.maximum.accumulate(needed + slope) - slope
    return released
