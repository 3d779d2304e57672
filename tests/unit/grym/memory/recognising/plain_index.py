"""An index that compares with everything, to check others and to stand in for them."""

import numpy as np
from numpy.typing import NDArray

from grym.ports.index import Neighbours


class PlainIndex:
    """Exact search over a dictionary."""

    def __init__(self, dim: int) -> None:
        self.dim = dim
        self.vectors: dict[int, NDArray[np.float32]] = {}

    def __len__(self) -> int:
        """Return how many vectors there are."""
        return len(self.vectors)

    def add(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Keep vectors."""
        self.vectors |= dict(zip(ids.tolist(), vectors, strict=True))

    def remove(self, ids: NDArray[np.int64]) -> int:
        """Forget vectors."""
        return sum(self.vectors.pop(number, None) is not None for number in ids.tolist())

    def search(self, queries: NDArray[np.float32], *, k: int) -> Neighbours:
        """Return the nearest by comparing with all."""
        ids = np.full((len(queries), k), -1, dtype=np.int64)
        similarities = np.full((len(queries), k), -np.inf, dtype=np.float32)
        for row, query in enumerate(queries):
            ranked = sorted(((float(query @ kept), name) for name, kept in self.vectors.items()), reverse=True)[:k]
            for column, (similarity, name) in enumerate(ranked):
                ids[row, column], similarities[row, column] = name, similarity
        return Neighbours(ids=ids, similarities=similarities)
