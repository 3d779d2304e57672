"""How much of what old vectors said of some patterns the new ones still say, before anything is replaced.

*Information kept* is the share of the variance of all pairwise similarities that the new similarities explain (squared
correlation). *Structure kept* is the share of each pattern's ten nearest that stay among its ten nearest. Neither asks
for vectors of equal dimension, and turning all vectors in space changes neither.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS = 10
LEAST_PATTERNS = 3
"""Two patterns have one similarity, which has no variance."""
INFORMATION_WEIGHT, STRUCTURE_WEIGHT = 0.6, 0.4
ACCEPTABLE = 0.7

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What new vectors keep of old ones, each 0–1.

    Parameters
    ----------
    patterns
        How many were compared.
    """

    information: float
    structure: float
    patterns: int

    @property
    def score(self) -> float:
        """Both together."""
        return INFORMATION_WEIGHT * self.information + STRUCTURE_WEIGHT * self.structure


def centre_of(vectors: FloatArray) -> FloatArray:
    """Return the mean of a pattern's vectors, shape (dim,), of unit length."""
    mean = vectors.mean(axis=0, dtype=np.float64)
    centre: FloatArray = (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)
    return centre


def kept(before: FloatArray, after: FloatArray) -> Kept | None:
    """Compare one vector a pattern, shapes (patterns, dim) and (patterns, other dim); None for too few patterns."""
    count = len(before)
    if count < LEAST_PATTERNS:
        return None
    old, new = (vectors.astype(np.float64) @ vectors.T.astype(np.float64) for vectors in (before, after))
    return Kept(information=_explained(old, new), structure=_overlap(old, new), patterns=count)


def _explained(old: NDArray[np.float64], new: NDArray[np.float64]) -> float:
    """Return the squared correlation of the similarities; 0 where they fall as the others rise."""
    pairs = np.triu_indices(len(old), k=1)
    a, b = old[pairs] - old[pairs].mean(), new[pairs] - new[pairs].mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return max(0.0, float(a @ b) / scale) ** 2 if scale > 0.0 else float(np.allclose(old, new))


def _overlap(old: NDArray[np.float64], new: NDArray[np.float64]) -> float:
    nearest = min(NEIGHBOURS, (len(old) - 1) // 2) or 1  # of few patterns, ten are nearly all
    before, after = _nearest(old, nearest), _nearest(new, nearest)
    shared = [len(set(one) & set(other)) for one, other in zip(before, after, strict=True)]
    return sum(shared) / (nearest * len(shared))


def _nearest(similarities: NDArray[np.float64], count: int) -> list[list[int]]:
    others = similarities.copy()
    np.fill_diagonal(others, -np.inf)
    found: list[list[int]] = np.argsort(-others, axis=1, kind="stable")[:, :count].tolist()
    return found
