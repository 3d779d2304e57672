"""Structureness: how well one passage of a length, with all its repetitions, explains the whole.

The fitness of a segment is the harmonic mean of how similar its repetitions are and how much of the piece they cover,
the segment itself not counted; the index of a range of lengths is the highest fitness of any segment of such a length.
As scores keep exact time, repetitions are diagonals of the self-similarity matrix and no warping is needed.

References: Müller, Jiang and Grosche (2013), "A robust fitness measure for capturing repetitions in music recordings";
Wu and Yang (2020), "The Jazz Transformer on the front line", section 5 (structureness indicators).
"""

import numpy as np
from numpy.typing import NDArray

UNLIKE = 0.5
"""Similarity of two bars that counts as none: about the mean of unrelated bars of one melody."""

LENGTHS = {"short": (1, 3), "middle": (4, 7), "long": (8, 12)}
"""Bars of a segment: 3–8 s, 8–15 s and 15 s on of the paper, at two seconds a bar; longer ones cannot repeat."""


def structureness(similarity: NDArray[np.float64]) -> dict[str, float]:
    """Return the indices at short, middle and long length, 0 to 1.

    Parameters
    ----------
    similarity
        Of every two bars, 0 to 1; shape (bars, bars).
    """
    scored = np.maximum((similarity - UNLIKE) / (1 - UNLIKE), -1.0)
    return {
        name: max(
            fitness(scored, start, length) for length in range(low, high + 1) for start in _starts(scored, length)
        )
        for name, (low, high) in LENGTHS.items()
    }


def _starts(scored: NDArray[np.float64], length: int) -> range:
    return range(max(1, len(scored) - length + 1))


def fitness(scored: NDArray[np.float64], start: int, length: int) -> float:
    """Return the fitness of the segment of bars from `start`; `scored` has 1 for equal bars and 0 for unlike ones."""
    count = len(scored)
    gains = [float(np.trace(scored[start : start + length, at : at + length])) for at in range(count - length + 1)]
    total, copies = _best_cover(gains, length, count)
    # The segment itself is one of the copies and explains nothing.
    score = max(0.0, total - length) / max(1, length * copies)
    coverage = max(0, copies * length - length) / count
    return 2 * score * coverage / (score + coverage) if score + coverage > 0 else 0.0


def _best_cover(gains: list[float], length: int, count: int) -> tuple[float, int]:
    """Return the highest sum of gains of copies that do not overlap, and their number."""
    best: list[tuple[float, int]] = [(0.0, 0)] * (count + 1)
    for end in range(1, count + 1):
        best[end] = best[end - 1]
        if end >= length:
            total, copies = best[end - length]
            best[end] = max(best[end], (total + gains[end - length], copies + 1))
    return best[count]
