"""Filling in stretches on a grid that counts from the beginning of the sound, so that blocks do not matter.

Frames overlap by half and are cross-faded. Only missing samples change; all others keep every bit.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from grym.domain.enhancing.autoregression import Vector
from grym.domain.signal import FloatArray
from grym.domain.stft import framing_for

Fill = Callable[[Vector, NDArray[np.intp]], Vector]
"""Returns a frame with its missing samples filled in."""


def frame_samples(sample_rate_hz: int) -> int:
    """Return how long a frame is: some 46 ms, over which music hardly changes."""
    return framing_for(sample_rate_hz).n_fft


def refilled(
    samples: FloatArray, missing: NDArray[np.bool_], *, first: int, inside: slice, frame: int, fill: Fill
) -> FloatArray:
    """Return the inner part of one channel with its missing samples filled in.

    Parameters
    ----------
    samples, missing
        Shape (n,): the channel, and which of its samples are missing.
    first
        Where `samples` begins in the whole sound; may lie before its beginning.
    inside
        The part wanted; at least a frame of samples lies around it.
    frame
        Length of a frame in samples, even.
    """
    hop, fade = frame // 2, np.hanning(frame + 1)[:-1]
    result = samples[inside].copy()
    wanted = np.flatnonzero(missing[inside])
    if not len(wanted):
        return result
    plain = samples.astype(np.float64)
    total, weight = np.zeros(len(samples)), np.zeros(len(samples))
    for start in _starts(wanted + inside.start, first=first, hop=hop):
        part = slice(start, start + frame)
        total[part] += fade * fill(plain[part], np.flatnonzero(missing[part]))
        weight[part] += fade
    places = wanted + inside.start
    result[wanted] = total[places] / weight[places]
    return result


def _starts(places: NDArray[np.intp], *, first: int, hop: int) -> NDArray[np.intp]:
    """Return where the frames begin, within the samples, that cover some places; two for each place."""
    latest = (places + first) // hop * hop - first
    starts: NDArray[np.intp] = np.unique(np.concatenate([latest, latest - hop]))
    return starts
