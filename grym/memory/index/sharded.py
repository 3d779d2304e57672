"""One index over several: each id belongs to one shard, every question goes to all of them.

Answers merge exactly: the k nearest of all are among the k nearest of each. A shard that cannot be asked is named in
the answer, which then lacks what lies there; a change that concerns it fails before anything is changed elsewhere.
Each shard has its own place in the journal, sealed with its content. After a restart the journal is read again from the
least of them, and a shard passes over what it knows.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grym.errors import TransientError, UnavailableError
from grym.memory.index.checking import Floats, Ids, checked_ids, checked_k, checked_pairs, checked_queries
from grym.memory.index.ranking import merged
from grym.ports.index import Neighbours, VectorIndex


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shard:
    """A part of an index.

    Parameters
    ----------
    find
        Returns it, or raises a `TransientError` while it is away.
    position
        The seq of the last event it knew when it was opened.
    """

    name: str
    find: Callable[[], VectorIndex]
    position: int = 0


class ShardedIndex:
    """A `VectorIndex` over shards.

    Parameters
    ----------
    shards
        At least one; their order and number decide what lies where.
    pool
        Asks them beside each other; None asks one after the other, which is quicker below a millisecond each.
    """

    def __init__(self, dim: int, shards: Sequence[Shard], *, pool: Executor | None = None) -> None:
        self._dim = dim
        self._shards = tuple(shards)
        self._map = map if pool is None else pool.map

    @property
    def dim(self) -> int:
        """Values per vector."""
        return self._dim

    @property
    def position(self) -> int:
        """The seq behind which the journal has to be read: every shard knows what came before."""
        return min(shard.position for shard in self._shards)

    def __len__(self) -> int:
        """Return how many vectors can be found in the shards that can be asked."""
        return sum(len(index) for index in self._there() if index is not None)

    def add(self, ids: NDArray[np.int64], vectors: NDArray[np.float32], *, seq: int | None = None) -> None:
        """Make vectors findable at once; an id that exists is replaced.

        Parameters
        ----------
        seq
            Of the event this follows from; shards that know it already are left alone. None for no event.

        Raises
        ------
        UnavailableError
            ``index.shard_away``; nothing was changed.
        """
        numbers, rows = checked_pairs(ids, vectors, dim=self._dim)
        for index, mine in list(self._concerned(numbers, seq)):
            index.add(numbers[mine], rows[mine])

    def remove(self, ids: NDArray[np.int64], *, seq: int | None = None) -> int:
        """Make vectors unfindable at once and return how many there were."""
        numbers = checked_ids(ids)
        return sum(index.remove(numbers[mine]) for index, mine in list(self._concerned(numbers, seq)))

    def search(self, queries: NDArray[np.float32], *, k: int) -> Neighbours:
        """Return the k nearest of each query; shards that could not be asked are named in the answer.

        Raises
        ------
        UnavailableError
            ``index.shard_away`` where none could.
        """
        checked, wanted = checked_queries(queries, dim=self._dim), checked_k(k)
        answers = list(self._map(lambda shard: _asked(shard, checked, wanted), self._shards))
        missing = tuple(shard.name for shard, answer in zip(self._shards, answers, strict=True) if answer is None)
        given = [answer for answer in answers if answer is not None]
        if not given:
            raise _away(missing)
        together = merged(given, k=wanted)
        return Neighbours(ids=together.ids, similarities=together.similarities, missing=(*together.missing, *missing))

    def _concerned(self, numbers: Ids, seq: int | None) -> Iterator[tuple[VectorIndex, NDArray[np.bool_]]]:
        """Yield the shards some ids belong to, with which of them."""
        places = shard_of(numbers, len(self._shards))
        for place, shard in enumerate(self._shards):
            mine = places == place
            if not mine.any() or (seq is not None and seq <= shard.position):
                continue
            try:
                yield shard.find(), mine
            except TransientError as error:
                raise _away((shard.name,)) from error

    def _there(self) -> Iterator[VectorIndex | None]:
        for shard in self._shards:
            try:
                yield shard.find()
            except TransientError:
                yield None


def shard_of(ids: Ids, shards: int) -> NDArray[np.int64]:
    """Return where ids belong: spread evenly whatever their pattern, the same for ever (splitmix64; Steele 2014)."""
    mixed = ids.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((mixed ^ (mixed >> np.uint64(31))) % np.uint64(shards)).astype(np.int64)


def _asked(shard: Shard, queries: Floats, k: int) -> Neighbours | None:
    try:
        return shard.find().search(queries, k=k)
    except TransientError:
        return None


def _away(names: Sequence[str]) -> UnavailableError:
    return UnavailableError(
        f"{', '.join(names)} cannot be asked",
        code="index.shard_away",
        hint="Try again when it is back; nothing was changed.",
        details={"shards": ", ".join(names)},
    )
