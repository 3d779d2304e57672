"""The shape of single spectra: where their power lies, how even it is, and how peaks stand over valleys.

Frames are rows; each is described by itself, so nothing here depends on what comes before or after. Sums over bins are
taken block by block and joined in double precision: the bandwidth of a tone is the small difference of large numbers.
"""

from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from grym.domain.signal import FloatArray
from grym.domain.stft import Framing

POWER_FLOOR = 1e-10
"""Power of a full-scale spectrum's rounding noise; the floor of every logarithm (−100 dB)."""

ROLLOFF_SHARE = 0.85

CONTRAST_LOWEST_HZ = 200.0
CONTRAST_BANDS = 7
CONTRAST_SHARE = 0.02

BLOCKS = 16
"""Blocks of bins whose sums are taken by themselves; what is left is the bin at half the rate."""


def shape_of(power: FloatArray, framing: Framing) -> FloatArray:
    """Return centroid, bandwidth, roll-off (Hz) and flatness of each frame, shape (4, frames).

    Centroid and bandwidth are moments of the power, roll-off the frequency below which 85 % of the power lies,
    flatness the geometric over the arithmetic mean. Frames without energy have 0, 0, 0 and 1.

    Parameters
    ----------
    power
        Shape (frames, n_fft // 2 + 1).
    framing
        Window and hop it was taken with.

    References
    ----------
    Peeters (2004), "A large set of audio features for sound description", section 6.
    """
    width = framing.n_fft // 2 // BLOCKS
    blocks = power[:, :-1].reshape(-1, width)
    sums = (blocks @ _moments(width)).reshape(len(power), BLOCKS, 3).astype(np.float64)
    last = power[:, -1].astype(np.float64)
    total, centroid, bandwidth = _joined(sums, last, width)
    sounding = total > POWER_FLOOR
    reached = _rolloff_bins(blocks, sums[:, :, 0], ROLLOFF_SHARE * total, width)
    in_hz = np.where(sounding, framing.bin_hz, 0.0)
    shape: FloatArray = np.stack([centroid * in_hz, bandwidth * in_hz, reached * in_hz, _flatness(power)])
    return shape.astype(np.float32)


@lru_cache(maxsize=16)
def _moments(width: int) -> FloatArray:
    """Return 1, k and k² about the middle of a block of bins, shape (width, 3)."""
    about = np.arange(width) - (width - 1) / 2.0
    moments: FloatArray = np.stack([np.ones(width), about, about**2], axis=1).astype(np.float32)
    moments.flags.writeable = False
    return moments


def _joined(
    sums: NDArray[np.float64], last: NDArray[np.float64], width: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return total power, and centroid and bandwidth in bins, from the moments of blocks (Steiner's theorem)."""
    power, first, second = sums[:, :, 0], sums[:, :, 1], sums[:, :, 2]
    middles = np.arange(BLOCKS) * width + (width - 1) / 2.0
    end = float(BLOCKS * width)
    total = power.sum(axis=1) + last
    divisor = np.maximum(total, POWER_FLOOR)
    centroid = (power @ middles + first.sum(axis=1) + end * last) / divisor
    away = middles - centroid[:, None]
    spread = (second + 2.0 * away * first + away**2 * power).sum(axis=1) + (end - centroid) ** 2 * last
    return total, centroid, np.sqrt(np.maximum(0.0, spread / divisor))


def _rolloff_bins(
    blocks: FloatArray, power: NDArray[np.float64], wanted: NDArray[np.float64], width: int
) -> NDArray[np.intp]:
    """Return the bin at which the running sum reaches `wanted`: first the block, then the bin in it."""
    running = np.cumsum(power, axis=1)
    frames = np.arange(len(power))
    block = np.minimum((running < wanted[:, None]).sum(axis=1), BLOCKS - 1)
    before = running[frames, block] - power[frames, block]
    inside = np.cumsum(blocks[frames * BLOCKS + block], axis=1, dtype=np.float64)
    bins: NDArray[np.intp] = block * width + (inside < (wanted - before)[:, None]).sum(axis=1)
    return bins


def _flatness(power: FloatArray) -> FloatArray:
    """Return the geometric over the arithmetic mean of each frame."""
    floored = np.maximum(power, np.float32(POWER_FLOOR))
    arithmetic = floored.mean(axis=1)
    flatness: FloatArray = np.exp(np.log(floored, out=floored).mean(axis=1)) / arithmetic
    return flatness


def contrast_db(power: FloatArray, framing: Framing) -> FloatArray:
    """Return peak over valley of octave bands from 200 Hz in dB, shape (frames, 7); 0 in silence.

    References
    ----------
    Jiang et al. (2002), "Music type classification by spectral contrast feature", equations 1 to 3; α = 0.02.
    """
    edges = _contrast_edges(framing)
    contrast = np.empty((len(power), CONTRAST_BANDS), dtype=np.float32)
    for band, (low, high) in enumerate(pairwise(edges)):
        ordered = np.sort(power[:, low:high], axis=1)
        share = max(1, round(CONTRAST_SHARE * ordered.shape[1]))
        valley = np.maximum(ordered[:, :share].mean(axis=1), POWER_FLOOR)
        peak = np.maximum(ordered[:, -share:].mean(axis=1), POWER_FLOOR)
        contrast[:, band] = 10.0 * np.log10(peak / valley)
    return contrast


@lru_cache(maxsize=16)
def _contrast_edges(framing: Framing) -> tuple[int, ...]:
    """Return the bin borders of octaves: 0, 200, 400, … Hz and half the rate."""
    inner_hz = CONTRAST_LOWEST_HZ * 2.0 ** np.arange(CONTRAST_BANDS - 1)
    last = framing.n_fft // 2 + 1
    inner = [min(last - CONTRAST_BANDS + i, round(hz / framing.bin_hz)) for i, hz in enumerate(inner_hz)]
    return (1, *inner, last)
