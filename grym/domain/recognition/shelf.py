"""A library in memory, for tests, benchmarks and small collections; added to, never searched while it grows."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from grym.domain.recognition.imprint import FloatArray, Imprint, Int32Array, UInt32Array
from grym.domain.recognition.landmarks import landmarks_of
from grym.domain.recognition.library import NearWindows, Postings

MOST_PLACES = 20_000
"""A landmark heard at more places than this says nothing about any of them."""

BLOCK = 32
"""Similarities that are first looked at together."""


@dataclass(slots=True)
class Shelf:
    """Imprints by number, in the order in which they were put here."""

    _imprints: list[Imprint] = field(default_factory=list)
    _hashes: UInt32Array | None = None
    _numbers: Int32Array = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    _frames: Int32Array = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    _vectors: FloatArray = field(default_factory=lambda: np.zeros((0, 0), dtype=np.float32))
    _owners: NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int32))

    def __len__(self) -> int:
        """Return how many patterns there are."""
        return len(self._imprints)

    def put(self, imprint: Imprint) -> int:
        """Keep an imprint and return its number."""
        self._imprints.append(imprint)
        self._hashes = None
        return len(self._imprints) - 1

    def imprints(self, numbers: Sequence[int]) -> list[Imprint]:
        """Return the imprints of these numbers, in the order asked for."""
        return [self._imprints[number] for number in numbers]

    def nearest(self, vectors: FloatArray, *, k: int) -> NearWindows:
        """Return the k windows nearest to each row, by exact comparison."""
        self._settle()
        k = min(k, len(self._vectors))
        if not k:
            return NearWindows(
                numbers=np.zeros((len(vectors), 0), dtype=np.int32),
                windows=np.zeros((len(vectors), 0), dtype=np.int32),
                similarities=np.zeros((len(vectors), 0), dtype=np.float32),
            )
        similarities = vectors @ self._vectors.T
        best = greatest(similarities, k)
        return NearWindows(
            numbers=self._owners[best, 0],
            windows=self._owners[best, 1],
            similarities=np.take_along_axis(similarities, best, axis=1),
        )

    def postings(self, hashes: UInt32Array) -> Postings:
        """Return where landmarks were heard, except those heard nearly everywhere."""
        shelved = self._settle()
        first = np.searchsorted(shelved, hashes, side="left")
        counts = np.searchsorted(shelved, hashes, side="right") - first
        counts[counts > MOST_PLACES] = 0
        queries = np.repeat(np.arange(len(hashes), dtype=np.int32), counts)
        ends = np.cumsum(counts)
        places = np.arange(len(queries)) - np.repeat(ends - counts, counts) + np.repeat(first, counts)
        return Postings(queries=queries, numbers=self._numbers[places], frames=self._frames[places])

    def _settle(self) -> UInt32Array:
        """Sort what was put here since the last question."""
        if self._hashes is None:
            self._hashes = self._sorted()
            windows = [imprint.windows.vectors for imprint in self._imprints]
            self._vectors = np.concatenate(windows) if windows else self._vectors
            self._owners = np.array(
                [(number, window) for number, rows in enumerate(windows) for window in range(len(rows))], dtype=np.int32
            ).reshape(-1, 2)
        return self._hashes

    def _sorted(self) -> UInt32Array:
        """Return all hashes in order, their patterns and frames beside them."""
        marks = [landmarks_of(imprint.peaks) for imprint in self._imprints]
        hashes = np.concatenate([np.zeros(0, dtype=np.uint32), *(mark.hashes for mark in marks)])
        order = np.argsort(hashes, kind="stable")
        numbers = np.repeat(np.arange(len(marks), dtype=np.int32), [len(mark.hashes) for mark in marks])
        self._numbers = numbers[order]
        self._frames = np.concatenate([np.zeros(0, dtype=np.int32), *(mark.frames for mark in marks)])[order]
        return hashes[order]


def greatest(values: FloatArray, k: int) -> NDArray[np.intp]:
    """Return the places of the k greatest of each row, greatest first.

    The k greatest lie in the k blocks with the greatest tops, so only these are sorted: a fifth of the time of sorting
    whole rows of a large library. A block takes every n-th place, since the greatest of whole rows at once is found
    eight times as fast as that of places beside each other.
    """
    rows, width = values.shape
    blocks = width // BLOCK
    if blocks <= k:
        return _sorted_greatest(values, np.broadcast_to(np.arange(width), values.shape), k)
    tops = values[:, : blocks * BLOCK].reshape(rows, BLOCK, blocks).max(axis=1)
    chosen = np.argpartition(-tops, k - 1, axis=1)[:, :k]
    inside = (chosen[:, :, None] + np.arange(BLOCK) * blocks).reshape(rows, -1)
    rest = np.broadcast_to(np.arange(blocks * BLOCK, width), (rows, width - blocks * BLOCK))
    places = np.concatenate([inside, rest], axis=1)
    return _sorted_greatest(np.take_along_axis(values, places, axis=1), places, k)


def _sorted_greatest(values: FloatArray, places: NDArray[np.intp], k: int) -> NDArray[np.intp]:
    """Return the places of the k greatest of each row, greatest first."""
    best = np.argpartition(-values, k - 1, axis=1)[:, :k]
    order = np.argsort(-np.take_along_axis(values, best, axis=1), axis=1, kind="stable")
    return np.take_along_axis(places, np.take_along_axis(best, order, axis=1), axis=1)
