"""The chord of every beat by template, from the notes alone; one reader for real and composed music.

A beat's pitch classes are weighed by how long they sound in it, its lowest note a little more. The template with the
highest share of that weight, less a price for tones that are missing, is the chord.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.music.pieces import NEAR, Note

QUALITIES = {
    "major": (0, 4, 7),
    "minor": (0, 3, 7),
    "diminished": (0, 3, 6),
    "augmented": (0, 4, 8),
    "dominant seventh": (0, 4, 7, 10),
    "major seventh": (0, 4, 7, 11),
    "minor seventh": (0, 3, 7, 10),
    "half-diminished": (0, 3, 6, 10),
    "diminished seventh": (0, 3, 6, 9),
    "suspended": (0, 5, 7),
}
BASS_WEIGHT = 0.3
"""Part of a beat's weight that its lowest note has more: it is the root more often than any other."""

MISSING_PRICE = 0.12
"""What a missing tone costs: a dyad shall be a triad rather than a seventh chord."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chord:
    """A chord: root and lowest pitch class, quality, share of the sounding time outside it."""

    root: int
    quality: str
    bass: int
    foreign: float

    @property
    def tones(self) -> frozenset[int]:
        """Its pitch classes."""
        return frozenset((self.root + step) % 12 for step in QUALITIES[self.quality])


@cache
def _templates() -> tuple[list[tuple[int, str]], NDArray[np.float64]]:
    """Return names and rows (chords, 12) of every chord."""
    names = [(root, quality) for quality in QUALITIES for root in range(12)]
    rows = np.zeros((len(names), 12))
    for row, (root, quality) in zip(rows, names, strict=True):
        row[[(root + step) % 12 for step in QUALITIES[quality]]] = 1.0
    return names, rows


def chords(notes: Sequence[Note], *, beat: float, count: int) -> list[Chord | None]:
    """Return the chord of every beat, None where nothing sounds.

    Parameters
    ----------
    notes
        By start.
    beat, count
        Length of a beat in quarters and their number.
    """
    weights = np.zeros((count, 12))
    lowest = np.full(count, 999)
    for note in notes:
        for at in range(int(note.start / beat + NEAR), min(count, int(np.ceil(note.end / beat - NEAR)))):
            common = min(note.end, (at + 1) * beat) - max(note.start, at * beat)
            weights[at, note.pitch % 12] += max(common, 0.0)
            lowest[at] = min(lowest[at], note.pitch)
    return [_chord(row, int(low) % 12) if row.sum() > 0 else None for row, low in zip(weights, lowest, strict=True)]


def _chord(weights: NDArray[np.float64], bass: int) -> Chord:
    names, rows = _templates()
    shares = weights / weights.sum()
    lifted = shares.copy()
    lifted[bass] += BASS_WEIGHT
    absent = rows @ (shares <= 0)
    at_root = np.array([0.05 * (root == bass) for root, _ in names])
    best = int(np.argmax(rows @ lifted - MISSING_PRICE * absent + at_root))
    root, quality = names[best]
    return Chord(root=root, quality=quality, bass=bass, foreign=float(1 - rows[best] @ shares))
