"""Measures of the long-term spectrum: how wide, even, full and changing it is.

All work on any `Signal`, also an empty or silent one; spectra come in blocks and only sums and mel bands are kept.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import median_filter

from grym.domain.signal import FloatArray, Signal
from grym.domain.spectral import MEL_BANDS, mel_filterbank
from grym.domain.stft import HOPS_PER_WINDOW, framing_for, power_blocks

BANDWIDTH_RANGE_DB = 75.0
BANDWIDTH_SMOOTHING_BINS = 31
OCCUPIED_RANGE_DB = 40.0
CHANGE_FRAME_S = 0.25
POWER_FLOOR = 1e-12
LONG_WINDOW = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LongTermSpectrum:
    """Mean power by bin, and mean mel power by quarter second."""

    mean: FloatArray
    bands: FloatArray
    bin_hz: float


def long_term_spectrum(signal: Signal) -> LongTermSpectrum:
    """Average the power spectrum over time, and its mel bands over quarter seconds.

    Windows that reach beyond the ends of a longer sound are left out of the mean: the sudden end of a sound fills every
    frequency and would hide where its own end.
    """
    framing = framing_for(signal.sample_rate_hz, stretch=LONG_WINDOW)
    bank = mel_filterbank(framing.sample_rate_hz, framing.n_fft, MEL_BANDS)
    total = np.zeros(framing.n_fft // 2 + 1)
    mel, seen = [], 0
    count = framing.frame_count(signal.length_samples)
    edge = HOPS_PER_WINDOW // 2 if count > 2 * HOPS_PER_WINDOW else 0
    for power in power_blocks(signal.mono(), framing):
        whole = power[max(0, edge - seen) : max(0, count - edge - seen)]
        total += whole.sum(axis=0, dtype=np.float64)
        mel.append(power @ bank)
        seen += len(power)
    bands = np.concatenate(mel)
    group = max(1, round(CHANGE_FRAME_S * framing.frame_rate_hz))
    starts = np.arange(0, max(1, len(bands) - group + 1), group)
    grouped = np.stack([bands[start : start + group].mean(axis=0) for start in starts])
    return LongTermSpectrum(mean=(total / (count - 2 * edge)).astype(np.float32), bands=grouped, bin_hz=framing.bin_hz)


def bandwidth_hz(mean_power: FloatArray, *, bin_hz: float) -> float:
    """Return the highest frequency whose smoothed power lies within 75 dB of the strongest, in Hz; 0 for silence."""
    if not float(mean_power.max()):
        return 0.0
    level = 10.0 * np.log10(np.maximum(mean_power, POWER_FLOOR))
    smooth = median_filter(level, BANDWIDTH_SMOOTHING_BINS, mode="nearest")
    return float(np.flatnonzero(smooth >= smooth.max() - BANDWIDTH_RANGE_DB)[-1] * bin_hz)


def flatness(mean_power: FloatArray) -> float:
    """Return the geometric over the arithmetic mean of the spectrum, 0 to 1; 0 for silence."""
    if not float(mean_power.max()):
        return 0.0
    floored = np.maximum(mean_power[1:].astype(np.float64), POWER_FLOOR)
    return float(np.exp(np.log(floored).mean()) / floored.mean())


def change_db(bands: FloatArray) -> float:
    """Return the standard deviation over time of the band levels in dB, averaged over the bands that carry the sound.

    Parameters
    ----------
    bands
        Mel power, shape (quarter seconds, bands). The first and last are left out where there are more than four: how a
        sound is switched on and off is not music.
    """
    bands = bands[1:-1] if len(bands) > 4 else bands  # noqa: PLR2004 (a second)
    mean = bands.mean(axis=0)
    if not float(mean.max()):
        return 0.0
    carrying = mean >= mean.max() * 10.0 ** (-OCCUPIED_RANGE_DB / 10.0)
    floor = float(mean.max()) * 10.0 ** (-2.0 * OCCUPIED_RANGE_DB / 10.0)
    level = 10.0 * np.log10(np.maximum(bands[:, carrying], floor))
    return float(level.std(axis=0).mean())


def occupied_bands(bands: FloatArray) -> int:
    """Return how many mel bands lie within 40 dB of the strongest on average."""
    mean = bands.mean(axis=0)
    if not float(mean.max()):
        return 0
    return int(np.sum(mean >= mean.max() * 10.0 ** (-OCCUPIED_RANGE_DB / 10.0)))
