"""Inner products of queries with many vectors, on one core whatever the linear algebra below would like.

OpenBLAS takes all cores for larger products, and its threads wait for each other by spinning. Where other work wants
those cores, 10,000 × 128 values cost 8 ms instead of 0.06. So they are multiplied in pieces too small for that.
Each query is multiplied by itself, so that it gets the same numbers alone and in company.
"""

import numpy as np

from grym.memory.index.checking import Floats

PIECE_VALUES = 2**18
"""Values multiplied at once: OpenBLAS 0.3.29 took a second thread from somewhere between 640,000 and 1,280,000 on."""


def products(queries: Floats, vectors: Floats) -> Floats:
    """Return the inner product of each query with each vector, shape (queries, vectors)."""
    found = np.empty((len(queries), len(vectors)), dtype=np.float32)
    rows = max(1, PIECE_VALUES // max(1, vectors.shape[1]))
    for start in range(0, len(vectors), rows):
        piece = vectors[start : start + rows]
        for query, row in zip(queries, found, strict=True):
            np.dot(piece, query, out=row[start : start + rows])
    return found
