"""What no embedding may be: refused by name, for a vector of zeros or of no numbers is like nothing and everything."""

from collections.abc import Mapping

import numpy as np

from grym.domain.signal import FloatArray
from grym.errors import InvalidVectorError

MOST_ZEROS = 0.2
"""Share of exact zeros that a useful vector may have; activations of trained encoders have hardly any."""
LARGEST = 1e4
"""Far beyond what normalised layers give (they stay below some hundreds): larger means that numbers overflowed."""
LEAST_LENGTH = 1e-6
"""A shorter vector has no direction."""


def checked_embedding(frames: FloatArray, *, dim: int, name: str) -> FloatArray:
    """Return frames of shape (n, dim) when they can be an embedding.

    Raises
    ------
    InvalidVectorError
        ``embedding.dimension``, ``embedding.not_finite``, ``embedding.zeros`` or ``embedding.range``.
    """
    if frames.ndim != 2 or frames.shape[0] < 1 or frames.shape[1] != dim:  # noqa: PLR2004 (axes: frames, numbers)
        raise _refusal("dimension", name, f"has shape {frames.shape} where frames of {dim} numbers were due", {})
    if not np.isfinite(frames).all():
        share = float(1.0 - np.isfinite(frames).mean())
        raise _refusal("not_finite", name, f"has {share:.1%} values that are no numbers", {"share": share})
    zeros = float((frames == 0.0).mean())
    if zeros > MOST_ZEROS or float(np.linalg.norm(frames)) < LEAST_LENGTH:
        raise _refusal("zeros", name, f"is {zeros:.0%} zeros", {"share": zeros})
    largest = float(np.abs(frames).max())
    if largest > LARGEST:
        raise _refusal("range", name, f"reaches {largest:.3g}, beyond {LARGEST:g}", {"largest": largest})
    return frames


def pooled(frames: FloatArray) -> FloatArray:
    """Return the mean of frames, shape (n, dim), as a unit vector."""
    mean = frames.mean(axis=0, dtype=np.float64)
    length = float(np.linalg.norm(mean))
    if length < LEAST_LENGTH:
        raise _refusal("zeros", "mean", "cancels out to nothing", {"length": length})
    return np.asarray(mean / length, dtype=np.float32)


def _refusal(what: str, name: str, found: str, details: Mapping[str, float]) -> InvalidVectorError:
    return InvalidVectorError(
        f"the embedding {name} {found}",
        code=f"embedding.{what}",
        hint="Check the saved model: its weights may be damaged, or too large for the number format.",
        details={"embedding": name, **details},
    )
