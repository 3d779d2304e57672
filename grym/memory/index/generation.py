"""A generation that is open: mapped, never changed, searched by any number of threads.

An approximate index proposes more rows than are wanted, from codes of 8 bits a value; what comes back is ranked by the
true inner products with the half-precision vectors beside it. So only a vector that was not proposed can be missed.
"""

from collections.abc import Sequence
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from grym.errors import AdapterError
from grym.memory.index.checking import NOBODY, Floats, Ids
from grym.memory.index.exact import AllRows, TreeRows
from grym.memory.index.ranking import best_of, nobody
from grym.ports.generations import Manifest, Sealed, SealedVectors, VectorEngine
from grym.ports.index import Neighbours

SPARE = 2
"""Rows proposed for each that is wanted. 8-bit codes alone lose 0.015 of the ten nearest, those of twice as many rows
ranked again nothing that was measurable."""

Number = TypeVar("Number", bound=np.generic)

IDS = "ids"
VECTORS = "vectors"


class OpenGeneration:
    """What a generation's folder holds, ready to be searched.

    Parameters
    ----------
    engine
        Opens the approximate kinds.

    Raises
    ------
    AdapterError
        ``index.damaged`` where its arrays do not fit together, and as `VectorEngine.open`.
    """

    def __init__(self, sealed: Sealed, *, engine: VectorEngine) -> None:
        self._sealed = sealed
        self._ids = _typed(sealed, IDS, np.int64)
        self._vectors = _typed(sealed, VECTORS, np.float16)
        manifest = sealed.manifest
        if len(self._ids) != manifest.count or self._vectors.shape != (manifest.count, manifest.dim):
            raise AdapterError(f"the arrays of {sealed.name} do not fit together", code="index.damaged")
        self._rows = rows_of(self._vectors, sealed, engine=engine)

    def __len__(self) -> int:
        """Return how many vectors it holds."""
        return len(self._ids)

    @property
    def sealed(self) -> Sealed:
        """Where it comes from."""
        return self._sealed

    @property
    def manifest(self) -> Manifest:
        """What it is."""
        return self._sealed.manifest

    @property
    def efforts(self) -> Sequence[int]:
        """What a search may spend, ascending; only 0 where it is exact."""
        return self._rows.efforts

    @property
    def ids(self) -> Ids:
        """Ids by row, ascending, mapped."""
        return self._ids

    @property
    def vectors(self) -> NDArray[np.float16]:
        """Vectors by row, mapped."""
        return self._vectors

    def rows_named(self, ids: Ids) -> Ids:
        """Return the rows of those ids that are here, in no order."""
        places = np.searchsorted(self._ids, ids)
        inside = places < len(self._ids)
        places, wanted = places[inside], ids[inside]
        rows: Ids = places[self._ids[places] == wanted]
        return rows

    def nearest(self, queries: Floats, *, k: int, effort: int, findable: NDArray[np.uint8] | None) -> Neighbours:
        """Return the k nearest of each query among the rows that can be found."""
        if len(self._ids) == 0 or len(queries) == 0:
            return nobody(len(queries), k)
        proposed = self._rows.nearest_rows(queries, k=min(SPARE * k, len(self)), effort=effort, findable=findable).ids
        there = proposed != NOBODY
        vectors = self._vectors[np.where(there, proposed, 0)].astype(np.float32)
        similarities = np.matmul(vectors, queries[:, :, np.newaxis])[:, :, 0]
        similarities[~there] = -np.inf
        similarities[~queries.any(axis=1)] = -np.inf
        return best_of(similarities, self._ids[np.where(there, proposed, 0)], k=k)


def rows_of(vectors: NDArray[np.float16], sealed: Sealed, *, engine: VectorEngine) -> SealedVectors:
    """Open the kind of search a generation was sealed for."""
    match sealed.manifest.recipe.kind:
        case "flat":
            return AllRows(vectors)
        case "kdtree":
            return TreeRows(vectors)
        case "ivf" | "hnsw":
            return engine.open(sealed.manifest.recipe, folder=sealed.folder)


def _typed(sealed: Sealed, name: str, kind: type[Number]) -> NDArray[Number]:
    array = sealed.get(name)
    if array.dtype != kind:
        raise AdapterError(f"{name} of {sealed.name} is of type {array.dtype}", code="index.damaged")
    return cast("NDArray[Number]", array)
