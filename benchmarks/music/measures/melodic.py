"""Melodic measures: intervals, range, direction, contour, note values, syncopation of the upper line.

Lengths are counted in beats of the written metre (a dotted quarter in 6/8), so that notation in halves or in eighths
makes no difference.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from benchmarks.music.measures.shares import entropy_bits, mean, share
from benchmarks.music.pieces import NEAR, Note, Window

STEP = 2
LEAP = 5
"""Semitones: up to a whole tone is a step, from a fourth on a leap."""

PHRASE_BARS = 4


def melodic(window: Window) -> dict[str, float]:
    """Return the melodic measures of a window; of fewer than three notes none."""
    line = window.melody
    if len(line) < 3:
        return {}
    return _intervals(line) | _course(line, window) | _values(line, window)


def _intervals(line: Sequence[Note]) -> dict[str, float]:
    """Return how the line moves from note to note."""
    moves = [b.pitch - a.pitch for a, b in pairwise(line)]
    sizes = [abs(move) for move in moves]
    going = [move for move in moves if move]
    leaps = [(a, b) for a, b in pairwise(moves) if abs(a) >= LEAP]
    return {
        "repeated notes": share(size == 0 for size in sizes),
        "semitone steps": share(size == 1 for size in sizes),
        "whole-tone steps": share(size == STEP for size in sizes),
        "thirds": share(size in {3, 4} for size in sizes),
        "fourths and fifths": share(size in {5, 6, 7} for size in sizes),
        "wider leaps": share(size > 7 for size in sizes),
        "mean interval": mean(sizes),
        "interval entropy": entropy_bits(moves),
        "rising": share(move > 0 for move in going),
        "direction changes": share(a * b < 0 for a, b in pairwise(going)),
        "leaps turned back by step": share(a * b < 0 and abs(b) <= STEP for a, b in leaps),
    }


def _course(line: Sequence[Note], window: Window) -> dict[str, float]:
    """Return range, register and contour."""
    pitches = [note.pitch for note in line]
    peak = max(range(len(line)), key=lambda at: (pitches[at], -at))
    arches = [_arch(phrase) for phrase in _phrases(line, window)]
    return {
        "range": float(max(pitches) - min(pitches)),
        "pitches": float(len(set(pitches))),
        "pitch spread": float(np.std(pitches)),
        "place of the peak": line[peak].start / window.length,
        "arch of phrases": mean(arch for arch in arches if arch is not None),
    }


def _phrases(line: Sequence[Note], window: Window) -> list[list[Note]]:
    span = PHRASE_BARS * window.bar
    found: list[list[Note]] = [[] for _ in range(window.bars // PHRASE_BARS)]
    for note in line:
        found[min(int(note.start / span + NEAR), len(found) - 1)].append(note)
    return found


def _arch(phrase: Sequence[Note]) -> float | None:
    """Return by how many semitones the middle half of a phrase lies above its first and last quarter."""
    if len(phrase) < 4:
        return None
    places = np.linspace(0, 1, len(phrase))
    pitches = np.array([note.pitch for note in phrase], dtype=float)
    inner = (places > 0.25) & (places < 0.75)
    return float(pitches[inner].mean() - pitches[~inner].mean())


def _values(line: Sequence[Note], window: Window) -> dict[str, float]:
    """Return note values: shares by length in beats, entropy, contrast, rests, syncopation."""
    gaps = [(b.start - a.start) / window.pulse for a, b in pairwise(line)]
    rests = window.length - sum(note.length for note in line)
    return {
        "notes a beat": len(line) * window.pulse / window.length,
        "shorter than half a beat": share(gap < 0.5 - 0.01 for gap in gaps),
        "half beats": share(abs(gap - 0.5) < 0.01 for gap in gaps),
        "beats": share(abs(gap - 1) < 0.01 for gap in gaps),
        "dotted": share(min(abs(gap - 1.5), abs(gap - 0.75)) < 0.01 for gap in gaps),
        "two beats and longer": share(gap >= 2 - 0.01 for gap in gaps),
        "entropy of note values": entropy_bits(round(gap * 24) for gap in gaps),
        "contrast of neighbours": _npvi(gaps),
        "rests": max(0.0, rests) / window.length,
        "onsets on beats": share(_off(note.start, window.pulse) < 0.01 for note in line),
        "beats without onset": _empty_beats(line, window),
        "syncopation": _syncopation(line, window),
    }


def _npvi(gaps: Sequence[float]) -> float:
    """Return the normalised pairwise variability index of note values (Grabe and Low 2002), 0 to 200."""
    return 100 * mean(abs(a - b) / ((a + b) / 2) for a, b in pairwise(gaps))


def _off(position: float, grid: float) -> float:
    """Return how far a position is from a grid, in parts of its width."""
    place = position / grid
    return abs(place - round(place))


def _empty_beats(line: Sequence[Note], window: Window) -> float:
    """Return the share of beats on which no note of the line begins."""
    beats = {round(note.start / window.pulse) for note in line if _off(note.start, window.pulse) < 0.01}
    return 1 - len(beats) / round(window.length / window.pulse)


def _syncopation(line: Sequence[Note], window: Window) -> float:
    """Return the share of notes that begin off the beat and sound over the next beat.

    References: Longuet-Higgins and Lee (1984), in the two levels that every metre has.
    """
    held = 0
    for note in line:
        following = (int(note.start / window.pulse + 0.01) + 1) * window.pulse
        held += _off(note.start, window.pulse) >= 0.01 and note.end > following + 0.01 * window.pulse
    return held / len(line)
