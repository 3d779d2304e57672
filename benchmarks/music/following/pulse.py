"""Tempo and metre from the notes: where onsets lie in seconds, not what a file says about them.

**Tempo.** Onsets of a piece in an asked tempo lie on its halves and quarters of beats: the mean resultant of their
phases at that rate is high, and highest within half a percent. Tempi at a simple ratio fit the same onsets: more accent
falls on the beats of the right one than on those of slower ones, and more on each of its beats than on those of faster
ones. Of 117 movements of the reference 114 pass in their tempo, 18 also at two thirds of it.

**Metre.** Bars show in how many notes begin, how long and how low they are, and how many pitch classes are new. A metre
is there when the place in its bar explains more of these four than the place in a bar of any other length from four to
eight eighths does: the mean of the parts of variance explained, adjusted for the number of places. A metre that divides
the asked one or is a multiple of it says nothing against it, and 3/4 is not told from 6/8. Of 164 movements of the
reference 160 pass in their metre, and 1 in another.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.music.pieces import NEAR

TEMPO_TOLERANCE = 0.005
"""A quarter of what a listener can tell at best, and far above the rounding of ticks."""

LEAST_RESULTANT = 0.4
"""Onsets spread evenly reach 1/√n, less than 0.15 from fifty notes on."""

SLOWER, FASTER = (2 / 3, 3 / 4), (4 / 3, 3 / 2)
"""Tempi that share every second, third or fourth beat; halves and doubles are the same tempo written otherwise."""

TOGETHER_S = 0.02
LONGEST_S = 1.0
"""A note held longer is not more of an accent."""

LONGEST_QUARTERS = 2.0

SEARCHED = 0.08
SUBDIVISIONS = (2, 4, 6)
"""Halves, quarters and, where music swings, thirds of halves of a beat."""

BARS_EIGHTHS = (4, 5, 6, 7, 8)
LOW = 55

Events = Sequence[tuple[float, float, int]]
"""Onset, length (in seconds or beats) and MIDI pitch of every note."""


def tempo_is(notes: Events, tempo_bpm: float) -> bool:
    """Return whether notes, in seconds from the first beat, are in a tempo, to within `TEMPO_TOLERANCE`."""
    onsets_s = np.array([start for start, _, _ in notes])
    tempi = tempo_bpm * (1 + np.linspace(-SEARCHED, SEARCHED, 321))
    best = max(
        (float(found.max()), float(tempi[int(found.argmax())]))
        for part in SUBDIVISIONS
        for found in [_resultants(onsets_s, tempi * part / 60)]
    )
    exact = best[0] >= LEAST_RESULTANT and abs(best[1] / tempo_bpm - 1) <= TEMPO_TOLERANCE
    return exact and _likelier_than_others(notes, tempo_bpm)


def _likelier_than_others(notes: Events, tempo_bpm: float) -> bool:
    """Return whether a tempo explains the accents better than those at simple ratios to it."""
    own = _on_beats(notes, tempo_bpm)
    slower = [_on_beats(notes, tempo_bpm * ratio) for ratio in SLOWER]
    # Beats of faster tempi are more, so that what falls on each of them is compared.
    faster = [_on_beats(notes, tempo_bpm * ratio) / ratio for ratio in FASTER]
    return own >= max(slower) and own >= max(faster)


def _on_beats(notes: Events, tempo_bpm: float) -> float:
    """Return the accent of all notes that begin on beats: their lengths, low ones counting twice."""
    beat_s = 60 / tempo_bpm
    return sum(
        min(length, LONGEST_S) * (2.0 if pitch < LOW else 1.0)
        for start, length, pitch in notes
        if abs(start - round(start / beat_s) * beat_s) <= TOGETHER_S
    )


def _resultants(onsets_s: NDArray[np.float64], rates_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how well onsets keep each rate, 0 to 1."""
    phases = np.exp(2j * np.pi * rates_hz[:, None] * onsets_s[None, :])
    found: NDArray[np.float64] = np.abs(phases.mean(axis=1))
    return found


def metre_is(notes: Events, beats: int, unit: int) -> bool:
    """Return whether notes, in quarters from the first bar line, are in a metre."""
    marks = _marks(notes)
    asked = beats * 8 // unit
    others = [length for length in BARS_EIGHTHS if length % asked and asked % length]
    return _explained(marks, asked) >= max(_explained(marks, length) for length in others)


def _explained(marks: NDArray[np.float64], length: int) -> float:
    return float(np.mean([explained(mark, length) for mark in marks]))


def _marks(notes: Events) -> NDArray[np.float64]:
    """Return what begins at every eighth: number, greatest length and depth of notes, and new pitch classes.

    Returns
    -------
    NDArray
        Shape (4, eighths); depth in semitones below the highest note of all.
    """
    count = max(int(start * 2 + NEAR) for start, _, _ in notes) + 1
    highest = max(pitch for _, _, pitch in notes)
    marks = np.zeros((4, count))
    sounding = np.zeros((count + 1, 12), dtype=np.bool_)
    for start, length, pitch in notes:
        place = round(start * 2)
        if abs(start * 2 - place) < 0.1 and place < count:
            marks[0, place] += 1
            marks[1, place] = max(marks[1, place], min(length, LONGEST_QUARTERS))
            marks[2, place] = max(marks[2, place], highest - pitch)
        sounding[int(start * 2 + NEAR) : int(np.ceil((start + length) * 2 - NEAR)), pitch % 12] = True
    marks[3] = (sounding[:-1] & ~np.vstack([sounding[:1], sounding[:-2]])).sum(axis=1)
    return marks


def explained(accents: NDArray[np.float64], length: int) -> float:
    """Return the part of the accents' variance that the place in bars of a length explains, adjusted; at most 1."""
    count = len(accents)
    total = float(((accents - accents.mean()) ** 2).sum())
    if count <= length + 1 or total <= 0:
        return 0.0
    within = sum(float(((accents[at::length] - accents[at::length].mean()) ** 2).sum()) for at in range(length))
    return 1 - (within / (count - length)) / (total / (count - 1))
