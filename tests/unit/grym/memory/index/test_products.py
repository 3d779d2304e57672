"""Inner products in pieces."""

import numpy as np
import pytest

from grym.memory.index.products import PIECE_VALUES, products


@pytest.mark.parametrize(("count", "dim"), [(0, 8), (1, 8), (PIECE_VALUES // 64 + 3, 64), (3, 2 * PIECE_VALUES)])
def test_they_are_the_products(count: int, dim: int) -> None:
    """Fewer than a piece, more than one, and a vector larger than a piece."""
    dice = np.random.default_rng(1)
    queries, vectors = dice.normal(size=(3, dim)).astype("f4"), dice.normal(size=(count, dim)).astype("f4")
    np.testing.assert_allclose(products(queries, vectors), queries @ vectors.T, rtol=1e-3, atol=1e-2 * dim**0.5)


def test_company_changes_nothing() -> None:
    """A query gets the same bits alone as among fifty."""
    dice = np.random.default_rng(2)
    queries, vectors = dice.normal(size=(50, 96)).astype("f4"), dice.normal(size=(5_000, 96)).astype("f4")
    together = products(queries, vectors)
    for query, row in zip(queries, together, strict=True):
        assert products(query[np.newaxis], vectors)[0].tobytes() == row.tobytes()
