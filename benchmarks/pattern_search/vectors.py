"""Two worlds of vectors: one in clusters, as windows of music lie, and one with hardly any structure, the hard case."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

NEIGHBOURS = 10


def unit(rows: NDArray[np.float64]) -> Floats:
    """Return rows of unit length, as exact as half precision."""
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float16).astype(np.float32)


def clustered(count: int, *, dim: int, seed: int) -> Floats:
    """Draw from clusters of power-law sizes inside 40 larger ones, spread in 16 directions, with noise.

    The clusters themselves are the same for every seed.
    """
    fixed, dice = np.random.default_rng(5), np.random.default_rng(seed)
    clusters, directions = 2_000, 16
    larger = fixed.normal(size=(40, dim))
    centres = larger[fixed.integers(0, 40, clusters)] + 0.7 * fixed.normal(size=(clusters, dim))
    spread = fixed.normal(size=(directions, dim)) / directions**0.5
    sizes = (1.0 + np.arange(clusters)) ** -0.7
    which = dice.choice(clusters, size=count, p=sizes / sizes.sum())
    return unit(
        centres[which] + 0.5 * dice.normal(size=(count, directions)) @ spread + 0.1 * dice.normal(size=(count, dim))
    )


def weak(count: int, *, dim: int, seed: int) -> Floats:
    """Draw from one 32-dimensional Gaussian, with noise: no clusters at all."""
    fixed, dice = np.random.default_rng(6), np.random.default_rng(seed)
    return unit(dice.normal(size=(count, 32)) @ fixed.normal(size=(32, dim)) + 1.0 * dice.normal(size=(count, dim)))


WORLDS = {"clustered": clustered, "weak": weak}


def truth_of(queries: Floats, vectors: Floats) -> NDArray[np.int64]:
    """Return the rows of the ten nearest of each query, by comparing all."""
    nearest = np.empty((len(queries), NEIGHBOURS), dtype=np.int64)
    for start in range(0, len(queries), 100):
        similarities = queries[start : start + 100] @ vectors.T
        nearest[start : start + 100] = np.argpartition(similarities, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS:]
    return nearest


def recall_of(found: NDArray[np.int64], truth: NDArray[np.int64]) -> float:
    """Return the share of the true neighbours that were found."""
    return float(
        np.mean([len(set(a) & set(b)) for a, b in zip(found.tolist(), truth.tolist(), strict=True)]) / truth.shape[1]
    )
