"""Recognising a sound by its feature windows: exact nearest windows, then a vote on where it lies.

Windows are rows of unit length at even spacing. Every window of the query votes for the offset at which it would lie
in a remembered piece; the offset with the highest mean similarity wins. Similarity becomes confidence by a fixed
calibration against strangers (see `CALIBRATION`), so a piece that merely resembles another stays unknown.

References: exact cosine search over all windows; offset voting after Wang (2003), "An industrial-strength audio
search algorithm", section 2.3, on dense windows in place of landmarks.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Windows = NDArray[np.float32]

MIN_OVERLAP = 2  # one window alone agrees with something by chance too often
KNOWN_CONFIDENCE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Mean similarity of strangers (confidence 0) and of the same recording (confidence 1)."""

    stranger: float
    same: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """How well a query lies on a piece: mean cosine similarity, offset in windows, and how many windows agreed."""

    similarity: float
    offset_windows: int
    overlap: int


def align(query: Windows, piece: Windows) -> Alignment | None:
    """Find the best offset of the shorter sound within the longer one.

    Parameters
    ----------
    query, piece
        Shape (windows, dim), rows of unit length, evenly spaced.

    Returns
    -------
    Alignment or None
        `offset_windows` is where the query's start lies in the piece (negative when the query begins before it);
        None when either has no window or the dimensions differ.
    """
    if not len(query) or not len(piece) or query.shape[1] != piece.shape[1]:
        return None
    similarities = query @ piece.T
    least = min(MIN_OVERLAP, len(query), len(piece))
    wanted = max(least, min(len(query), len(piece)) // 2)
    offsets = range(wanted - len(query), len(piece) - wanted + 1)
    best = max(
        offsets, key=lambda offset: float(np.trace(similarities, offset=offset)) / _overlap(similarities, offset)
    )
    overlap = _overlap(similarities, best)
    return Alignment(
        similarity=float(np.trace(similarities, offset=best)) / overlap, offset_windows=best, overlap=overlap
    )


def _overlap(similarities: Windows, offset: int) -> int:
    return len(np.diagonal(similarities, offset=offset))


def confidence(similarity: float, calibration: Calibration) -> float:
    """Return 0–1: where a similarity lies between strangers and the same recording."""
    share = (similarity - calibration.stranger) / (calibration.same - calibration.stranger)
    return float(np.clip(share, 0.0, 1.0))
