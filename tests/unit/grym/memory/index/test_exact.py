"""The tree and the comparison find the same, whatever the lengths and whatever is hidden."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grym.memory.index.exact import AllRows, TreeRows, alive_of, bits_of


@settings(deadline=None)
@given(
    count=st.integers(1, 60),
    dim=st.integers(1, 6),
    k=st.integers(1, 70),
    seed=st.integers(0, 2**20),
    hidden=st.floats(0, 1),
)
def test_the_tree_finds_what_comparing_finds(count: int, dim: int, k: int, seed: int, hidden: float) -> None:
    """Vectors of any length: the inner product decides, not the distance."""
    dice = np.random.default_rng(seed)
    vectors = (dice.normal(size=(count, dim)) * dice.uniform(0.1, 9, size=(count, 1))).astype(np.float16)
    queries = dice.normal(size=(2, dim)).astype(np.float32)
    findable = bits_of(dice.random(count) >= hidden)
    found = [
        rows.nearest_rows(queries, k=k, effort=0, findable=findable) for rows in (TreeRows(vectors), AllRows(vectors))
    ]
    products = queries @ vectors.astype(np.float32).T
    for row in range(2):
        ours, theirs = ([int(one) for one in answer.ids[row] if one >= 0] for answer in found)
        np.testing.assert_allclose(products[row, ours], products[row, theirs], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 64])
def test_bits_and_masks_are_the_same(count: int) -> None:
    """There and back."""
    alive = np.random.default_rng(count).random(count) < 0.5
    assert alive_of(bits_of(alive), count).tolist() == alive.tolist()
    assert alive_of(None, count).all()
