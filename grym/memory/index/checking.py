"""What an index takes in: rows of finite numbers that are not all zero, under ids that are whole numbers.

Whatever layout and number type arrives leaves as contiguous float32 and int64, since that is all that indexes read.
"""

import numpy as np
from numpy.typing import NDArray

from grym.errors import InvalidVectorError

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]

NOBODY = -1
"""The id that stands for no vector in an answer, and may therefore name none."""


def checked_vectors(vectors: NDArray[np.generic], *, dim: int) -> Floats:
    """Return vectors that an index can keep, shape (vectors, dim).

    Raises
    ------
    InvalidVectorError
        ``vector.type``, ``vector.dimension``, ``vector.not_finite``, ``vector.zero``.
    """
    rows = checked_queries(vectors, dim=dim)
    empty = np.flatnonzero(~rows.any(axis=1))
    if len(empty):
        raise InvalidVectorError(
            f"vector {empty[0]} of {len(rows)} is all zeros",
            code="vector.zero",
            hint="Leave out what has no direction, such as silence.",
            details={"first": int(empty[0]), "how_many": len(empty)},
        )
    return rows


def checked_queries(queries: NDArray[np.generic], *, dim: int) -> Floats:
    """Return vectors that can be asked for, shape (queries, dim); one of zeros is near to nothing.

    Raises
    ------
    InvalidVectorError
        ``vector.type``, ``vector.dimension``, ``vector.not_finite``.
    """
    given = np.asarray(queries)
    if given.dtype.kind not in "fiu":
        raise InvalidVectorError(f"vectors of type {given.dtype} are no real numbers", code="vector.type")
    if given.ndim != 2 or given.shape[1] != dim:  # noqa: PLR2004 - rows and columns
        raise InvalidVectorError(
            f"vectors have shape {given.shape}, not (any, {dim})",
            code="vector.dimension",
            hint=f"Give rows of {dim} values, as the extractor of this index makes them.",
            details={"dim": dim},
        )
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite and is refused below
        rows: Floats = np.ascontiguousarray(given, dtype=np.float32)
    strange = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    if len(strange):
        raise InvalidVectorError(
            f"vector {strange[0]} of {len(rows)} holds values that are no numbers",
            code="vector.not_finite",
            details={"first": int(strange[0]), "how_many": len(strange)},
        )
    return rows


def checked_ids(ids: NDArray[np.generic]) -> Ids:
    """Return ids that can name vectors, shape (ids,).

    Raises
    ------
    InvalidVectorError
        ``vector.ids`` where they are no whole numbers, name one vector twice, or hold −1.
    """
    given = np.asarray(ids)
    if given.ndim != 1 or (given.dtype.kind not in "iu" and len(given)):
        raise InvalidVectorError(
            f"ids of type {given.dtype} and shape {given.shape} are no list of whole numbers", code="vector.ids"
        )
    if given.dtype.kind == "u" and len(given) and given.max() > np.iinfo(np.int64).max:
        raise InvalidVectorError(f"id {given.max()} is too large", code="vector.ids", hint="Ids have 63 bits.")
    numbers: Ids = np.ascontiguousarray(given, dtype=np.int64)
    if (numbers == NOBODY).any():
        raise InvalidVectorError(
            "id −1 stands for no vector", code="vector.ids", hint="Use any other whole number, negative ones included."
        )
    if len(np.unique(numbers)) < len(numbers):
        raise InvalidVectorError("an id is named twice", code="vector.ids", hint="Give each vector an id of its own.")
    return numbers


def checked_pairs(ids: NDArray[np.generic], vectors: NDArray[np.generic], *, dim: int) -> tuple[Ids, Floats]:
    """Return ids and vectors that belong together.

    Raises
    ------
    InvalidVectorError
        As `checked_ids` and `checked_vectors`; ``vector.ids`` where there are more of one than of the other.
    """
    numbers, rows = checked_ids(ids), checked_vectors(vectors, dim=dim)
    if len(numbers) != len(rows):
        raise InvalidVectorError(f"there are {len(numbers)} ids for {len(rows)} vectors", code="vector.ids")
    return numbers, rows


def checked_k(k: int) -> int:
    """Return how many neighbours are wanted.

    Raises
    ------
    InvalidVectorError
        ``vector.k`` where that is less than one.
    """
    if k < 1:
        raise InvalidVectorError(f"{k} neighbours cannot be asked for", code="vector.k", hint="Ask for one or more.")
    return k
