"""Agreement: how far the pitches of a sound follow those of a pattern once it is laid upon it.

Both are compared by what changes (`contrast_of`), pitch by pitch. The same two laid on each other a little earlier and
later share key and range but not the tune, so the agreement there is what chance gives.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grym.domain.recognition.imprint import FloatArray, Tonal
from grym.domain.recognition.overlay import Lay
from grym.domain.recognition.spectrum import FRAME_RATE_HZ
from grym.domain.recognition.windows import contrast_of

AROUND_FRAMES = 40
"""How far (3.7 s) to either side chance is measured."""

NEAR_FRAMES = 4
SLACK_FRAMES = 1

FEW = 0.02
"""Added to the spread: where next to nothing sounds there is little chance and no certainty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How alike the pitches of a sound and a pattern are.

    Parameters
    ----------
    similarity
        Cosine of the two, −1 to 1.
    expected, spread
        Median and standard deviation of the same at the places around.
    """

    similarity: float
    expected: float
    spread: float

    @property
    def deviations(self) -> float:
        """`similarity` over what chance gives, in standard deviations."""
        return (self.similarity - self.expected) / (self.spread + FEW)


NONE = Agreement(similarity=0.0, expected=0.0, spread=0.0)


def agreement(query: Tonal, pattern: Tonal, lay: Lay) -> Agreement:
    """Compare the pitches of a sound and of a pattern that it is laid upon."""
    if len(query.frames) < 2 * NEAR_FRAMES or not len(pattern.frames):
        return NONE
    asked = contrast_of(query.frames)
    under = contrast_of(_under(pattern, lay, len(asked)))
    similarities = _similarities(asked, _transposed(under, round(lay.semitones)))
    around = np.r_[similarities[: AROUND_FRAMES - NEAR_FRAMES], similarities[AROUND_FRAMES + NEAR_FRAMES + 1 :]]
    return Agreement(
        similarity=float(similarities[AROUND_FRAMES - SLACK_FRAMES : AROUND_FRAMES + SLACK_FRAMES + 1].max()),
        expected=float(np.median(around)),
        spread=float(around.std()),
    )


def _under(pattern: Tonal, lay: Lay, count: int) -> FloatArray:
    """Return the pattern's frames at the sound's tempo, `AROUND_FRAMES` more at either end, silence beyond its own."""
    begin = lay.offset_frames / FRAME_RATE_HZ * pattern.rate_hz
    places = begin + lay.tempo_ratio * (np.arange(count + 2 * AROUND_FRAMES) - AROUND_FRAMES)
    padded = np.pad(pattern.frames, ((1, 1), (0, 0)))
    places = np.clip(places + 1.0, 0.0, len(padded) - 1.001)
    low = places.astype(np.int64)
    share = (places - low).astype(np.float32)[:, None]
    frames: FloatArray = padded[low] * (1 - share) + padded[low + 1] * share
    return frames


def _transposed(frames: FloatArray, semitones: int) -> FloatArray:
    """Return frames with every pitch that much higher; what leaves the range is lost."""
    moved = np.zeros_like(frames)
    if semitones >= 0:
        moved[:, semitones:] = frames[:, : frames.shape[1] - semitones]
    else:
        moved[:, :semitones] = frames[:, -semitones:]
    return moved


def _similarities(asked: FloatArray, under: FloatArray) -> NDArray[np.float64]:
    """Return the cosine of a sound with each stretch of its length, shape (2 · `AROUND_FRAMES` + 1,)."""
    count = len(asked)
    products = np.ascontiguousarray(under @ asked.T)
    steps = products.strides
    diagonals = np.lib.stride_tricks.as_strided(
        products, (2 * AROUND_FRAMES + 1, count), (steps[0], steps[0] + steps[1]), writeable=False
    )
    energy = np.cumsum(np.pad(np.square(under, dtype=np.float64).sum(axis=1), (1, 0)))
    lengths = np.sqrt((energy[count:] - energy[:-count]) * float(np.square(asked).sum()))
    return np.asarray(diagonals.sum(axis=1) / np.maximum(lengths, 1e-6), dtype=np.float64)
