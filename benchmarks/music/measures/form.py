"""Form measures: likeness of phrases and sections, where phrases end and how regularly."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from benchmarks.music.measures.bars import bars_of
from benchmarks.music.measures.keys import histogram, key_of
from benchmarks.music.measures.shares import mean, share
from benchmarks.music.pieces import NEAR, Note, Window

PHRASE_BARS = 4
STABLE = {0, 4, 3, 7}
LONG = 1.75
"""A note this many times the mean ends a phrase: a half note among quarters, a quarter among eighths."""


def form(window: Window) -> dict[str, float]:
    """Return the form measures of a window; of fewer than six notes none."""
    line = window.melody
    if len(line) < 6:
        return {}
    bars = bars_of(window)
    return _phrases(bars.pitch, bars.rhythm) | _halves(line, window) | _cadences(line, window)


def _phrases(pitch: NDArray[np.float64], rhythm: NDArray[np.float64]) -> dict[str, float]:
    """Return how alike four-bar phrases are, bar by bar."""
    count = len(pitch) // PHRASE_BARS
    of = {pair: _aligned(pitch, *pair) for pair in combinations(range(count), 2)}
    beats = {pair: _aligned(rhythm, *pair) for pair in combinations(range(count), 2)}
    return {
        "phrases alike in pitch": mean(of.values()),
        "most alike in pitch": max(of.values()),
        "phrases alike in rhythm": mean(beats.values()),
        "most alike in rhythm": max(beats.values()),
        "least alike in rhythm": min(beats.values()),
        "neighbours alike in pitch": mean(of[at, at + 1] for at in range(count - 1)),
        "last like the first": of[0, count - 1],
        "halves alike": mean(of[at, at + count // 2] for at in range(count // 2)),
    }


def _aligned(similarity: NDArray[np.float64], first: int, second: int) -> float:
    """Return the mean likeness of the bars of two phrases, each with its counterpart."""
    return mean(float(similarity[first * PHRASE_BARS + at, second * PHRASE_BARS + at]) for at in range(PHRASE_BARS))


def _halves(line: Sequence[Note], window: Window) -> dict[str, float]:
    """Return contrast between the halves, in density and register."""
    middle = window.length / 2
    first, second = [n for n in line if n.start < middle - NEAR], [n for n in line if n.start >= middle - NEAR]
    return {
        "second half denser": float(np.log2((len(second) + 1) / (len(first) + 1))),
        "second half higher": mean(n.pitch for n in second) - mean(n.pitch for n in first) if first and second else 0.0,
    }


def _cadences(line: Sequence[Note], window: Window) -> dict[str, float]:
    """Return how phrases end: long notes at ends of phrases and elsewhere, their regularity, the tones they rest on."""
    usual = window.length / len(line)
    rests = [window.length if at + 1 == len(line) else line[at + 1].start for at in range(len(line))]
    ends = [n for n, rest in zip(line, rests, strict=True) if rest - n.start >= LONG * usual]
    places = [int(n.start / window.bar + NEAR) for n in ends]
    tonic = key_of(histogram(window.notes))[0]
    last = [_last(line, (at + 1) * PHRASE_BARS * window.bar) for at in range(window.bars // PHRASE_BARS)]
    degrees = [(n.pitch - tonic) % 12 for n in last if n is not None]
    gaps = np.diff([*dict.fromkeys(places)])
    return {
        "long notes a bar": len(ends) / window.bars,
        "long notes at ends of phrases": share(place % PHRASE_BARS == PHRASE_BARS - 1 for place in places),
        "phrases that end long": share(
            any(p == at for p in places) for at in range(PHRASE_BARS - 1, window.bars, PHRASE_BARS)
        ),
        "bars between long notes": mean(map(float, gaps)),
        "spread of bars between": float(np.std(gaps)) if len(gaps) else 0.0,
        "phrases end on the tonic": share(degree == 0 for degree in degrees),
        "phrases end in the tonic chord": share(degree in STABLE for degree in degrees),
        "ends on the tonic": float(bool(degrees) and degrees[-1] == 0),
        "value of the last note": (window.length - line[-1].start) / usual,
    }


def _last(line: Sequence[Note], before: float) -> Note | None:
    """Return the last note that begins before a position."""
    found = [n for n in line if n.start < before - NEAR]
    return found[-1] if found else None
