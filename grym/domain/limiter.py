"""Gain over time that keeps sound below a ceiling, and a slow one that evens out what is far above the average.

A curve holds decibels of reduction, ≥ 0, at the edges of control steps of four samples; `gain_of` turns it into a
linear gain for every sample, the same for every channel, so the stereo image does not move. Curves are found without
a loop over samples, and at a quarter of the rate, which is still a hundred times finer than the gain ever moves; they
are found chunk by chunk, so a curve of ten minutes, 26 MB, is the largest array there is.
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

CHUNK_EDGES = 1 << 17
"""Twelve seconds of a curve at once."""

Vector = NDArray[np.float64]

Curve = FloatArray
"""Decibels at each edge."""


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
    return PeakFinder.peaks_of(samples)


class PeakFinder:
    """The peaks of sound that comes in blocks.

    Parameters
    ----------
    length_samples
        Of the whole sound.
    """

    def __init__(self, length_samples: int) -> None:
        self._highest = np.zeros(edges_of(length_samples) + 1, dtype=np.float32)

    @classmethod
    def peaks_of(cls, samples: FloatArray) -> FloatArray:
        """Return the peaks of a whole sound (see `intersample_peaks`)."""
        finder, length = cls(samples.shape[1]), samples.shape[1]
        padded = np.pad(samples, ((0, 0), (FILTER_REACH_SAMPLES, FILTER_REACH_SAMPLES)))
        for first in range(0, length, CHUNK_SAMPLES):
            last = min(length, first + CHUNK_SAMPLES)
            finder.look(padded[:, first : last + 2 * FILTER_REACH_SAMPLES], start=first)
        return finder.peaks()

    def look(self, samples: FloatArray, *, start: int) -> None:
        """Look for peaks in the next samples.

        Parameters
        ----------
        samples
            Shape (channels, n) with `FILTER_REACH_SAMPLES` more at both ends.
        start
            Where the n samples begin in the whole; a multiple of `CONTROL_SAMPLES`.
        """
        reach = FILTER_REACH_SAMPLES * OVERSAMPLING
        between = np.abs(resample_poly(samples, OVERSAMPLING, 1, axis=1)).max(axis=0)[reach:-reach]
        step_size = CONTROL_SAMPLES * OVERSAMPLING
        padded = np.pad(between, (0, -between.size % step_size)).reshape(-1, step_size)
        at = 1 + start // CONTROL_SAMPLES
        self._highest[at : at + padded.shape[0]] = padded.max(axis=1)

    def peaks(self) -> FloatArray:
        """Return the peaks of all that was looked at, shape (edges,)."""
        peaks: FloatArray = np.maximum(self._highest[:-1], self._highest[1:])
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
    quarter = max(1, round(LOOKAHEAD_S * rate_hz / 4))
    dense_size = round(PASSAGE_S * rate_hz)
    reach = 2 * quarter + dense_size
    quick = _Release(PEAK_RELEASE_DB_PER_S / rate_hz)
    slow = _Release(PASSAGE_RELEASE_DB_PER_S / rate_hz)
    smoothed = np.zeros(peaks.size, dtype=np.float32)
    for first in range(0, peaks.size, CHUNK_EDGES):
        last = min(peaks.size, first + CHUNK_EDGES)
        before, after = min(first, reach), min(peaks.size - last, reach)
        needed = _needed_db(peaks[first - before : last + after], ceiling_db=ceiling_db)
        if not needed.any() and quick.is_over and slow.is_over:
            continue
        # Centred windows of ±2 quarters: the mean around a peak then reaches no value that was not held for it.
        held = maximum_filter1d(needed, 4 * quarter + 1, mode="nearest")
        dense = uniform_filter1d(held, dense_size, mode="nearest")
        inside = slice(before, before + last - first)
        smoothed[first:last] = np.maximum(quick.of(held[inside]), slow.of(dense[inside]))
    for _ in range(2):
        smoothed = uniform_filter1d(smoothed, 2 * quarter + 1, mode="nearest")
    return smoothed


def _needed_db(peaks: FloatArray, *, ceiling_db: float) -> Vector:
    """Return the decibels that each magnitude lies above the ceiling."""
    needed: Vector = np.maximum(0.0, 20.0 * np.log10(np.maximum(peaks, FLOOR), dtype=np.float64) - ceiling_db)
    return needed


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
    return levelling_of(
        step_levels(samples),
        length_samples=samples.shape[1],
        threshold_db=threshold_db,
        ratio=ratio,
        sample_rate_hz=sample_rate_hz,
    )


def step_levels(samples: FloatArray) -> Vector:
    """Return the mean square of each step of `LEVEL_STEP_SAMPLES`, over all channels."""
    power = np.pad(np.square(samples).mean(axis=0), (0, -samples.shape[1] % LEVEL_STEP_SAMPLES))
    levels: Vector = power.reshape(-1, LEVEL_STEP_SAMPLES).mean(axis=1, dtype=np.float64)
    return levels


def levelling_of(
    power: Vector, *, length_samples: int, threshold_db: float, ratio: float, sample_rate_hz: int
) -> Curve:
    """Return the reduction of `levelling_db` for sound known by its `step_levels` and its length."""
    window = max(1, round(LEVEL_WINDOW_S * sample_rate_hz / LEVEL_STEP_SAMPLES))
    level_db = 10.0 * np.log10(np.maximum(uniform_filter1d(power, window, mode="nearest"), FLOOR**2))
    over_db = level_db - threshold_db
    knee_db = np.clip(over_db + KNEE_DB / 2, 0.0, KNEE_DB) ** 2 / (2 * KNEE_DB)
    excess_db = np.where(over_db > KNEE_DB / 2, over_db, knee_db)
    release = _Release(LEVEL_RELEASE_DB_PER_S * LEVEL_STEP_SAMPLES / sample_rate_hz)
    smoothed = uniform_filter1d(release.of((1.0 - 1.0 / ratio) * excess_db), window, mode="nearest")
    centres = (np.arange(power.size) + 0.5) * LEVEL_STEP_SAMPLES
    curve = np.empty(edges_of(length_samples), dtype=np.float32)
    for first in range(0, curve.size, CHUNK_EDGES):
        edges = np.arange(first, min(curve.size, first + CHUNK_EDGES)) * float(CONTROL_SAMPLES)
        curve[first : first + CHUNK_EDGES] = np.interp(edges, centres, smoothed)
    return curve


def gain_of(reduction: Curve, *, length_samples: int) -> FloatArray:
    """Return the linear gain of every sample, running straight between the edges of a curve."""
    edges = np.exp(reduction * (-np.log(10.0) / 20.0)).astype(np.float32)
    ramp = np.arange(CONTROL_SAMPLES, dtype=np.float32) / CONTROL_SAMPLES
    gain: FloatArray = edges[:-1, None] + np.diff(edges)[:, None] * ramp
    return gain.reshape(-1)[:length_samples]


class _Release:
    """A reduction that falls by at most so many decibels per step, for values that come in chunks."""

    def __init__(self, slope_db: float) -> None:
        self._slope_db = slope_db
        self._last = 0.0

    @property
    def is_over(self) -> bool:
        """Whether nothing is left of earlier reductions."""
        return self._last <= 0.0

    def of(self, needed: Vector) -> Vector:
        """Return the next values: a running maximum along a slope."""
        slope = self._slope_db * np.arange(1, needed.shape[0] + 1, dtype=np.float64)
        released: Vector = np.maximum.accumulate(np.maximum(needed + slope, self._last)) - slope
        self._last = float(released[-1])
        return released
