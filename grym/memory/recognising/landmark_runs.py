"""Where landmarks were heard, as sorted runs: nothing in a run ever changes, so it is read without a lock.

A new pattern is a run of its own; runs of like size are merged, so that there are few of them (as a log-structured
merge tree does; O'Neil et al. 1996). Given-up patterns stay in their runs until the next merge and are masked.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grym.domain.recognition.imprint import Int32Array, Landmarks, UInt32Array
from grym.domain.recognition.library import Postings

GROWTH = 4
"""A run is merged with the one before it while that is less than so many times its size."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LandmarkRun:
    """Places of landmarks, sorted by hash.

    Parameters
    ----------
    hashes, numbers, frames
        Shape (n,): the landmark, the pattern it was heard in, and when.
    """

    hashes: UInt32Array
    numbers: Int32Array
    frames: Int32Array

    def __len__(self) -> int:
        """Return how many places it holds."""
        return len(self.hashes)


def run_of(number: int, landmarks: Landmarks) -> LandmarkRun:
    """Return the landmarks of one pattern as a run."""
    order = np.argsort(landmarks.hashes, kind="stable")
    return LandmarkRun(
        hashes=landmarks.hashes[order],
        numbers=np.full(len(order), number, dtype=np.int32),
        frames=landmarks.frames[order],
    )


def with_run(runs: tuple[LandmarkRun, ...], added: LandmarkRun, *, alive: NDArray[np.bool_]) -> tuple[LandmarkRun, ...]:
    """Return the runs with one more, merged where the last ones are of like size.

    Parameters
    ----------
    alive
        Shape (patterns,): the places of others are left out of what is merged.
    """
    if not len(added):
        return runs
    kept = [*runs, added]
    while len(kept) > 1 and len(kept[-2]) < GROWTH * len(kept[-1]):
        last, before = kept.pop(), kept.pop()
        kept.append(merged((before, last), alive=alive))
    return tuple(kept)


def merged(runs: Sequence[LandmarkRun], *, alive: NDArray[np.bool_]) -> LandmarkRun:
    """Return one run of the places in several, those of given-up patterns left out."""
    parts = [_living(run, alive) for run in runs]
    hashes = np.concatenate([part.hashes for part in parts])
    numbers = np.concatenate([part.numbers for part in parts])
    frames = np.concatenate([part.frames for part in parts])
    order = np.argsort(hashes, kind="stable")
    return LandmarkRun(hashes=hashes[order], numbers=numbers[order], frames=frames[order])


def _living(run: LandmarkRun, alive: NDArray[np.bool_]) -> LandmarkRun:
    kept = alive[run.numbers]
    return LandmarkRun(hashes=run.hashes[kept], numbers=run.numbers[kept], frames=run.frames[kept])


def look_up(runs: Sequence[LandmarkRun], hashes: UInt32Array, *, alive: NDArray[np.bool_], most: int) -> Postings:
    """Return where landmarks were heard in living patterns.

    Parameters
    ----------
    hashes
        Shape (queries,), in any order, repeats allowed.
    alive
        Shape (patterns,).
    most
        A landmark heard in more places than this tells nothing and is left out: those in all runs together, so that the
        answer does not depend on how they were merged.
    """
    spans = [_span_in(run, hashes) for run in runs]
    if not spans:
        return Postings(queries=_joined([]), numbers=_joined([]), frames=_joined([]))
    telling = np.sum([counts for _, counts in spans], axis=0) <= most
    found = [_in_run(run, first, counts * telling) for run, (first, counts) in zip(runs, spans, strict=True)]
    queries = _joined([places[0] for places in found])
    numbers = _joined([places[1] for places in found])
    frames = _joined([places[2] for places in found])
    living = alive[numbers]
    return Postings(queries=queries[living], numbers=numbers[living], frames=frames[living])


def _span_in(run: LandmarkRun, hashes: UInt32Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where the places of each landmark begin in a run, and how many they are."""
    first = np.searchsorted(run.hashes, hashes, side="left")
    return first, np.searchsorted(run.hashes, hashes, side="right") - first


def _in_run(
    run: LandmarkRun, first: NDArray[np.int64], counts: NDArray[np.int64]
) -> tuple[Int32Array, Int32Array, Int32Array]:
    queries = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    # Rows of each query lie side by side in the run: its first one, and the distance from it.
    ahead = np.arange(len(queries)) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = np.repeat(first, counts) + ahead
    return queries, run.numbers[rows], run.frames[rows]


def _joined(parts: list[Int32Array]) -> Int32Array:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int32)
