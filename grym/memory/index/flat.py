"""An exact index that changes: every vector is compared, so nothing near is ever missed.

Rows are only ever appended, and what was appended is published as a new snapshot: a search works on the snapshot it
began with, without a lock, while the writer goes on. Plain numpy, since it is as quick here as faiss (0.045 ms
against 0.043 for one query of 5,000 × 128) and cannot bring the process down.
"""

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grym.memory.index.checking import Floats, Ids, checked_ids, checked_k, checked_pairs, checked_queries
from grym.memory.index.products import products
from grym.memory.index.ranking import best_of, nobody
from grym.ports.index import Neighbours

ROOM = 64
"""Rows there is room for at first; it doubles."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FlatRows:
    """What a flat index held at one instant.

    Parameters
    ----------
    ids, vectors
        Shape (room,) and (room, dim); the first `len(alive)` rows count.
    alive
        Which of them can be found.
    """

    ids: Ids
    vectors: Floats
    alive: NDArray[np.bool_]

    def living(self) -> tuple[Ids, Floats]:
        """Return copies of the ids and vectors that can be found, in the order in which they came."""
        count = len(self.alive)
        return self.ids[:count][self.alive], self.vectors[:count][self.alive]

    def nearest(self, queries: Floats, *, k: int) -> Neighbours:
        """Return the k nearest of each query, which must have been checked."""
        count = len(self.alive)
        if count == 0 or len(queries) == 0:
            return nobody(len(queries), k)
        similarities = products(queries, self.vectors[:count])
        if not self.alive.all():
            similarities[:, ~self.alive] = -np.inf
        similarities[~queries.any(axis=1)] = -np.inf
        return best_of(similarities, self.ids[:count], k=k)


class FlatIndex:
    """A `VectorIndex` for up to some ten thousand vectors.

    Parameters
    ----------
    dim
        Values per vector.
    """

    def __init__(self, dim: int) -> None:
        self._dim = dim
        self._rows_of: dict[int, int] = {}
        self._writing = threading.Lock()
        self._rows = _with_room(dim, ROOM)

    @property
    def dim(self) -> int:
        """Values per vector."""
        return self._dim

    @property
    def rows(self) -> FlatRows:
        """What can be found now, for as long as the caller likes."""
        return self._rows

    def __len__(self) -> int:
        """Return how many vectors can be found."""
        return len(self._rows_of)

    def __contains__(self, vector_id: int) -> bool:
        return vector_id in self._rows_of

    def add(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Make vectors findable at once; an id that exists is replaced, in one step for whoever searches meanwhile."""
        numbers, added = checked_pairs(ids, vectors, dim=self._dim)
        with self._writing:
            rows = self._rows
            count = len(rows.alive)
            ids_now, vectors_now = _grown(rows, count + len(numbers))
            ids_now[count : count + len(numbers)] = numbers
            vectors_now[count : count + len(numbers)] = added
            alive = np.concatenate([rows.alive, np.ones(len(numbers), dtype=np.bool_)])
            alive[self._rows_given_up(numbers)] = False
            self._rows_of.update(zip(numbers.tolist(), range(count, count + len(numbers)), strict=True))
            self._publish(FlatRows(ids=ids_now, vectors=vectors_now, alive=alive))

    def remove(self, ids: NDArray[np.int64]) -> int:
        """Make vectors unfindable at once and return how many there were."""
        numbers = checked_ids(ids)
        with self._writing:
            gone = self._rows_given_up(numbers)
            alive = self._rows.alive.copy()
            alive[gone] = False
            self._publish(FlatRows(ids=self._rows.ids, vectors=self._rows.vectors, alive=alive))
        return len(gone)

    def search(self, queries: NDArray[np.float32], *, k: int) -> Neighbours:
        """Return the k nearest of each query."""
        return self._rows.nearest(checked_queries(queries, dim=self._dim), k=checked_k(k))

    def _rows_given_up(self, numbers: Ids) -> list[int]:
        """Forget where vectors are, and return where they were; unknown ids are left out."""
        found = (self._rows_of.pop(number, None) for number in numbers.tolist())
        return [row for row in found if row is not None]

    def _publish(self, rows: FlatRows) -> None:
        """Swap the snapshot; once half of it is dead, for one without what is dead."""
        if len(rows.alive) > max(ROOM, 2 * len(self._rows_of)):
            ids, vectors = rows.living()
            rows = FlatRows(ids=ids, vectors=vectors, alive=np.ones(len(ids), dtype=np.bool_))
            self._rows_of = {number: row for row, number in enumerate(ids.tolist())}
        self._rows = rows


def _with_room(dim: int, room: int) -> FlatRows:
    return FlatRows(
        ids=np.zeros(room, dtype=np.int64),
        vectors=np.zeros((room, dim), dtype=np.float32),
        alive=np.zeros(0, dtype=np.bool_),
    )


def _grown(rows: FlatRows, needed: int) -> tuple[Ids, Floats]:
    """Return arrays with room for so many rows: the same ones, or larger copies, so that readers keep theirs."""
    if needed <= len(rows.ids):
        return rows.ids, rows.vectors
    count = len(rows.alive)
    larger = _with_room(rows.vectors.shape[1], max(needed, 2 * count, ROOM))
    larger.ids[:count] = rows.ids[:count]
    larger.vectors[:count] = rows.vectors[:count]
    return larger.ids, larger.vectors
