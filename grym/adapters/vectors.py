"""Between bytes and vectors; numpy is loaded with the first vector, since most processes never touch one."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def vectors_of(payload: bytes, *, dim: int) -> "NDArray[np.float32]":
    """Return float32 little-endian bytes as rows of `dim` values; no rows where there are none."""
    import numpy as np  # noqa: PLC0415 (see above)

    return np.frombuffer(payload, dtype="<f4").astype(np.float32).reshape(-1, max(1, dim))
