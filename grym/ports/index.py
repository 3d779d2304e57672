"""Indexes: derived, disposable, and told apart by what they promise, not by the library behind them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # many processes name indexes and never touch a vector
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Neighbours:
    """The nearest vectors of each query.

    Parameters
    ----------
    ids
        Shape (queries, k), int64; −1 where there are fewer than k.
    similarities
        Shape (queries, k), float32, inner products, descending; −inf where there is none.
    missing
        Parts of the index that could not be asked, by name; empty when all were.
    """

    ids: "NDArray[np.int64]"
    similarities: "NDArray[np.float32]"
    missing: tuple[str, ...] = ()


class VectorIndex(Protocol):
    """Finds the nearest of many unit vectors; one writer at a time, readers beside it."""

    @property
    def dim(self) -> int:
        """Values per vector."""
        ...

    def __len__(self) -> int:
        """Return how many vectors can be found."""
        ...

    def add(self, ids: "NDArray[np.int64]", vectors: "NDArray[np.float32]") -> None:
        """Make vectors findable at once; an id that exists is replaced.

        Raises
        ------
        InvalidVectorError
            ``vector.type``, ``vector.dimension``, ``vector.not_finite``, ``vector.zero``, ``vector.ids``.
        """
        ...

    def remove(self, ids: "NDArray[np.int64]") -> int:
        """Make vectors unfindable at once and return how many there were."""
        ...

    def search(self, queries: "NDArray[np.float32]", *, k: int) -> Neighbours:
        """Return the k nearest of each query; those of equal similarity in order of id. Zeros are near to nothing.

        Raises
        ------
        InvalidVectorError
            ``vector.type``, ``vector.dimension``, ``vector.not_finite``, ``vector.k``.
        """
        ...


class ExactSearch(Protocol):
    """Compares vectors one by one, by other means than an index: a second opinion."""

    async def available(self) -> bool:
        """Tell whether it can be asked."""
        ...

    async def nearest(
        self, ids: "NDArray[np.int64]", vectors: "NDArray[np.float32]", queries: "NDArray[np.float32]", *, k: int
    ) -> Neighbours:
        """Return the k nearest of each query among these vectors; nothing of them is kept.

        Raises
        ------
        AdapterError
            Where it fails on the way.
        """
        ...
