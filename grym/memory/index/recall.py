"""How much of what is near is found: measured against the truth on a sample, with a band around it.

Recall is the share of the k nearest that a search finds. A look compares one search with part of the rows: those that
are nearer than the farthest one found, and were not found, are its misses. Looking at a share of all rows sees that
share of the misses, so a look at s rows of n stands for k·s/n trials. Where a search misses several, some of them would
not have been among the k nearest either; the estimate is then too low, never too high.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from grym.memory.index.checking import NOBODY, Floats
from grym.memory.index.exact import alive_of
from grym.memory.index.generation import OpenGeneration
from grym.memory.index.products import products

Z = 1.96
"""Standard deviations on each side of a band: 95 % of bands hold the truth."""

ROUNDING = 1e-5
"""Similarities of one pair differ by less than this, however they are computed."""

PIECE_ROWS = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What was missed, each look a row.

    Parameters
    ----------
    missed
        Shape (looks, efforts).
    trials
        What each look counts for; at least one value that is not zero.
    """

    missed: NDArray[np.float64]
    trials: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A recall and where it lies: all three 0–1.

    Parameters
    ----------
    looks
        How many it rests on.
    """

    estimate: float
    lower: float
    upper: float
    looks: int


NOTHING_SEEN = Band(estimate=0.0, lower=0.0, upper=1.0, looks=0)


def band_of(missed: NDArray[np.float64], trials: NDArray[np.float64]) -> Band:
    """Return recall with its 95 % band, by Wilson (1927).

    Misses of one look come together, since a hard query misses many. So the trials are divided by how much more the
    looks differ than independent trials would (the design effect; Kish 1965).
    """
    total = float(trials.sum())
    if total <= 0.0:
        return NOTHING_SEEN
    share = min(1.0, float(missed.sum()) / total)
    expected = share * (1.0 - share) / float(trials.mean())
    found = float(np.var(missed / np.maximum(trials, 1e-12)))
    independent = total / max(1.0, found / expected if expected > 0.0 else 1.0)
    lower, upper = wilson(1.0 - share, independent)
    return Band(estimate=1.0 - share, lower=lower, upper=upper, looks=len(missed))


def wilson(share: float, trials: float) -> tuple[float, float]:
    """Return where a share lies of which so many trials are known."""
    middle = (share + Z * Z / (2 * trials)) / (1 + Z * Z / trials)
    half = Z / (1 + Z * Z / trials) * sqrt(share * (1 - share) / trials + Z * Z / (4 * trials * trials))
    return max(0.0, middle - half), min(1.0, middle + half)


def look(
    base: OpenGeneration,
    queries: Floats,
    *,
    k: int,
    efforts: Sequence[int],
    findable: NDArray[np.uint8] | None,
    rows: slice,
) -> Looks:
    """Compare searches of a generation with the truth about some of its rows.

    Parameters
    ----------
    rows
        Which rows to compare with: every n-th one.
    """
    answers = [base.nearest(queries, k=k, effort=effort, findable=findable) for effort in efforts]
    farthest = np.stack([answer.similarities[:, -1] for answer in answers], axis=1) + ROUNDING
    alive = alive_of(findable, len(base))
    nearer = _nearer(base.vectors[rows], alive[rows], queries, farthest)
    start, _, step = rows.indices(len(base))
    for column, answer in enumerate(answers):
        places = np.searchsorted(base.ids, answer.ids)
        seen = (answer.ids != NOBODY) & ((places - start) % step == 0) & (places >= start)
        nearer[:, column] -= (seen & (answer.similarities > farthest[:, [column]])).sum(axis=1)
    living, sampled = int(np.count_nonzero(alive)), int(np.count_nonzero(alive[rows]))
    trials = min(k, living) * sampled / max(1, living)
    return Looks(missed=np.maximum(nearer, 0.0), trials=np.full(len(queries), trials))


def _nearer(
    vectors: NDArray[np.float16], alive: NDArray[np.bool_], queries: Floats, farthest: Floats
) -> NDArray[np.float64]:
    """Count the living rows that are nearer than each bound, shape (queries, bounds)."""
    counts = np.zeros(farthest.shape)
    for start in range(0, len(vectors), PIECE_ROWS):
        piece = slice(start, start + PIECE_ROWS)
        similarities = products(queries, vectors[piece].astype(np.float32))
        similarities[:, ~alive[piece]] = -np.inf
        for column, bounds in enumerate(farthest.T):
            counts[:, column] += np.count_nonzero(similarities > bounds[:, np.newaxis], axis=1)
    return counts
