"""Melodic ideas of a recording: the few turns of its leading line that are worth lending to a composer.

Notes that were heard have neither beats nor bars, so the beat is found first: the length of which most notes are
simple multiples. Ideas are then runs of notes of about a bar; those that return, at any height, come first.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from grym.domain.composing.plan import Motif
from grym.domain.recognition.imprint import Melody

FASTEST_BEAT_S = 0.35
SLOWEST_BEAT_S = 0.7
"""170 and 85 beats a minute: half and double tempo look alike, so the range is one octave."""

USUAL_BEAT_S = 0.5
UNUSUAL = 0.5
"""How much fit a beat must have more that is an octave from the usual one."""

BEATS_TRIED = 81
GRID = 4
"""Lengths are sixteenths of a beat's four."""

FEWEST_NOTES = 3
MOST_NOTES = 8
LEAST_BEATS = 2.0
MOST_BEATS = 4.0
LONGEST_REST_BEATS = 2.0
"""A longer silence ends a phrase, and an idea does not go over it."""

LARGEST_LEAP = 9
"""Semitones; a tune rarely leaps further, but the line does where it slips from one voice into another."""

Turn = tuple[tuple[int, ...], tuple[float, ...]]
"""Intervals in semitones and durations in beats."""


def motifs_of(melody: Melody, *, limit: int) -> tuple[Motif, ...]:
    """Return the melodic ideas of a line, those that return most first, then in order of time.

    Parameters
    ----------
    melody
        The leading line.
    limit
        How many at most.
    """
    if len(melody.pitches) < FEWEST_NOTES:
        return ()
    beats = _beats(melody, beat_s=beat_of(melody))
    turns = [turn for start in range(len(beats)) for turn in _turns(melody.pitches, beats, start) if _moves(turn)]
    counts: dict[Turn, int] = {}
    for turn in turns:
        counts[turn] = counts.get(turn, 0) + 1
    # A turn that returns is worth its notes each time; the longer one says more.
    ranked = sorted(counts, key=lambda turn: -(counts[turn] - 1) * len(turn[1]))
    return tuple(Motif(intervals=turn[0], durations_beats=turn[1]) for turn in _distinct(ranked, limit=limit))


def beat_of(melody: Melody) -> float:
    """Return the beat of a line in seconds: of its notes' distances most are multiples of it or of its half."""
    gaps = np.diff(melody.starts_s.astype(np.float64))
    beats = np.geomspace(FASTEST_BEAT_S, SLOWEST_BEAT_S, BEATS_TRIED)
    turns = 2.0 * np.pi * gaps / beats[:, None]
    fits = (np.cos(turns) + np.cos(2.0 * turns)).mean(axis=1)
    return float(beats[int((fits - UNUSUAL * np.log2(beats / USUAL_BEAT_S) ** 2).argmax())])


def _beats(melody: Melody, *, beat_s: float) -> NDArray[np.float64]:
    """Return the length of each note up to the next in beats, in steps of a quarter."""
    ends = np.append(melody.starts_s[1:], melody.ends_s[-1]).astype(np.float64)
    quarters = np.rint((ends - melody.starts_s) / beat_s * GRID)
    beats: NDArray[np.float64] = np.maximum(quarters, 1.0) / GRID
    return beats


def _turns(pitches: NDArray[np.int32], beats: NDArray[np.float64], start: int) -> Iterator[Turn]:
    """Yield the runs of notes that begin with one note."""
    total = 0.0
    for end in range(start, min(start + MOST_NOTES, len(beats))):
        total += float(beats[end])
        if total > MOST_BEATS or beats[end] > LONGEST_REST_BEATS:
            return
        if end - start + 1 >= FEWEST_NOTES and total >= LEAST_BEATS:
            notes = [int(pitch) for pitch in pitches[start : end + 1]]
            intervals = tuple(after - before for before, after in pairwise(notes))
            yield intervals, tuple(float(beat) for beat in beats[start : end + 1])


def _moves(turn: Turn) -> bool:
    """Return whether a turn is a melody: it moves, and no leap in it is one between voices."""
    return len(set(turn[0])) > 1 and max(map(abs, turn[0])) <= LARGEST_LEAP


def _distinct(ranked: list[Turn], *, limit: int) -> list[Turn]:
    """Return the first turns of which none is mostly the same notes as another."""
    kept: list[Turn] = []
    for turn in ranked:
        if len(kept) >= limit:
            break
        if not any(_overlap(other, turn) for other in kept):
            kept.append(turn)
    return kept


def _overlap(one: Turn, other: Turn) -> bool:
    """Return whether half of the shorter turn's intervals are a stretch of the longer one's."""
    shorter, longer = sorted((one[0], other[0]), key=len)
    size = (len(shorter) + 1) // 2
    stretches = {longer[at : at + size] for at in range(len(longer) - size + 1)}
    return any(shorter[at : at + size] in stretches for at in range(len(shorter) - size + 1))
