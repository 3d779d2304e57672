"""Sounds that follow each other, joined so that no seam is heard.

Where two overlap, the first fades out and the second in. Unrelated sounds add in power, equal ones in amplitude; the
gains keep the power of the mixture whatever the two have in common, so that a seam is neither a dip nor a bump.

References: Fink, Holters, Zölzer (2016), "Signal-matched power-complementary cross-fading and dry-wet mixing", DAFx-16.
"""

from collections.abc import Sequence

import numpy as np

from grym.domain.signal import FloatArray
from grym.errors import InvariantError

_TINY = 1e-12


def joined(parts: Sequence[FloatArray], starts: Sequence[int], length: int) -> FloatArray:
    """Lay sounds where they start and cross-fade them where they overlap.

    Parameters
    ----------
    parts
        Each of shape (channels, samples), at least one.
    starts
        First sample of each, ascending, the first 0; a part reaches to the start of the next at least.
    length
        Samples of the whole; what lies beyond is cut off, what is missing is silence.

    Returns
    -------
    Shape (channels, length).

    Raises
    ------
    InvariantError
        ``crossfade.gap``: a part ends before the next one starts.
    """
    whole = np.zeros((parts[0].shape[0], max(length, starts[-1] + parts[-1].shape[1])), dtype=np.float32)
    end = 0
    for part, start in zip(parts, starts, strict=True):
        if start > end:
            raise InvariantError(f"a sound ends at {end}, the next starts at {start}", code="crossfade.gap")
        both = min(end - start, part.shape[1])
        whole[:, start : start + both] = crossfaded(whole[:, start : start + both], part[:, :both])
        whole[:, start + both : start + part.shape[1]] = part[:, both:]
        end = max(end, start + part.shape[1])
    return whole[:, :length]


def crossfaded(leaving: FloatArray, coming: FloatArray) -> FloatArray:
    """Fade from one sound to another over their whole length, both of shape (channels, samples)."""
    count = leaving.shape[1]
    if count == 0:
        return coming
    place = (np.arange(count) + 0.5) / count
    falling, rising = np.cos(place * np.pi / 2), np.sin(place * np.pi / 2)
    # Power of the mixture for sounds of equal level: a² + b² + 2 r a b; what is opposed is treated as unrelated,
    # since no gain can bring back what cancels.
    scale = 1.0 / np.sqrt(1.0 + 2.0 * max(0.0, likeness(leaving, coming)) * falling * rising)
    return np.asarray((leaving * falling + coming * rising) * scale, dtype=np.float32)


def likeness(one: FloatArray, other: FloatArray) -> float:
    """Return the correlation of two sounds, −1 to 1; 0 where one is silent."""
    power = float(np.sqrt(np.vdot(one, one) * np.vdot(other, other)))
    return float(np.vdot(one, other)) / power if power > _TINY else 0.0
