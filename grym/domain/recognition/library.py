"""What recognising asks of memory, so that it need not know how memory is kept.

Patterns have numbers here, small and dense, that mean something to this library only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from grym.domain.recognition.imprint import FloatArray, Imprint, Int32Array, UInt32Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NearWindows:
    """The remembered windows nearest to each asked one.

    Parameters
    ----------
    numbers, windows
        Shape (queries, k), int32: pattern and which of its windows; −1 where there are fewer than k.
    similarities
        Shape (queries, k), float32, descending.
    """

    numbers: Int32Array
    windows: Int32Array
    similarities: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Postings:
    """Where asked landmarks were heard before, one row a place.

    Parameters
    ----------
    queries
        Shape (n,), int32: which of the asked hashes.
    numbers
        Shape (n,), int32: the pattern.
    frames
        Shape (n,), int32: when in the pattern.
    """

    queries: Int32Array
    numbers: Int32Array
    frames: Int32Array


class Library(Protocol):
    """Everything that can be recognised, at one instant."""

    def __len__(self) -> int:
        """Return how many patterns there are."""
        ...

    def nearest(self, vectors: FloatArray, *, k: int) -> NearWindows:
        """Return the k windows nearest to each row of `vectors`, shape (queries, dim)."""
        ...

    def postings(self, hashes: UInt32Array) -> Postings:
        """Return where landmarks were heard; those heard nearly everywhere may be left out."""
        ...

    def imprints(self, numbers: Sequence[int]) -> list[Imprint]:
        """Return the whole imprints of patterns, in the order asked for.

        Asked once or twice a question for the few patterns that are looked at closely: it may have to read them.

        Raises
        ------
        KeyError
            For a pattern that was given up meanwhile.
        """
        ...
