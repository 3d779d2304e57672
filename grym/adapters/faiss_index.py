"""Approximate indexes by faiss: built here, written to a file, opened mapped, and from then on only searched.

faiss aborts the process where a mapped index is changed, corrupts indexes of block-packed codes where a removal is
followed by an addition, and takes an id that exists as a second vector. So nothing that is open here can be changed:
what changes lives elsewhere until the next generation is built, and faiss sees row numbers, never ids.

Its threads are counted per calling thread, each beginning with one per core; every call sets that to one first, since
two searches beside each other with two threads each are several times slower than with one.
"""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import faiss as library
import numpy as np
from numpy.typing import NDArray

from grym.errors import AdapterError, InvariantError
from grym.ports.generations import INDEX_FILE, QUANTISER_FILE, Recipe
from grym.ports.index import Neighbours

Floats = NDArray[np.float32]

faiss: Any = library
"""Its type stubs leave out half of what is used here, and give wrong signatures for some of the rest."""

PIECE_ROWS = 16_384
"""Rows that are turned into single precision at once: 8 MB at 128 values."""

TRAINED_PER_LIST = 64
"""Vectors a list's centre is learned from. With 256 recall was at most 0.01 better on 100,000 × 128; training took
1.3 to 2 times as long."""

ROUNDS = 10
"""Of k-means."""

EF_CONSTRUCTION = 200
"""Nodes looked into for each vector that joins a graph."""

LEAST_PER_LIST = 39
"""Below this faiss warns on standard error that its centres are learned from too few."""

_IVF_EFFORTS = (
    *(1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128),
    *(160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 1024, 1536, 2048),
)
_HNSW_EFFORTS = (16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)

_this_thread = threading.local()


class FaissEngine:
    """Builds and opens ``ivf`` and ``hnsw``."""

    @property
    def version(self) -> str:
        """Library and version."""
        return f"faiss {faiss.__version__}"

    def build(self, recipe: Recipe, vectors: NDArray[np.float16], *, folder: Path, trained: Path | None) -> None:
        """Write the index file of a generation into its folder, and its quantiser where the kind has one.

        Raises
        ------
        InvariantError
            ``index.recipe`` for a kind that is not built here.
        """
        _one_thread()
        if recipe.kind == "ivf":
            index = _trained_lists(recipe, vectors, trained)
            faiss.write_index(index, str(folder / QUANTISER_FILE))
        elif recipe.kind == "hnsw":
            index = _empty_graph(recipe, vectors.shape[1])
            index.train(_sample(vectors, PIECE_ROWS))
        else:
            raise InvariantError(f"faiss does not build {recipe.kind} indexes here", code="index.recipe")
        for start in range(0, len(vectors), PIECE_ROWS):
            index.add(_single(vectors[start : start + PIECE_ROWS]))
        faiss.write_index(index, str(folder / INDEX_FILE))

    def open(self, recipe: Recipe, *, folder: Path) -> "FaissVectors":
        """Open an index file without reading it into memory.

        Raises
        ------
        AdapterError
            ``index.unreadable`` where the file is none of faiss's, or of another kind than the recipe says.
        """
        _one_thread()
        try:
            index = faiss.read_index(str(folder / INDEX_FILE), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise _unreadable(folder, str(error)) from error
        kind = {faiss.IndexIVFScalarQuantizer: "ivf", faiss.IndexHNSWSQ: "hnsw"}.get(type(index))
        if kind != recipe.kind:
            raise _unreadable(folder, f"it holds a {type(index).__name__}")
        return FaissVectors(index)


class FaissVectors:
    """Rows of a mapped index; searching is all that can be done with them."""

    def __init__(self, index: Any) -> None:
        self._index = index
        self._lists = index.nlist if isinstance(index, faiss.IndexIVF) else 0
        steps = (*(effort for effort in _IVF_EFFORTS if effort < self._lists), self._lists)
        self._efforts = steps if self._lists else _HNSW_EFFORTS

    @property
    def efforts(self) -> Sequence[int]:
        """Lists, or nodes of the graph, to look into, ascending."""
        return self._efforts

    def nearest_rows(self, queries: Floats, *, k: int, effort: int, findable: NDArray[np.uint8] | None) -> Neighbours:
        """Return the k nearest rows of each query, as well as it can.

        Raises
        ------
        InvariantError
            ``index.bits`` where there are too few bits: faiss would read what lies behind them.
        """
        _one_thread()
        chosen = None if findable is None else self._chosen(findable)
        similarities, rows = self._index.search(queries, k, params=self._spending(max(1, effort), chosen))
        return Neighbours(ids=rows, similarities=similarities)

    def add(self, *_: object) -> NoReturn:
        """Refuse.

        Raises
        ------
        InvariantError
            ``index.sealed``: faiss would end the process.
        """
        raise InvariantError("a sealed index does not change", code="index.sealed")

    remove = add

    def _chosen(self, findable: NDArray[np.uint8]) -> Any:
        if findable.dtype != np.uint8 or not findable.flags.c_contiguous or 8 * len(findable) < self._index.ntotal:
            raise InvariantError(f"{findable.shape} bits for {self._index.ntotal} rows", code="index.bits")
        return faiss.IDSelectorBitmap(findable)

    def _spending(self, effort: int, chosen: Any | None) -> Any:
        if self._lists:
            return faiss.SearchParametersIVF(nprobe=min(effort, self._lists), sel=chosen)
        return faiss.SearchParametersHNSW(efSearch=effort, sel=chosen)


def _one_thread() -> None:
    """Have faiss use one thread for what this thread calls."""
    if not getattr(_this_thread, "set", False):
        faiss.omp_set_num_threads(1)
        _this_thread.set = True


def _trained_lists(recipe: Recipe, vectors: NDArray[np.float16], trained: Path | None) -> Any:
    """Return empty lists with their centres: read, or learned from a sample."""
    if trained is not None:
        try:
            index = faiss.read_index(str(trained))
        except RuntimeError as error:
            raise _unreadable(trained.parent, str(error)) from error
        if isinstance(index, faiss.IndexIVF) and index.nlist == recipe.lists and index.d == vectors.shape[1]:
            return index
    dim = vectors.shape[1]
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dim),
        dim,
        recipe.lists,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
        False,  # codes of the vectors themselves: residuals gain nothing once candidates are ranked exactly
    )
    index.cp.niter = ROUNDS
    index.cp.min_points_per_centroid = min(LEAST_PER_LIST, max(1, len(vectors) // recipe.lists))
    index.train(_sample(vectors, TRAINED_PER_LIST * recipe.lists))
    return index


def _empty_graph(recipe: Recipe, dim: int) -> Any:
    index = faiss.IndexHNSWSQ(dim, faiss.ScalarQuantizer.QT_fp16, recipe.links, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = EF_CONSTRUCTION
    return index


def _sample(vectors: NDArray[np.float16], rows: int) -> Floats:
    """Return rows spread evenly over all, in single precision."""
    return _single(vectors[:: max(1, -(-len(vectors) // rows))])


def _single(vectors: NDArray[np.float16]) -> Floats:
    return np.ascontiguousarray(vectors, dtype=np.float32)


def _unreadable(folder: Path, why: str) -> AdapterError:
    return AdapterError(
        f"the index file of {folder.name} cannot be used: {why}",
        code="index.unreadable",
        hint="Nothing is lost: indexes are made from the journal. Remove the folder.",
    )
