"""What else could be used, in the same run: each a builder that returns a search for one query."""

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.pattern_search.vectors import NEIGHBOURS, Floats

Search = Callable[[Floats], NDArray[np.int64]]


def by_numpy(vectors: Floats) -> Search:
    """Compare all by one product of matrices."""

    def search(query: Floats) -> NDArray[np.int64]:
        similarities = vectors @ query[0]
        return np.argpartition(similarities, -NEIGHBOURS)[-NEIGHBOURS:]

    return search


def by_faiss(factory: str, **settings: int) -> Callable[[Floats], Search]:
    """Return a builder of an index of faiss, by its factory string."""

    def build(vectors: Floats) -> Search:
        faiss: Any = importlib.import_module("faiss")
        faiss.omp_set_num_threads(1)
        index = faiss.index_factory(vectors.shape[1], factory, faiss.METRIC_INNER_PRODUCT)
        for name, value in settings.items():
            faiss.ParameterSpace().set_index_parameter(index, name, value)
        index.train(vectors)
        index.add(vectors)

        def search(query: Floats) -> NDArray[np.int64]:
            found: NDArray[np.int64] = index.search(query, NEIGHBOURS)[1][0]
            return found

        return search

    return build


def by_hnswlib(vectors: Floats) -> Search:
    """Build hnswlib's graph (M 16, efConstruction 200, ef 64)."""
    hnswlib: Any = importlib.import_module("hnswlib")
    index = hnswlib.Index(space="ip", dim=vectors.shape[1])
    index.init_index(max_elements=len(vectors), M=16, ef_construction=200)
    index.set_num_threads(1)
    index.add_items(vectors)
    index.set_ef(64)
    return lambda query: np.asarray(index.knn_query(query, k=NEIGHBOURS)[0][0], dtype=np.int64)


def by_usearch(vectors: Floats) -> Search:
    """Build usearch's graph of half-precision vectors with its defaults."""
    usearch: Any = importlib.import_module("usearch.index")
    index = usearch.Index(ndim=vectors.shape[1], metric="ip", dtype="f16")
    index.add(np.arange(len(vectors)), vectors, threads=1)
    return lambda query: np.asarray(index.search(query[0], NEIGHBOURS, threads=1).keys, dtype=np.int64)


RIVALS: dict[str, Callable[[Floats], Search]] = {
    "numpy, all compared": by_numpy,
    "faiss Flat": by_faiss("Flat"),
    "faiss IVF1024,SQ8 nprobe 16": by_faiss("IVF1024,SQ8", nprobe=16),
    "faiss HNSW16 ef 64": by_faiss("HNSW16", efConstruction=200, efSearch=64),
    "hnswlib M16 ef 64": by_hnswlib,
    "usearch f16": by_usearch,
}
