"""Recognising a sound by its feature windows: exact nearest windows, then a vote on where it lies.

Windows are rows of unit length at even spacing. Every window of the query votes for the offset at which it would lie
in a remembered piece; the offset with the highest mean similarity wins. There two things are compared: the windows
themselves (key, timbre, rhythm) and how they differ from the piece's own mean (what changes from bar to bar). Two
pieces in one key for the same instruments agree in the first and not in the second, so both count alike. Agreement
becomes confidence by a calibration against strangers, so a piece that merely resembles another stays unknown.

References: exact cosine search over all windows; offset voting after Wang (2003), "An industrial-strength audio
search algorithm", section 2.3, on dense windows in place of landmarks.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Windows = NDArray[np.float32]

MIN_OVERLAP = 2  # one window alone agrees with something by chance too often
KNOWN_CONFIDENCE = 0.5
SMALLEST_LENGTH = 1e-4  # far above float32 rounding of unit rows, far below any audible difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Agreement of strangers (confidence 0) and of the same recording (confidence 1)."""

    stranger: float
    same: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """How well a query lies on a piece.

    Parameters
    ----------
    agreement
        −1 to 1; 1 only for the same windows.
    offset_windows
        Where the query's start lies in the piece; negative when the query begins before it.
    overlap
        How many windows were compared.
    """

    agreement: float
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
        None when either has no window or the dimensions differ.
    """
    if not len(query) or not len(piece) or query.shape[1] != piece.shape[1]:
        return None
    similarities = query @ piece.T
    least = min(MIN_OVERLAP, len(query), len(piece))
    wanted = max(least, min(len(query), len(piece)) // 2)
    offsets = range(wanted - len(query), len(piece) - wanted + 1)
    best = offsets[int(np.argmax([float(np.diagonal(similarities, offset=offset).mean()) for offset in offsets]))]
    first, last = max(0, -best), min(len(query), len(piece) - best)
    heard, known = query[first:last], piece[first + best : last + best]
    mean = piece.mean(axis=0)
    agreement = (_likeness(heard, known) + _likeness(_unit(heard - mean), _unit(known - mean))) / 2
    return Alignment(agreement=agreement, offset_windows=best, overlap=len(heard))


def _likeness(one: Windows, other: Windows) -> float:
    return float((one * other).sum(axis=1).mean())


def _unit(rows: Windows) -> Windows:
    """Return rows of length 1; a row that does not differ from the mean stays 0 and agrees with nothing."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Windows = np.where(lengths > SMALLEST_LENGTH, rows / np.maximum(lengths, SMALLEST_LENGTH), 0.0)
    return scaled


def confidence(agreement: float, calibration: Calibration) -> float:
    """Return 0–1: where an agreement lies between strangers and the same recording."""
    share = (agreement - calibration.stranger) / (calibration.same - calibration.stranger)
    return float(np.clip(share, 0.0, 1.0))
