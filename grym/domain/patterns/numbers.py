"""Between the bytes of the journal and vectors; numpy is loaded with the first vector, since many never touch one."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BYTES_PER_VALUE = 2
"""Vectors are kept as float16, little-endian."""


def rows_of(vectors: bytes, *, dim: int) -> "NDArray[np.float32]":
    """Return the vectors of the journal as float32 rows of `dim` values; no rows where there are none."""
    import numpy as np  # noqa: PLC0415 (see above)

    return np.frombuffer(vectors, dtype="<f2").astype(np.float32).reshape(-1, max(1, dim))


def bytes_of(rows: "NDArray[np.float32]") -> bytes:
    """Return rows as the journal keeps them."""
    return rows.astype("<f2").tobytes()
