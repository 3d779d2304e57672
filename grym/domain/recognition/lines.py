"""Recognising a tune by its leading line: turns of four notes, in any key and at any tempo.

A turn is three intervals and how the notes' distances grow or shrink, coarsely: nothing of key, tempo, instruments or
accompaniment is left. Turns that two lines share vote for a transposition and then for a tempo and a place; a tune
that is played alone is found so in the ensemble it was learned from.

`recognising` does not look for lines: led by them alone, its peaks and pitches were no surer (ADR 0027).

References
----------
Downie and Nelson, "Evaluation of a simple and effective music information retrieval method", SIGIR 2000: n-grams of
intervals. Wang, "An Industrial-Strength Audio Search Algorithm", ISMIR 2003: votes for one offset.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grym.domain.recognition.imprint import Landmarks, Melody
from grym.domain.recognition.spectrum import FRAME_RATE_HZ

INTERVALS = 3
WIDEST = 13
"""Semitones; wider leaps count as this."""

INTERVAL_BITS = 5
GROWTHS = 5
"""A distance between notes is at most a quarter, half, as long, twice or four times the last."""

LINE = np.uint32(1 << 31)
"""Marks hashes of turns, so that libraries can keep them beside those of peaks, which never reach so high."""

TEMPI = np.geomspace(0.7, 1.4, 29)
PLACE_S = 0.5
"""How far apart two places may be that turns vote for: notes begin within a tenth of a second, tempi 2.5 % apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMatch:
    """How a line lies upon another.

    Parameters
    ----------
    turns
        Turns of the sound that lie there.
    share
        Of all its turns.
    offset_s
        Where the sound begins within the pattern.
    semitones
        How far the sound lies above the pattern.
    tempo_ratio
        The sound's tempo over the pattern's.
    """

    turns: int
    share: float
    offset_s: float
    semitones: int
    tempo_ratio: float


def line_marks(melody: Melody) -> Landmarks:
    """Return the turns of a line as landmarks, in order of time; none for fewer than four notes."""
    hashes, first = _turns(melody)
    frames = np.rint(melody.starts_s[first] * FRAME_RATE_HZ).astype(np.int32)
    return Landmarks(hashes=hashes | LINE, frames=frames)


def line_up(query: Melody, pattern: Melody) -> LineMatch | None:
    """Return where most turns of a line lie upon another in one key and at one tempo; None where none do."""
    asked, asked_first = _turns(query)
    known, known_first = _turns(pattern)
    one, other = np.nonzero(asked[:, None] == known[None, :])
    if not len(one):
        return None
    mine, theirs = asked_first[one], known_first[other]
    steps = query.pitches[mine] - pattern.pitches[theirs]
    semitones = _most_common(steps, one)
    kept = steps == semitones
    ratio, offset_s, turns = _placed(one[kept], query.starts_s[mine[kept]], pattern.starts_s[theirs[kept]])
    return LineMatch(turns=turns, share=turns / len(asked), offset_s=offset_s, semitones=semitones, tempo_ratio=ratio)


def _turns(melody: Melody) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return a hash of each turn and the place of its first note."""
    count = max(0, len(melody.pitches) - INTERVALS)
    first = np.arange(count)
    steps = np.clip(np.diff(melody.pitches), -WIDEST, WIDEST) + WIDEST
    gaps = np.maximum(np.diff(melody.starts_s.astype(np.float64)), 1e-3)
    growths = np.clip(np.rint(np.diff(np.log2(gaps))), -2, 2).astype(np.int64) + 2
    hashes = np.zeros(count, dtype=np.int64)
    for place in range(INTERVALS):
        hashes = (hashes << INTERVAL_BITS) | steps[place : place + count]
    for place in range(INTERVALS - 1):
        hashes = hashes * GROWTHS + growths[place : place + count]
    return hashes.astype(np.uint32), first


def _most_common(steps: NDArray[np.int32], turns: NDArray[np.intp]) -> int:
    """Return the transposition for which most turns speak, the smaller one of equals."""
    choices = np.unique(steps)
    votes = [len(np.unique(turns[steps == choice])) for choice in choices]
    return int(min(zip(choices, votes, strict=True), key=lambda pair: (-pair[1], abs(int(pair[0]))))[0])


def _placed(
    turns: NDArray[np.intp], asked_s: NDArray[np.float32], known_s: NDArray[np.float32]
) -> tuple[float, float, int]:
    """Return the tempo ratio and the offset at which most turns lie, and how many do."""
    offsets = known_s - TEMPI[:, None] * asked_s
    near = np.abs(offsets[:, :, None] - offsets[:, None, :]) <= PLACE_S / 2
    # A turn counts once, however often it returns in the pattern.
    distinct = np.unique(turns)
    counts = np.stack([near[:, :, turns == turn].any(axis=2) for turn in distinct]).sum(axis=0)
    # Of the tempi at which as many lie, the one at which they lie closest together.
    scatter = np.where(near, np.abs(offsets[:, :, None] - offsets[:, None, :]), 0.0).sum(axis=2)
    best, centre = np.unravel_index(int(np.lexsort((scatter.ravel(), -counts.ravel()))[0]), counts.shape)
    offset_s = float(np.median(offsets[best][near[best, centre]]))
    return float(TEMPI[best]), offset_s, int(counts[best, centre])
