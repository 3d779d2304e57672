"""Laying the pitches of a sound on those of a remembered one: how well they agree, and how unlikely that is by chance.

What is compared is contrast, how far each pitch rises above its own mean of the last seconds, since held chords make
strangers alike. The sound is laid on every place of the pattern: the best place near the expected one is its
agreement, and how far that stands out of all other places of the same pattern, which share its key and instruments,
says how much the agreement means.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from grym.domain.recognition.imprint import FloatArray, Tonal
from grym.domain.recognition.windows import contrast_of

NEAR_S = 0.6
"""How far the agreement is looked for around the expected place: more than windows are apart."""

BLUR_FRAMES = 3
"""Frames (0.28 s) over which contrast is blurred."""

LEAST_SHARE = 0.5
"""Share of the sound that must lie on the pattern."""

AROUND_S = 20.0
"""How far around the expected place the pattern is compared with: enough places to say what chance gives."""

GLANCED_S = 2.2
"""The same for a glance: `NEAR_S`, and what the mean of contrast needs beside it."""

LEAST_OTHERS = 20
"""Places a standard deviation can be taken of."""

LEAST_ENERGY = 0.3
"""Quiet places count as this share of the pattern's usual contrast, so that a near silence agrees with nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How well a sound lies on a pattern.

    Parameters
    ----------
    value
        −1 to 1: cosine of both contrasts.
    deviations
        How many standard deviations that lies above the other places of the pattern.
    offset_s
        Where the sound begins within the pattern; negative before its start.
    """

    value: float
    deviations: float
    offset_s: float


NOTHING = Agreement(value=0.0, deviations=0.0, offset_s=0.0)


def glance(query: Tonal, pattern: Tonal, *, offset_s: float, semitones: int) -> float:
    """Return the best cosine near an expected place at the same tempo, −1 to 1: what `agreement` begins with.

    A tenth of its cost, since nothing is said of how unlikely that is.
    """
    asked = _moved(_contour(query.frames), semitones)
    first, known = _around(pattern, expected=offset_s * pattern.rate_hz, count=len(asked), around_s=GLANCED_S)
    if not asked.any() or not known.any():
        return 0.0
    found = _cosines(asked, known)
    return float(found[_best_near(found, round(offset_s * pattern.rate_hz) - first, round(NEAR_S * pattern.rate_hz))])


def agreement(query: Tonal, pattern: Tonal, *, offset_s: float, tempo_ratio: float, semitones: int) -> Agreement:
    """Return how well a sound lies on a pattern near an expected place.

    Parameters
    ----------
    query, pattern
        Which pitches sound in the sound and in the pattern.
    offset_s
        Where the sound is expected to begin within the pattern.
    tempo_ratio
        The sound's tempo over the pattern's.
    semitones
        How far the sound lies above the pattern.
    """
    asked = _moved(_stretched(_contour(query.frames), tempo_ratio), semitones)
    first, known = _around(pattern, expected=offset_s * pattern.rate_hz, count=len(asked), around_s=AROUND_S)
    if not asked.any() or not known.any():
        return NOTHING
    found = _cosines(asked, known)
    reach = round(NEAR_S * pattern.rate_hz)
    best = _best_near(found, round(offset_s * pattern.rate_hz) - first, reach)
    return Agreement(
        value=float(found[best]),
        deviations=_deviations(found, best, around=reach),
        offset_s=(first + best + _between(found, best)) / pattern.rate_hz,
    )


def _best_near(found: NDArray[np.float64], expected: int, reach: int) -> int:
    """Return which place within `reach` of the expected one agrees best."""
    low = min(max(0, expected - reach), len(found) - 1)
    return low + int(found[low : max(low, expected + reach) + 1].argmax())


def _contour(frames: FloatArray) -> FloatArray:
    """Return the contrast of each pitch, blurred: players and tempi never agree to a frame."""
    contrast = contrast_of(frames)
    return np.asarray(uniform_filter1d(contrast, BLUR_FRAMES, axis=0, mode="nearest")) if len(contrast) else contrast


def _around(pattern: Tonal, *, expected: float, count: int, around_s: float) -> tuple[int, FloatArray]:
    """Return the number of the first frame, and the contrast of the pattern within `around_s` of an expected place.

    Before its start and behind its end a pattern is silent, so that a sound may begin earlier or end later.
    """
    first = round(expected - around_s * pattern.rate_hz)
    last = round(expected + around_s * pattern.rate_hz) + count
    outside = round((1.0 - LEAST_SHARE) * count)
    first, last = max(first, -outside), min(last, len(pattern.frames) + outside)
    begin, end = max(0, first), min(len(pattern.frames), last)
    if last - first < count or begin >= end:
        return 0, np.zeros((0, pattern.frames.shape[1]), dtype=np.float32)
    return first, np.pad(_contour(pattern.frames[begin:end]), ((begin - first, last - end), (0, 0)))


def _stretched(frames: FloatArray, ratio: float) -> FloatArray:
    """Return the frames of a sound as they would be at the pattern's tempo."""
    count = len(frames)
    wanted = round(count * ratio)
    if wanted < 1 or ratio == 1.0:
        return frames[:wanted]
    places = np.clip((np.arange(wanted) + 0.5) / ratio - 0.5, 0.0, count - 1.0)
    low = np.minimum(places.astype(np.int64), max(0, count - 2))
    share = (places - low).astype(np.float32)[:, None]
    stretched: FloatArray = frames[low] * (1.0 - share) + frames[np.minimum(low + 1, count - 1)] * share
    return stretched


def _moved(frames: FloatArray, semitones: int) -> FloatArray:
    """Return frames in the pattern's key; pitches that leave the range are lost, those that enter it are silent."""
    moved = np.zeros_like(frames)
    if semitones >= 0:
        moved[:, : frames.shape[1] - semitones] = frames[:, semitones:]
    else:
        moved[:, -semitones:] = frames[:, :semitones]
    return moved


def _cosines(asked: FloatArray, known: FloatArray) -> NDArray[np.float64]:
    """Return the cosine of a sound with each place of a pattern on which all of it lies."""
    count, places = len(asked), len(known) - len(asked) + 1
    products = np.ascontiguousarray(known @ asked.T)
    row, column = products.strides
    # Along a diagonal both go on by one frame, so its sum is the product with the whole sound.
    sums = np.lib.stride_tricks.as_strided(products, (places, count), (row, row + column), writeable=False).sum(axis=1)
    energies = np.cumsum(np.concatenate([[0.0], np.einsum("fp,fp->f", known, known)]))
    under = np.sqrt(energies[count:] - energies[:-count])
    least = LEAST_ENERGY * float(np.median(under)) + 1e-6
    cosines: NDArray[np.float64] = sums / (np.maximum(under, least) * np.linalg.norm(asked))
    return cosines


def _deviations(found: NDArray[np.float64], best: int, *, around: int) -> float:
    """Return by how many standard deviations a place agrees better than those that are not beside it."""
    others = np.concatenate([found[: max(0, best - around)], found[best + around + 1 :]])
    spread = float(others.std()) if len(others) >= LEAST_OTHERS else 0.0
    return (float(found[best]) - float(others.mean())) / spread if spread > 0.0 else 0.0


def _between(found: NDArray[np.float64], best: int) -> float:
    """Return how far, −0.5 to 0.5 frames, the summit of the parabola through a place and its neighbours lies off it."""
    if not 0 < best < len(found) - 1:
        return 0.0
    before, here, after = (float(found[place]) for place in (best - 1, best, best + 1))
    bend = before - 2.0 * here + after
    return 0.5 * (before - after) / bend if bend < 0.0 and here >= max(before, after) else 0.0
