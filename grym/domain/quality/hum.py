"""Hum of the mains: lines at 50 or 60 Hz and multiples that stand out all the time.

Notes come and go, hum stays; and no tempered note within a quarter tone of a = 440 Hz lies within 0.5 % of 50 Hz, 60 Hz
and their multiples at once (G1 is 49.0, B1 61.7 Hz).
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
MULTIPLES = range(1, 11)
COUNTED = 4
"""Lines that are averaged: the clearest, for music hides some and equipment makes odd or even ones."""
NEAR_HZ, FAR_HZ = 1.0, 4.0
SURROUNDING_PERCENTILE = 75.0
QUIET_PERCENTILE = 25.0
FLOOR = 1e-14


def hum_db(signal: Signal) -> float:
    """Return how far the four clearest lines of the mains stand above what lies beside them, in dB; 0 without any.

    The level of each line is that of the quieter quarter of the time: what sounds only now and then is a note. Sounds
    below two seconds read 0.
    """
    spectra, bin_hz = _spectra(signal)
    if not len(spectra):
        return 0.0
    candidates = [base + drift for base in MAINS_HZ for drift in DRIFT_HZ]
    return max(0.0, *(_prominence(spectra, hz, bin_hz=bin_hz) for hz in candidates))


def _spectra(signal: Signal) -> tuple[NDArray[np.float64], float]:
    """Return levels in dB of overlapping windows of 8 s, shape (windows, bins), and the width of a bin in Hz."""
    ratio = max(1, signal.sample_rate_hz // WORKING_RATE_HZ)
    rate_hz = signal.sample_rate_hz / ratio
    if signal.duration_s < WINDOW_S / HOPS_PER_WINDOW:
        return np.empty((0, 0)), 1.0
    low = resample_poly(signal.mono(), 1, ratio).astype(np.float64)
    size = min(len(low), round(WINDOW_S * rate_hz))
    window, padded = get_window("hann", size), fft.next_fast_len(2 * size, real=True)
    starts = range(0, len(low) - size + 1, max(1, size // HOPS_PER_WINDOW))
    power = np.stack([np.abs(fft.rfft(low[start : start + size] * window, padded)) ** 2 for start in starts])
    return 10.0 * np.log10(power + FLOOR), rate_hz / padded


def _prominence(spectra: NDArray[np.float64], mains_hz: float, *, bin_hz: float) -> float:
    near, far = round(NEAR_HZ / bin_hz), round(FAR_HZ / bin_hz)
    centres = [round(mains_hz * multiple / bin_hz) for multiple in MULTIPLES]
    lines = [_line(spectra, at, near, far) for at in centres if at + far < spectra.shape[1]]
    return float(np.mean(sorted(lines)[-COUNTED:]))


def _line(spectra: NDArray[np.float64], at: int, near: int, far: int) -> float:
    """Return how far a line stands above its surroundings in the quieter quarter of the time, in dB."""
    beside = np.concatenate([spectra[:, at - far : at - near], spectra[:, at + near : at + far]], axis=1)
    above = spectra[:, at - 1 : at + 2].max(axis=1) - np.percentile(beside, SURROUNDING_PERCENTILE, axis=1)
    return float(np.percentile(above, QUIET_PERCENTILE))
