"""Windows of two seconds as vectors: what an index is asked for before anything is aligned.

A vector holds which pitch classes rise above their own mean of the last seconds, in eight steps. A sound in another
key gives the same vector with its pitch classes rolled, one at another tempo the same vector from a window of another
length, so both are looked for by changing the question and never the memory.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from grym.domain.recognition.imprint import FloatArray, Tonal, Windows
from grym.domain.recognition.tonal import RATE_HZ

DoubleArray = NDArray[np.float64]

CLASSES = 12
STEPS = 8
DIM = CLASSES * STEPS
SPAN_S = 2.0
STEP_FRAMES = SPAN_S / STEPS * RATE_HZ
HOP_FRAMES = 4
"""0.37 s between remembered windows: half of what a window may be shifted and still be found."""

MEAN_FRAMES = 33
"""Three seconds: what sounds longer is key and timbre, which strangers share."""

LEAST_LENGTH = 0.5
"""Length of a window's vector before it is scaled to one; less is silence or one held chord."""


def contrast_of(frames: FloatArray) -> FloatArray:
    """Return how far each pitch rises above its own local mean, same shape."""
    if not len(frames):
        return frames
    return frames - uniform_filter1d(frames, MEAN_FRAMES, axis=0, mode="nearest")


def windows_of(tonal: Tonal) -> Windows:
    """Return the windows of a sound, 96 values each, 0.37 s apart; none for silence."""
    return windows_at(tonal, ratio=1.0, hop_frames=HOP_FRAMES)


def windows_at(tonal: Tonal, *, ratio: float, hop_frames: float) -> Windows:
    """Return the windows of a sound as they would be at another tempo.

    Parameters
    ----------
    tonal
        Which pitches sound.
    ratio
        Tempo of the sound over that of what it is compared with: at 1.2 a window spans 2 s / 1.2.
    hop_frames
        Frames of the sound between windows.
    """
    folded = _folded(contrast_of(tonal.frames))
    step = STEP_FRAMES / ratio
    starts = np.arange(0.0, len(folded) - (STEPS - 1) * step - 0.5, hop_frames)
    vectors = _sampled(folded, starts[:, None] + (np.arange(STEPS) + 0.5) * step - 0.5, width=step)
    lengths = np.linalg.norm(vectors, axis=1)
    sounding = lengths >= LEAST_LENGTH
    return Windows(
        vectors=vectors[sounding] / lengths[sounding, None],
        starts_s=(starts[sounding] / tonal.rate_hz).astype(np.float32),
    )


def _folded(frames: FloatArray) -> FloatArray:
    """Return pitch classes, shape (frames, 12)."""
    folded: FloatArray = frames.reshape(len(frames), frames.shape[1] // CLASSES, CLASSES).sum(axis=1)
    return folded


def _sampled(frames: FloatArray, places: DoubleArray, *, width: float) -> FloatArray:
    """Return means of `width` frames around places, shape (windows, steps · classes)."""
    sums = np.concatenate([np.zeros((1, frames.shape[1])), np.cumsum(frames, axis=0, dtype=np.float64)])
    means = (_between(sums, places + 0.5 + width / 2) - _between(sums, places + 0.5 - width / 2)) / width
    return means.reshape(len(places), DIM).astype(np.float32)


def _between(rows: DoubleArray, places: DoubleArray) -> DoubleArray:
    """Return rows at fractional places by linear interpolation, the ends held."""
    places = np.clip(places, 0.0, len(rows) - 1.0)
    low = np.minimum(places.astype(np.int64), max(0, len(rows) - 2))
    share = (places - low)[..., None]
    between: DoubleArray = rows[low] * (1.0 - share) + rows[np.minimum(low + 1, len(rows) - 1)] * share
    return between
