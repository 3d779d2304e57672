"""What an index refuses, and what it takes in whatever its layout."""

import numpy as np
import pytest

from grym.errors import InvalidVectorError
from grym.memory.index.checking import checked_ids, checked_k, checked_pairs, checked_queries, checked_vectors

ONES = np.ones((3, 4), dtype=np.float32)


@pytest.mark.parametrize(
    ("vectors", "code"),
    [
        (np.ones((3, 5)), "vector.dimension"),
        (np.ones(4), "vector.dimension"),
        (np.ones((1, 2, 4)), "vector.dimension"),
        (np.array([["a", "b", "c", "d"]]), "vector.type"),
        (np.ones((1, 4), dtype=complex), "vector.type"),
        (np.array([[1, 2, 3, np.nan]]), "vector.not_finite"),
        (np.array([[1, 2, 3, np.inf]]), "vector.not_finite"),
        (np.array([[1, 2, 3, 1e300]]), "vector.not_finite"),
        (np.array([[1, 2, 3, 4], [0, 0, 0, 0]]), "vector.zero"),
        (np.array([[1e-300, 0, 0, 0]]), "vector.zero"),
    ],
)
def test_vectors_that_cannot_be_kept_are_refused_by_name(vectors: np.ndarray, code: str) -> None:
    """Each fault has its own code."""
    with pytest.raises(InvalidVectorError) as refused:
        checked_vectors(vectors, dim=4)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "vectors",
    [
        ONES,
        ONES.astype(np.float16),
        ONES.astype(np.int8),
        ONES.astype(">f8"),
        np.asfortranarray(ONES),
        np.ones((6, 8), dtype=np.float32)[::2, ::2],
        np.ones((3, 8), dtype=np.float32)[::-1, ::-2],
        [[1, 1, 1, 1]] * 3,
    ],
)
def test_layout_and_type_do_not_matter(vectors: np.ndarray) -> None:
    """Half, integer, big-endian, column-wise, strided and reversed: the same rows arrive, contiguous."""
    rows = checked_vectors(vectors, dim=4)
    assert rows.dtype == np.float32
    assert rows.flags.c_contiguous
    np.testing.assert_array_equal(rows, ONES)


def test_a_query_may_be_zeros() -> None:
    """Silence may be asked about; there is nothing to find."""
    assert checked_queries(np.zeros((2, 4)), dim=4).shape == (2, 4)


@pytest.mark.parametrize(
    "ids",
    [np.array([1.0]), np.array([[1]]), np.array([3, 3]), np.array([5, -1]), np.array([2**63], dtype=np.uint64)],
)
def test_ids_that_name_nothing_are_refused(ids: np.ndarray) -> None:
    """Broken numbers, tables, twins, the one that means nobody, and one beyond 63 bits."""
    with pytest.raises(InvalidVectorError) as refused:
        checked_ids(ids)
    assert refused.value.code == "vector.ids"


def test_ids_may_be_sparse_and_negative() -> None:
    """From the smallest to the largest whole number."""
    ids = np.array([-(2**63), -7, 0, 2**63 - 1])
    assert checked_ids(ids).tolist() == ids.tolist()


def test_no_ids_are_ids() -> None:
    """An empty list, of whatever type numpy gives it."""
    assert checked_ids(np.array([])).dtype == np.int64


def test_each_vector_has_an_id() -> None:
    """Three vectors under two ids are refused."""
    with pytest.raises(InvalidVectorError) as refused:
        checked_pairs(np.array([1, 2]), ONES, dim=4)
    assert refused.value.code == "vector.ids"


def test_at_least_one_neighbour_is_asked_for() -> None:
    """None at all is no question."""
    with pytest.raises(InvalidVectorError) as refused:
        checked_k(0)
    assert refused.value.code == "vector.k"
