"""The one spectrum that landmarks and tonal frames share: 11,025 Hz, windows of 186 ms, 43 frames a second.

Long windows lift a steady partial 30 dB out of white noise, which decides recognition in noise; half of a window is
about the shortest note of a fast tune. Levels are decibels above a floor that the sound itself sets, so neither the
gain of a recording nor the colour of its noise matters.
"""

from dataclasses import dataclass
from math import gcd

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter
from scipy.signal import resample_poly

from grym.domain.signal import Signal
from grym.domain.stft import Framing, power_spectrogram

FloatArray = NDArray[np.float32]

RATE_HZ = 11_025
"""Partials above 5 kHz are weak and the first to go in every codec."""

FRAMING = Framing(n_fft=2_048, hop_length=256, sample_rate_hz=RATE_HZ)
FRAME_RATE_HZ = FRAMING.frame_rate_hz
BIN_HZ = FRAMING.bin_hz

SILENCE_POWER = (1e-5 * FRAMING.n_fft / 4) ** 2
"""Power of a sine at −100 dBFS: below the dither of 16-bit sound there is nothing to recognise."""

DYNAMIC_RANGE_DB = 60.0
"""What lies further below the loudest partial is leakage of the window and rounding of the samples."""

FLOOR_QUANTILE = 0.4
FLOOR_STEP_FRAMES = 3
"""Neighbouring frames overlap, so every third says as much of the floor."""

FLOOR_BINS = 41
"""The floor is the median of so many bins (220 Hz): held notes, which fill few of them, do not become floor."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spectrum:
    """Levels of a sound over its own floor.

    Parameters
    ----------
    excess_db
        Shape (frames, bins), float32, ≥ 0: decibels above the floor of the bin; zeros for silence.
    """

    excess_db: FloatArray

    @property
    def frames(self) -> int:
        """Number of frames, `FRAME_RATE_HZ` a second; frame k is centred on k / `FRAME_RATE_HZ`."""
        return int(self.excess_db.shape[0])


def spectrum_of(signal: Signal) -> Spectrum:
    """Return the levels of a sound, shape (frames, 1025)."""
    power = power_spectrogram(resampled(signal), FRAMING)
    return Spectrum(excess_db=_above_floor(power))


def resampled(signal: Signal) -> FloatArray:
    """Return all channels together at `RATE_HZ`, shape (samples,)."""
    common = gcd(RATE_HZ, signal.sample_rate_hz)
    up, down = RATE_HZ // common, signal.sample_rate_hz // common
    mono = signal.mono()
    return mono if up == down else np.asarray(resample_poly(mono, up, down), dtype=np.float32)


def _above_floor(power: FloatArray) -> FloatArray:
    """Return decibels above the floor, which no bin undercuts by more than the dynamic range, in the place of `power`.

    The spectrum of an hour fills 0.6 GB: there is room for one.
    """
    loudest = float(power.max(initial=0.0))
    if loudest < SILENCE_POWER:
        return np.zeros_like(power)
    level = np.maximum(power, np.float32(loudest * 10.0 ** (-DYNAMIC_RANGE_DB / 10.0)), out=power)
    np.log10(level, out=level)
    level *= np.float32(10.0)
    level -= median_filter(_usual(level), FLOOR_BINS, mode="nearest").astype(np.float32)
    return np.maximum(level, np.float32(0.0), out=level)


def _usual(level: FloatArray) -> NDArray[np.float32]:
    """Return the quantile of each bin over time that stands for its floor, some bins at a time."""
    sampled = level[::FLOOR_STEP_FRAMES]
    stretches = (sampled[:, first : first + FLOOR_BINS] for first in range(0, level.shape[1], FLOOR_BINS))
    quantiles = [np.quantile(np.ascontiguousarray(bins.T), FLOOR_QUANTILE, axis=1) for bins in stretches]
    return np.concatenate(quantiles)
