"""Which pieces are the same music: interval n-grams shared between any of their voices.

Nothing of one tune may be on both sides of known and stranger, or of dev and exam; movements of a mass, reprints of a
reel and chorales on one melody must therefore count as one. A voice becomes its pitch intervals, so that a key does not
matter, and each run of eight intervals (nine notes) becomes a number. Two pieces are kin when they share at least six
distinct runs and these are at least a fifth of the smaller piece's; runs found in more than 80 pieces are idioms and
say nothing.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from benchmarks.recognition.pieces import Piece

RUN = 8
WIDEST = 15
"""Wider intervals, in semitones, count as this one, so that an interval fits into five bits."""

SHARED = 6
SHARE = 0.2
IDIOM = 80


def unrelated(pieces: Sequence[Piece]) -> list[Piece]:
    """Return pieces of which no two are kin or of one work, the first of each kin being kept.

    Parameters
    ----------
    pieces
        In the order of preference.
    """
    runs = [_runs(piece) for piece in pieces]
    shared, sizes = _shared(runs)
    taken: list[int] = []
    is_taken = np.zeros(len(pieces), dtype=bool)
    groups: set[str] = set()
    for number, piece in enumerate(pieces):
        row = slice(shared.indptr[number], shared.indptr[number + 1])
        others, counts = shared.indices[row], shared.data[row]
        smaller = np.minimum(sizes[others], max(sizes[number], 1))
        kin = (counts >= SHARED) & (counts >= SHARE * smaller) & is_taken[others]
        if len(runs[number]) >= 2 * SHARED and not kin.any() and piece.group not in groups:
            taken.append(number)
            is_taken[number] = True
            groups.add(piece.group)
    return [pieces[number] for number in taken]


def _runs(piece: Piece) -> NDArray[np.int64]:
    """Return the distinct runs of a piece's voices."""
    voices = [piece.parts == part for part in np.unique(piece.parts)]
    found = [_runs_of_line(_line(piece.pitches[voice], piece.starts[voice])) for voice in voices]
    return np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)


def _line(pitches: NDArray[np.int64], starts: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the highest pitch of each moment."""
    order = np.lexsort((-pitches, starts))
    first = np.concatenate(([True], np.diff(starts[order]) > 0))
    line: NDArray[np.int64] = pitches[order][first]
    return line


def _runs_of_line(line: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return each run of a line as a number."""
    steps = np.clip(np.diff(line), -WIDEST, WIDEST) + WIDEST
    if len(steps) < RUN:
        return np.empty(0, dtype=np.int64)
    weights = 32 ** np.arange(RUN, dtype=np.int64)
    return np.lib.stride_tricks.sliding_window_view(steps, RUN) @ weights


def _shared(runs: Sequence[NDArray[np.int64]]) -> tuple[sparse.csr_array, NDArray[np.int64]]:
    """Return how many telling runs each pair of pieces shares, and how many each piece has."""
    rows = np.repeat(np.arange(len(runs)), [len(own) for own in runs])
    every, columns = np.unique(np.concatenate(runs), return_inverse=True)
    telling = np.bincount(columns)[columns] <= IDIOM
    shape = (len(runs), len(every))
    table = sparse.csr_array((np.ones(telling.sum(), dtype=np.int32), (rows[telling], columns[telling])), shape=shape)
    sizes = np.asarray(table.sum(axis=1), dtype=np.int64)
    return sparse.csr_array(table @ table.T), sizes
