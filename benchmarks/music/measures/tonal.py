"""Tonal measures: which pitch classes sound, and how clearly they speak of one key."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.music.measures.keys import histogram, key_of
from benchmarks.music.measures.shares import share, weighted_entropy_bits
from benchmarks.music.pieces import Note, Window

PHRASE_BARS = 4
DIATONIC = (0, 2, 4, 5, 7, 9, 11)
HARMONIC_MINOR = (0, 2, 3, 5, 7, 8, 11)
DEGREES = {"tonic": 0, "second": 2, "fourth": 5, "dominant": 7, "leading tone": 11}


def tonal(window: Window) -> dict[str, float]:
    """Return the tonal measures of a window.

    Pitch-class entropy in bits and scale consistency weigh notes by length (Dong et al. 2020, "MusPy", section 4); key
    clarity is the correlation with the best probe-tone profile; degrees are counted from the tonic of that key.
    """
    weights = histogram(window.notes)
    tonic, _, clarity = key_of(weights)
    whole = float(weights.sum()) or 1.0
    found = {
        "pitch-class entropy": weighted_entropy_bits(list(weights)),
        "pitch classes": float(np.count_nonzero(weights)),
        "scale consistency": float((_scales() @ weights).max()) / whole,
        "key clarity": clarity,
        "phrases in other keys": _elsewhere(window),
    }
    return found | {f"share of the {name}": weights[(tonic + step) % 12] / whole for name, step in DEGREES.items()}


@cache
def _scales() -> NDArray[np.float64]:
    """Return which pitch classes belong to each major and harmonic minor scale; shape (24, 12)."""
    rows = np.zeros((24, 12))
    for row in range(24):
        for step in DIATONIC if row < 12 else HARMONIC_MINOR:
            rows[row, (row + step) % 12] = 1.0
    return rows


def _elsewhere(window: Window) -> float:
    """Return the share of four-bar phrases whose own key is not that of the window."""
    home = key_of(histogram(window.notes))[:2]
    span = PHRASE_BARS * window.bar
    phrases: list[list[Note]] = [[] for _ in range(window.bars // PHRASE_BARS)]
    for note in window.notes:
        phrases[min(int(note.start / span + 1e-9), len(phrases) - 1)].append(note)
    return share(key_of(histogram(phrase))[:2] != home for phrase in phrases if phrase)
