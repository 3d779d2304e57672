"""Hum of the mains: steady lines at 50 or 60 Hz and multiples, clearer than those of any frequency beside.

Held notes, and loops and chips that repeat so many times a second, have lines of their own, and some fall on the mains.
So the same is asked of every fundamental from 43 to 66 Hz that is no mains, and hum is what stands above all of them.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.signal import get_window, resample_poly

from grym.domain.signal import Signal

WORKING_RATE_HZ = 2_200
WINDOW_S = 8.0
HOPS_PER_WINDOW = 4
MAINS_HZ = (50.0, 60.0)
DRIFT_HZ = np.arange(-0.25, 0.2501, 0.05)
"""Grids keep their frequency within 0.2 Hz outside emergencies (ENTSO-E)."""
MULTIPLES = np.arange(1, 11)
COUNTED = 4
"""Lines that are averaged: the clearest, for music hides some and equipment makes odd or even ones."""
APART_HZ = 1.2
OTHERS_HZ = np.array([hz for hz in np.arange(43.0, 66.0, 0.1) if min(abs(hz - mains) for mains in MAINS_HZ) > APART_HZ])
"""Fundamentals of which no more than two of ten multiples are those of a mains."""
HIGHEST_HZ = 700.0
AROUND_HZ = 4.0
STEP_HZ = 1.0
SURROUNDING_PERCENTILE = 75.0
QUIET_PERCENTILE = 25.0
UNSTEADY_PERCENTILES = (90.0, 10.0)
CLEAREST_DB = 25.0
"""No single line counts for more: one is a note."""
FLOOR = 1e-14

Vector = NDArray[np.float64]


def hum_db(signal: Signal) -> float:
    """Return how far the mains stand out above any other fundamental, in dB; 0 where they do not.

    A line counts by how far it stands above its surroundings in the quieter quarter of the time, less by how much its
    level wanders; a fundamental by its four clearest lines of ten. Sounds below two seconds read 0.
    """
    if signal.duration_s < WINDOW_S / HOPS_PER_WINDOW:
        return 0.0
    lines, bin_hz = _lines(signal)
    mains = _clearest(lines, np.add.outer(MAINS_HZ, DRIFT_HZ).ravel(), bin_hz=bin_hz)
    return max(0.0, mains - max(0.0, _clearest(lines, OTHERS_HZ, bin_hz=bin_hz)))


def _clearest(lines: Vector, fundamentals_hz: Vector, *, bin_hz: float) -> float:
    """Return the mean of the four clearest lines of the best of some fundamentals, in dB."""
    found = lines[np.rint(np.outer(fundamentals_hz, MULTIPLES) / bin_hz).astype(int)]
    return float(np.sort(found, axis=1)[:, -COUNTED:].mean(axis=1).max())


def _lines(signal: Signal) -> tuple[Vector, float]:
    """Return how clear and steady a line there is at each bin up to 700 Hz, in dB, and the width of a bin in Hz."""
    ratio = max(1, signal.sample_rate_hz // WORKING_RATE_HZ)
    rate_hz = signal.sample_rate_hz / ratio
    low = resample_poly(signal.mono(), 1, ratio).astype(np.float64)
    size = min(len(low), round(WINDOW_S * rate_hz))
    window, padded = get_window("hann", size), fft.next_fast_len(2 * size, real=True)
    bin_hz = rate_hz / padded
    levels, above = [], []
    for start in range(0, len(low) - size + 1, max(1, size // HOPS_PER_WINDOW)):
        power = np.abs(fft.rfft(low[start : start + size] * window, padded)[: round(HIGHEST_HZ / bin_hz)]) ** 2
        level = 10.0 * np.log10(power + FLOOR)
        peaks = np.maximum(level, np.maximum(np.roll(level, 1), np.roll(level, -1)))
        levels.append(peaks)
        above.append(peaks - _surroundings(level, bin_hz=bin_hz))
    most, least = np.percentile(levels, UNSTEADY_PERCENTILES, axis=0)
    clear = np.percentile(above, QUIET_PERCENTILE, axis=0)
    return np.minimum(clear, CLEAREST_DB) - (most - least), bin_hz


def _surroundings(level: Vector, *, bin_hz: float) -> Vector:
    """Return what is exceeded by a quarter of the bins within 4 Hz of each, found for every hertz."""
    reach, step = round(AROUND_HZ / bin_hz), max(1, round(STEP_HZ / bin_hz))
    around = np.lib.stride_tricks.sliding_window_view(level, 2 * reach + 1)[::step]
    found = np.percentile(around, SURROUNDING_PERCENTILE, axis=1)
    nearest = np.rint((np.arange(len(level)) - reach) / step).astype(int)
    return np.asarray(found[nearest.clip(0, len(found) - 1)], dtype=np.float64)
