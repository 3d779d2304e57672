"""The best few of many, always the same ones: nearest first, and in order of id where similarities are equal."""

from collections.abc import Sequence

import numpy as np

from grym.memory.index.checking import NOBODY, Floats, Ids
from grym.ports.index import Neighbours


def best_of(similarities: Floats, ids: Ids, *, k: int) -> Neighbours:
    """Return the k best columns of each row.

    Parameters
    ----------
    similarities
        Shape (queries, candidates); −inf for what must not be found.
    ids
        Who the columns are: shape (candidates,), or (queries, candidates) where they differ from row to row.
    """
    found = nobody(len(similarities), k)
    for row, scores in enumerate(similarities):
        names = ids if ids.ndim == 1 else ids[row]
        columns = _best_columns(scores, names, k)
        found.ids[row, : len(columns)] = names[columns]
        found.similarities[row, : len(columns)] = scores[columns]
    return found


def nobody(queries: int, k: int) -> Neighbours:
    """Return the answer in which nothing was found."""
    return Neighbours(
        ids=np.full((queries, k), NOBODY, dtype=np.int64),
        similarities=np.full((queries, k), -np.inf, dtype=np.float32),
    )


def merged(parts: Sequence[Neighbours], *, k: int) -> Neighbours:
    """Return the k best of several answers to the same queries; an id must not be in two of them."""
    together = best_of(
        np.concatenate([part.similarities for part in parts], axis=1),
        np.concatenate([part.ids for part in parts], axis=1),
        k=k,
    )
    missing = tuple(name for part in parts for name in part.missing)
    return Neighbours(ids=together.ids, similarities=together.similarities, missing=missing)


def _best_columns(scores: Floats, names: Ids, k: int) -> Ids:
    if k < len(scores):
        least = scores[np.argpartition(scores, -k)[-k]]
        columns = np.flatnonzero(scores >= least)
    else:
        columns = np.arange(len(scores))
    columns = columns[scores[columns] > -np.inf]
    order = np.lexsort((names[columns], -scores[columns]))[:k]
    best: Ids = columns[order]
    return best
