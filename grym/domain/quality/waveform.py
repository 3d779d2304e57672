"""Measures of the waveform, each a number known by hand for simple sounds.

All work on any `Signal`, also an empty or silent one, and copy no more of it than a piece at a time.
"""

from collections.abc import Iterator

import numpy as np

from grym.domain.signal import FloatArray, Signal

SILENCE_FRAME_S = 0.05
SILENCE_DBFS = -60.0
CLIPPED_RUN_SAMPLES = 3
CLIPPED_SHARE_OF_PEAK = 0.9995
CLIPPED_STEP = 2.0**-15
"""A flat top: three samples in a row within 0.004 dB of the peak that differ by less than one 16-bit step."""

CHUNK_SAMPLES = 1 << 20
FULL_BITS = 24
DEEPEST_FOLD_DB = -60.0


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
        # Each side by itself: what was clipped may have lost its offset since.
        for side in (samples, -samples):
            limit = np.float32(CLIPPED_SHARE_OF_PEAK * float(side.max(initial=0.0)))
            high = np.flatnonzero(side >= limit) if limit > 0.0 else np.empty(0, dtype=int)
            together = (np.diff(high) == 1) & (np.abs(np.diff(side[high])) < CLIPPED_STEP)
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


def mono_fold_db(signal: Signal) -> float:
    """Return how much quieter the mean of two channels is than the channels, in dB, at least −60.

    Equal channels read 0, independent ones −3; one channel and silence 0.
    """
    if signal.channels == 1:
        return 0.0
    apart = together = 0.0
    for samples in _chunks(signal):
        left, right = samples[:2]
        middle = 0.5 * (left + right)
        apart += 0.5 * (float(np.vdot(left, left)) + float(np.vdot(right, right)))
        together += float(np.vdot(middle, middle))
    if apart <= 0.0:
        return 0.0
    return 10.0 * float(np.log10(max(together / apart, 10.0 ** (DEEPEST_FOLD_DB / 10.0))))


def _chunks(signal: Signal) -> Iterator[FloatArray]:
    """Yield the samples in pieces, so that no measure copies a whole recording."""
    for first in range(0, signal.length_samples, CHUNK_SAMPLES):
        yield signal.samples[:, first : first + CHUNK_SAMPLES]
