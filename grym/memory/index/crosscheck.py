"""A second opinion: the same questions to an index, as exact as it can be, and to what shares no code with it."""

from dataclasses import dataclass

import numpy as np

from grym.memory.index.layered import LayeredIndex
from grym.ports.index import ExactSearch

QUESTIONS = 50
NEAREST = 10
ROUNDING = 1e-3
"""Similarities of one pair differ by less than this, in half or single precision, whoever computes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What came of it.

    Parameters
    ----------
    asked, agreed
        Neighbours that were looked for, and those both named; of equally near ones either may be named.
    """

    asked: int
    agreed: int

    @property
    def is_complete(self) -> bool:
        """Whether both said the same."""
        return self.asked == self.agreed


async def crosscheck(index: LayeredIndex, other: ExactSearch) -> Agreement:
    """Ask both for the nearest of vectors that are in the index, evenly spread.

    Raises
    ------
    AdapterError
        As the other.
    """
    layers = index.layers
    ids, vectors = layers.everything()
    if len(ids) == 0:
        return Agreement(asked=0, agreed=0)
    queries = vectors[np.unique(np.linspace(0, len(ids) - 1, QUESTIONS).astype(np.int64))]
    k = min(NEAREST, len(ids))
    ours = layers.nearest(queries, k=k, effort=index.efforts[-1])
    theirs = await other.nearest(ids, vectors, queries, k=k)
    near = np.abs(ours.similarities - theirs.similarities) <= ROUNDING
    edge = theirs.similarities[:, [-1]] + ROUNDING  # here either of two equals may have been left out
    named = np.stack([np.isin(mine, other_ids) for mine, other_ids in zip(ours.ids, theirs.ids, strict=True)])
    return Agreement(asked=near.size, agreed=int(np.count_nonzero(near & (named | (ours.similarities <= edge)))))
