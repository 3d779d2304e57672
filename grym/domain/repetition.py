"""What in a piece is heard again: where repetitions begin and end, and whether two passages are the same.

Steps are compared by harmony. A passage that returns draws a stripe of likeness beside the diagonal, also when it is
repeated at once and nothing else changes; borders lie where stripes begin or end. Two passages are the same when one
follows the other step by step, in any of twelve transpositions.

References: Serrà, Müller, Grosche and Arcos (2014), "Unsupervised music structure annotation by time series structure
features and segment similarity", sections 3 and 4 (lag matrix, its changes over time); Goto (2003), "A chorus-section
detecting method for musical audio signals" (transposed repetitions).
"""

import numpy as np
from scipy.ndimage import gaussian_filter, uniform_filter1d

from grym.domain.signal import FloatArray

EMBEDDING_S = 4.0
"""A step is like another when the four seconds around them are: a chord alone returns everywhere."""

NEIGHBOURS = 0.06
"""Share of all steps that may count as a step's repetitions, and only where each is among the other's."""

LEAST_LAG_S = 4.0
LEAST_LIKENESS = 0.55
"""What is less alike is no repetition, though nothing else may be more so: random chords reach 0.5, and from 0.7 on
tunes are lost that do repeat."""

AROUND_S, CLEAR_CONTRAST = 8.0, 0.1
"""Likeness above the mean of the eight seconds around that counts in full: where harmony stands still, everything is
like everything, and nothing is a repetition."""

TIME_BLUR_S, LAG_BLUR_S = 1.5, 0.4
"""How exactly a repetition keeps time. These, the embedding and the share of neighbours were chosen on twelve forms of
known borders; halving or doubling one changes F at 3 s by at most 0.07."""

SHIFTS = 12
LEAST_OVERLAP = 0.7
SAME_PATH = 0.85
PATH_CONTRAST = 0.2
"""Passages are the same when their harmonies agree to 0.85 step by step over 70 % of the shorter, and that is 0.2 more
than any of their steps at random. On the twelve forms, returns reach 0.88 to 0.99, other passages at most 0.74."""


def repetition_novelty(likeness: FloatArray, *, step_s: float) -> FloatArray:
    """Return how much begins or ends to be a repetition at each step, shape (steps,), ≥ 0.

    Parameters
    ----------
    likeness
        Cosine similarity of the harmonies of each two steps, shape (steps, steps).
    step_s
        Length of a step in seconds.
    """
    count = len(likeness)
    recurring = _recurrence(_along_diagonals(likeness, max(1, round(EMBEDDING_S / step_s))), step_s=step_s)
    by_lag = np.zeros((count, 2 * count), dtype=np.float32)
    for row in range(count):
        by_lag[row, count - row : 2 * count - row] = recurring[row]
    by_lag = gaussian_filter(by_lag, (TIME_BLUR_S / step_s, LAG_BLUR_S / step_s))
    novelty = np.zeros(count, dtype=np.float32)
    novelty[1:] = np.sqrt(np.square(np.diff(by_lag, axis=0)).sum(axis=1))
    return novelty


def _along_diagonals(likeness: FloatArray, length: int) -> FloatArray:
    """Average the likeness of `length` steps on both sides in parallel."""
    count = len(likeness)
    before = length // 2
    padded = np.pad(likeness, (before, length - before), mode="edge")
    summed = np.zeros_like(likeness)
    for shift in range(length):
        summed += padded[shift : shift + count, shift : shift + count]
    return summed / np.float32(length)


def _recurrence(likeness: FloatArray, *, step_s: float) -> FloatArray:
    """Return which steps repeat each other, 0 to 1 by how clearly, shape (steps, steps)."""
    count = len(likeness)
    around = uniform_filter1d(likeness, max(3, round(AROUND_S / step_s)), axis=1)
    clear = np.clip((likeness - around) / np.float32(CLEAR_CONTRAST), 0.0, 1.0)
    place = np.arange(count)
    far = np.abs(place[:, None] - place) >= LEAST_LAG_S / step_s
    distant = np.where(far, likeness, np.float32(-1.0))
    rank = count - max(1, int(NEIGHBOURS * count))
    least = np.partition(distant, rank, axis=1)[:, rank]
    mutual = far & (distant >= least[:, None]) & (distant >= least) & (distant >= LEAST_LIKENESS)
    recurring: FloatArray = clear * mutual
    return recurring


def is_repeated(one: FloatArray, other: FloatArray) -> bool:
    """Return whether one passage is the other again, perhaps transposed.

    Parameters
    ----------
    one, other
        Harmony of each step, unit rows, shape (steps, 12) and (steps', 12).
    """
    return any(_follows(one @ np.roll(other, shift, axis=1).T) for shift in range(SHIFTS))


def _follows(likeness: FloatArray) -> bool:
    """Return whether some diagonal of the likeness of two passages is high, and higher than the rest."""
    rows, columns = likeness.shape
    least = max(1, int(LEAST_OVERLAP * min(rows, columns)))
    needed = max(SAME_PATH, float(likeness.mean()) + PATH_CONTRAST)
    return any(float(np.diagonal(likeness, lag).mean()) >= needed for lag in range(least - rows, columns - least + 1))
