"""What noise lies under a sound: its spectrum, its swelling, and whether it is there at all.

Noise is known by its statistics, not by its level. Averaged over 40 cells of a spectrogram, the power of steady noise
strays by about half a decibel, so between the 5th and the 30th percentile over time lie 1.5 dB; where music plays they
lie 5 to 20 dB apart. Noise that swells as a whole is steady once its swelling, the same for all treble, is divided out.
A third of an octave of music now and then is that steady; below 900 Hz bass often is, so what lies there is only
continued from above.

References: Martin (2001), "Noise power spectral density estimation based on optimal smoothing and minimum statistics",
IEEE TSAP 9(5), for the low percentile as estimate and its bias; the test of presence and the continuation are our own.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, uniform_filter, uniform_filter1d

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

CELLS = (8, 5)
"""Frames and bins that are averaged: 0.1 s and 100 Hz at 44.1 kHz."""
LOW, FIFTH, THIRTIETH = 10.0, 5.0, 30.0
BIAS = 1.523
"""Mean over 10th percentile of such averages of white noise; measured with overlapping frames, as they are used."""
SURE_SPREAD_DB, LIKELY_SPREAD_DB = 2.3, 2.8
"""Distance of the percentiles up to which a bin is taken for noise; the second where the first leaves too few."""
LOWEST_HZ, HIGHEST_HZ = 900.0, 16_000.0
BANDS = 48
BAND_FROM_HZ = 60.0
LEAST_BANDS = 6
"""A whole octave in all."""
STEEPEST_DB = -3.5
SAFE_SLOPE = 0.8
"""Noise rises at most as pink noise does towards the bass, and is continued a little less steeply than it rises."""
TREBLE_HZ = (3_000.0, 14_000.0)
LEAST_TREBLE_BINS = 50
SWELL_FRAMES = 24
MOST_SWELL_DB = 14.0
"""Treble that moves by more within twenty seconds is played, not noise."""
MOST_FACTOR = 10.0
FLOOR = 1e-20
SILENT = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Noise:
    """Noise of one stretch and channel.

    Parameters
    ----------
    power
        Expected power in each bin, shape (bins,).
    swell
        Factor of it in each frame, shape (frames,).
    share
        Of the bands above 900 Hz, how many are noise at some time, 0–1.
    """

    power: Vector
    swell: Vector
    share: float

    @property
    def mean_power(self) -> float:
        """Summed over bins, mean over frames."""
        return float(self.power.sum() * self.swell.mean())


def noise_of(power: Matrix, *, sample_rate_hz: int) -> Noise | None:
    """Return the noise under a stretch; None where there is none.

    Parameters
    ----------
    power
        Shape (frames, bins), some seconds at least.
    """
    frequencies = np.arange(power.shape[1]) * sample_rate_hz / 2.0 / (power.shape[1] - 1)
    smooth = np.maximum(uniform_filter(power, CELLS, mode="nearest"), 0.0)  # its running sums may end below nothing
    inner = smooth[CELLS[0] : -CELLS[0]]
    if not len(inner):
        return None
    swell = _swell(smooth, np.median(inner, axis=0), frequencies, sample_rate_hz=sample_rate_hz)
    steady = inner / swell[CELLS[0] : -CELLS[0], None]
    low, fifth, thirtieth = np.percentile(steady, (LOW, FIFTH, THIRTIETH), axis=0)
    spread_db = median_filter(10.0 * np.log10((thirtieth + FLOOR) / (fifth + FLOOR)), 9)
    level_db = 10.0 * np.log10(BIAS * low + FLOOR)
    for most_db in (SURE_SPREAD_DB, LIKELY_SPREAD_DB):
        noisy = (spread_db < most_db) & (low > SILENT)
        found = _continued(level_db, noisy, frequencies, sample_rate_hz=sample_rate_hz)
        if found is not None:
            return Noise(power=found[0], swell=swell, share=found[1])
    return None


def _swell(smooth: Matrix, usual: Vector, frequencies: Vector, *, sample_rate_hz: int) -> Vector:
    """Return how the treble swells as a whole; one throughout where it does not, or moves as only music does."""
    top = min(TREBLE_HZ[1], 0.4 * sample_rate_hz)
    treble = (frequencies > TREBLE_HZ[0]) & (frequencies < top) & (usual > SILENT)
    still = np.ones(len(smooth))
    if treble.sum() < LEAST_TREBLE_BINS:
        return still
    factor = np.median(smooth[:, treble] / usual[treble], axis=1)
    swell = np.exp(uniform_filter1d(np.log(factor + 1e-12), SWELL_FRAMES, mode="nearest"))
    low, high = np.percentile(swell, (5.0, 95.0))
    if 10.0 * np.log10(high / low) > MOST_SWELL_DB:
        return still
    clipped: Vector = np.clip(swell, 1.0 / MOST_FACTOR, MOST_FACTOR)
    return clipped


def _continued(
    level_db: Vector, noisy: NDArray[np.bool_], frequencies: Vector, *, sample_rate_hz: int
) -> tuple[Vector, float] | None:
    """Return noise in all bins from those that are noise, and the share of bands that are; None where too few are."""
    top = min(HIGHEST_HZ, 0.45 * sample_rate_hz)
    edges = np.geomspace(BAND_FROM_HZ, top, BANDS + 1)
    centres = np.sqrt(edges[:-1] * edges[1:])
    levels = _banded(level_db, noisy, frequencies, edges)
    levels[centres < LOWEST_HZ] = np.nan
    good = np.flatnonzero(np.isfinite(levels))
    if len(good) < LEAST_BANDS:
        return None
    octaves = np.log2(centres)
    estimate = np.interp(np.log2(np.maximum(frequencies, 20.0)), octaves[good], levels[good])
    lower = frequencies < centres[good[0]]
    slope, anchor = _slope(octaves[good], levels[good])
    estimate[lower] = anchor + SAFE_SLOPE * slope * (np.log2(np.maximum(frequencies[lower], 40.0)) - octaves[good[0]])
    measured = median_filter(level_db, 15, mode="nearest") + 1.0
    power: Vector = 10.0 ** (np.minimum(estimate, measured) / 10.0)
    return power, float(np.isfinite(levels[centres > LOWEST_HZ]).mean())


def _banded(level_db: Vector, noisy: NDArray[np.bool_], frequencies: Vector, edges: Vector) -> Vector:
    """Return the median level of each band at least half of whose bins are noise; NaN of all others."""
    half = frequencies[1] / 2.0
    levels = np.full(len(edges) - 1, np.nan)
    for band, (low, high) in enumerate(pairwise(edges)):
        inside = (frequencies >= low - half) & (frequencies < high + half)
        if noisy[inside].sum() >= max(1.0, 0.5 * inside.sum()):
            levels[band] = np.median(level_db[inside & noisy])
    return levels


def _slope(octaves: Vector, levels: Vector) -> tuple[float, float]:
    """Return how levels rise over the lowest three octaves, in decibels an octave, and the level they begin at."""
    near = octaves < octaves[0] + 3.0
    x, y = octaves[near], levels[near]
    first, second = np.triu_indices(len(x), 2)
    slope = float(np.median((y[second] - y[first]) / (x[second] - x[first]))) if len(first) else 0.0
    slope = float(np.clip(slope, STEEPEST_DB, 0.0))
    return slope, float(np.median(y[:LEAST_BANDS] - slope * (x[:LEAST_BANDS] - x[0])))
