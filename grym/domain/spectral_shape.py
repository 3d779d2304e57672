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
    """Return centroid, bandwidth, roll-off (Hz) and flatness of each frame, shape (4, …, frames).

    Centroid and bandwidth are moments of the power, roll-off the frequency below which 85 % of the power lies,
    flatness the geometric over the arithmetic mean. Frames without energy have 0, 0, 0 and 1.

    Parameters
    ----------
    power
        Shape (…, frames, n_fft // 2 + 1); of several sounds each is described bit for bit as it would be alone.
    framing
        Window and hop it was taken with.

    References
    ----------
    Peeters (2004), "A large set of audio features for sound description", section 6.
    """
    width = framing.n_fft // 2 // BLOCKS
    frames = power.shape[:-1]
    blocks = power[..., :-1].reshape(*frames[:-1], frames[-1] * BLOCKS, width)
    sums = np.empty((*frames, 3 * BLOCKS + 1))
    sums[..., :-1] = (blocks @ _moments(width)).reshape(*frames, 3 * BLOCKS)
    sums[..., -1] = power[..., -1]
    together = sums @ _joining(width)
    total, first, second = together[..., 0], together[..., 1], together[..., 2]
    shape = np.empty((4, *frames), dtype=np.float32)
    divisor = np.maximum(total, POWER_FLOOR)
    centroid = first / divisor
    shape[0] = centroid
    shape[1] = np.sqrt(np.maximum(0.0, second / divisor - centroid * centroid))
    shape[2] = _rolloff_bins(blocks, together[..., 3:], ROLLOFF_SHARE * total[..., None])
    shape[:3] *= np.where(total > POWER_FLOOR, np.float32(framing.bin_hz), np.float32(0.0))
    shape[3] = _flatness(power)
    return shape


@lru_cache(maxsize=16)
def _moments(width: int) -> FloatArray:
    """Return 1, k and k² about the middle of a block of bins, shape (width, 3)."""
    about = np.arange(width) - (width - 1) / 2.0
    moments: FloatArray = np.stack([np.ones(width), about, about**2], axis=1).astype(np.float32)
    moments.flags.writeable = False
    return moments


@lru_cache(maxsize=16)
def _joining(width: int) -> NDArray[np.float64]:
    """Return what makes total, first and second moment about bin 0, and running sums, of the moments of blocks.

    Shape (blocks · 3 + 1, 3 + blocks + 1); about 0, Σ(m + k)² p = m² Σp + 2 m Σkp + Σk²p for a block with its middle
    at m. The running sums are those before each block, and before the last bin.
    """
    joining = np.zeros((3 * BLOCKS + 1, 3 + BLOCKS + 1))
    middles = np.arange(BLOCKS) * width + (width - 1) / 2.0
    joining[0:-1:3, 0], joining[0:-1:3, 1], joining[0:-1:3, 2] = 1.0, middles, middles**2
    joining[1:-1:3, 1], joining[1:-1:3, 2] = 1.0, 2.0 * middles
    joining[2:-1:3, 2] = 1.0
    joining[-1, :3] = 1.0, BLOCKS * width, (BLOCKS * width) ** 2
    joining[0:-1:3, 3:] = np.triu(np.ones((BLOCKS, BLOCKS + 1)), 1)
    joining.flags.writeable = False
    return joining


def _rolloff_bins(blocks: FloatArray, before: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the bin at which the running sum reaches `wanted`: first the block, then the bin in it.

    Parameters
    ----------
    blocks
        Power, shape (…, frames · blocks, width).
    before
        What lies before each block, and before the last bin, shape (…, frames, blocks + 1).
    wanted
        Shape (…, frames, 1).
    """
    width, shape = blocks.shape[-1], before.shape[:-1]
    block = np.add.reduce(before[..., 1:] < wanted, axis=-1)
    np.minimum(block, BLOCKS - 1, out=block)
    frame, flat = np.arange(block.size), block.reshape(-1)
    chosen = blocks.reshape(-1, width)[frame * BLOCKS + flat].reshape(*shape, width)
    left = wanted - before.reshape(-1, BLOCKS + 1)[frame, flat].reshape(*shape, 1)
    bins: NDArray[np.intp] = block * width + np.add.reduce(chosen @ _running(width) < left, axis=-1)
    return bins


@lru_cache(maxsize=16)
def _running(width: int) -> FloatArray:
    """Return what makes running sums of a row, shape (width, width)."""
    running: FloatArray = np.triu(np.ones((width, width), dtype=np.float32))
    running.flags.writeable = False
    return running


def _flatness(power: FloatArray) -> FloatArray:
    """Return the geometric over the arithmetic mean of each frame."""
    count = np.float32(power.shape[-1])
    floored = np.maximum(power, np.float32(POWER_FLOOR))
    total = np.add.reduce(floored, axis=-1)
    flatness: FloatArray = np.exp(np.add.reduce(np.log(floored, out=floored), axis=-1) / count) * count / total
    return flatness


def contrast_db(power: FloatArray, framing: Framing) -> FloatArray:
    """Return peak over valley of octave bands from 200 Hz in dB, shape (frames, 7); 0 in silence.

    References
    ----------
    Jiang et al. (2002), "Music type classification by spectral contrast feature", equations 1 to 3; α = 0.02.
    """
    ordered = power.copy()
    edges, starts, counts = _contrast_bands(framing)
    for low, high in pairwise(edges):
        ordered[:, low:high].sort(axis=1)
    sums = np.add.reduceat(ordered, starts, axis=1)
    valleys, peaks = np.maximum(sums[:, ::3] / counts, POWER_FLOOR), np.maximum(sums[:, 2::3] / counts, POWER_FLOOR)
    contrast: FloatArray = (10.0 * np.log10(peaks / valleys)).astype(np.float32)
    return contrast


@lru_cache(maxsize=16)
def _contrast_bands(framing: Framing) -> tuple[tuple[int, ...], NDArray[np.intp], FloatArray]:
    """Return the borders of the bands in bins, where valley, middle and peak of each begin, and the bins of a peak.

    The bands are octaves: below 200 Hz, from 200, 400, … Hz, and up to half the rate.
    """
    inner_hz = CONTRAST_LOWEST_HZ * 2.0 ** np.arange(CONTRAST_BANDS - 1)
    last = framing.n_fft // 2 + 1
    inner = [min(last - CONTRAST_BANDS + i, round(hz / framing.bin_hz)) for i, hz in enumerate(inner_hz)]
    edges = (1, *inner, last)
    shares = [max(1, round(CONTRAST_SHARE * (high - low))) for low, high in pairwise(edges)]
    starts = [(low, low + share, high - share) for (low, high), share in zip(pairwise(edges), shares, strict=True)]
    return edges, np.array(starts, dtype=np.intp).ravel(), np.array(shares, dtype=np.float32)
