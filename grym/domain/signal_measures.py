"""Single measures of a sound that tell music from its failures, each a number known by hand for simple sounds.

All work on any `Signal`, also an empty or silent one, and copy no more of it than a piece at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import median_filter

from grym.domain.signal import FloatArray, Signal
from grym.domain.spectral import MEL_BANDS, mel_filterbank
from grym.domain.stft import HOPS_PER_WINDOW, framing_for, power_blocks

SILENCE_FRAME_S = 0.05
SILENCE_DBFS = -60.0
CLIPPED_RUN_SAMPLES = 3
CLIPPED_SHARE_OF_PEAK = 0.9995
CLIPPED_STEP = 2.0**-15
"""A flat top: three samples in a row within 0.004 dB of the peak that differ by less than one 16-bit step."""

BANDWIDTH_RANGE_DB = 75.0
BANDWIDTH_SMOOTHING_BINS = 31
OCCUPIED_RANGE_DB = 40.0
CHANGE_FRAME_S = 0.25
POWER_FLOOR = 1e-12
CHUNK_SAMPLES = 1 << 20
FULL_BITS = 24
LONG_WINDOW = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LongTermSpectrum:
    """Mean power by bin, and mean mel power by quarter second."""

    mean: FloatArray
    bands: FloatArray
    bin_hz: float


def silence_share(signal: Signal) -> float:
    """Return the share of frames of 50 ms whose level is below −60 dBFS, 0–1; 1 for an empty sound."""
    length = max(1, round(SILENCE_FRAME_S * signal.sample_rate_hz))
    count = signal.length_samples // length
    if not count:
        return 1.0 if not signal.samples.any() else 0.0
    frames = signal.samples[:, : count * length].reshape(signal.channels, count, length)
    power = np.einsum("ctn,ctn->t", frames, frames) / (signal.channels * length)
    return float(np.mean(power < 10.0 ** (SILENCE_DBFS / 10.0)))


def clipped_per_s(signal: Signal) -> float:
    """Return how many flat tops a second there are, all channels together.

    Clipping is found at any level, since a clipped sound may have been turned down afterwards: music comes within
    0.004 dB of its own peak a few times, a clipped one all the time.
    """
    runs = 0
    for samples in signal.samples:
        peak = max(float(samples.max(initial=0.0)), -float(samples.min(initial=0.0)))
        limit = np.float32(CLIPPED_SHARE_OF_PEAK * peak)
        high = np.flatnonzero((samples >= limit) | (samples <= -limit)) if peak > 0.0 else np.empty(0, dtype=int)
        together = (np.diff(high) == 1) & (np.abs(np.diff(samples[high])) < CLIPPED_STEP)
        runs += _runs(together, least=CLIPPED_RUN_SAMPLES - 1)
    return runs / signal.duration_s if signal.duration_s else 0.0


def _runs(flags: np.ndarray, *, least: int) -> int:
    """Count the runs of at least `least` true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return int(np.sum(edges[1::2] - edges[::2] >= least))


def dc_offset(signal: Signal) -> float:
    """Return the absolute mean of the worst channel, full scale 1."""
    if not signal.length_samples:
        return 0.0
    return float(np.abs(signal.samples.mean(axis=1, dtype=np.float64)).max())


def effective_bits(signal: Signal) -> int:
    """Return how many bits the samples really use, 0 to 24: 16 for a 16-bit file stored as floats."""
    used = 0
    for samples in _chunks(signal):
        scaled = np.rint(samples * np.float32(2.0 ** (FULL_BITS - 1))).astype(np.int64)
        used |= int(np.bitwise_or.reduce(np.abs(scaled), axis=None))
        if used & 1:
            return FULL_BITS
    if not used:
        return 0
    unused = (used & -used).bit_length() - 1
    return max(0, FULL_BITS - unused)


def stereo_correlation(signal: Signal) -> float:
    """Return the correlation of the first two channels, −1 to 1; 1 where there is one channel or silence."""
    if signal.channels == 1 or not signal.length_samples:
        return 1.0
    mean = signal.samples[:2].mean(axis=1, keepdims=True, dtype=np.float64)
    products = np.zeros((2, 2))
    for samples in _chunks(signal):
        centred = samples[:2] - mean
        products += centred @ centred.T
    alone = float(np.sqrt(products[0, 0] * products[1, 1]))
    return float(products[0, 1]) / alone if alone > 0.0 else 1.0


def _chunks(signal: Signal) -> Iterator[FloatArray]:
    """Yield the samples in pieces, so that no measure copies a whole recording."""
    for first in range(0, signal.length_samples, CHUNK_SAMPLES):
        yield signal.samples[:, first : first + CHUNK_SAMPLES]


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
