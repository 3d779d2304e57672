"""Vectors of entries in an index, which knows numbers only: who has which number, and what was embedded."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from grym.domain.entries.lexical import clipped
from grym.ports.entries import Address
from grym.ports.index import VectorIndex

NewIndex = Callable[[int], VectorIndex]
"""Makes an empty index for vectors of so many values."""


class VectorShelf:
    """The vectors of one kind, by address."""

    def __init__(self, index: VectorIndex) -> None:
        self._index = index
        self._numbers: dict[Address, int] = {}
        self._addresses: dict[int, Address] = {}
        self._next = 0

    def __len__(self) -> int:
        return len(self._numbers)

    def put(self, addresses: Sequence[Address], vectors: Sequence[Sequence[float]]) -> None:
        """Make vectors findable; one of zeros says nothing and is left out."""
        rows = np.asarray(vectors, dtype=np.float64).reshape(len(addresses), -1)
        lengths = np.linalg.norm(rows, axis=1)
        self.drop([at for at, length in zip(addresses, lengths, strict=True) if length == 0.0])
        said = np.flatnonzero(lengths)
        if said.size:
            numbers = np.array([self._number(addresses[at]) for at in said.tolist()], dtype=np.int64)
            self._index.add(numbers, (rows[said] / lengths[said, None]).astype(np.float32))

    def drop(self, addresses: Sequence[Address]) -> None:
        """Make vectors unfindable; unknown ones are no error."""
        numbers = [number for at in addresses if (number := self._numbers.pop(at, None)) is not None]
        for number in numbers:
            del self._addresses[number]
        if numbers:
            self._index.remove(np.array(numbers, dtype=np.int64))

    def nearest(self, vector: Sequence[float], *, k: int) -> list[tuple[Address, float]]:
        """Return up to k addresses with their scores, best first."""
        query = np.asarray(vector, dtype=np.float64)
        length = float(np.linalg.norm(query))
        if length == 0.0 or not self._numbers:
            return []
        unit: NDArray[np.float32] = (query / length).astype(np.float32)[None]
        near = self._index.search(unit, k=min(k, len(self._numbers)))
        pairs = zip(near.ids[0].tolist(), near.similarities[0].tolist(), strict=True)
        return [(self._addresses[number], clipped(score)) for number, score in pairs if number in self._addresses]

    def _number(self, address: Address) -> int:
        number = self._numbers.get(address)
        if number is None:
            number = self._numbers[address] = self._next
            self._addresses[number] = address
            self._next += 1
        return number
