"""How like a melody is to the one it was made after: turns of intervals they share, and the longest stretch in common.

Transposition does not matter, since intervals are compared; rhythm does not either, so that a copy in other lengths
is still a copy.

References
----------
Downie 1999, "Evaluating a Simple Approach to Music Information Retrieval" (n-grams of intervals); Yin, Reuben,
Stepney and Collins 2021, "A Good Algorithm Does Not Steal – It Imitates: The Originality Report" (originality as
shared n-grams).
"""

from collections.abc import Sequence
from itertools import pairwise

from grym.domain.composing.score import Note

TURN = 5
"""Intervals that are compared at once: six notes, the beginning of a theme that listeners name."""
LIKENESS_LIMIT = 0.3
"""Share of a melody's turns that it may have from its source; pieces of one style that know nothing of each other
share up to about this much."""


def intervals_of(tune: Sequence[Note]) -> tuple[int, ...]:
    """Return the semitones from each note of a line to the next."""
    return tuple(b.midi_pitch - a.midi_pitch for a, b in pairwise(tune))


def likeness(tune: Sequence[Note], source: Sequence[Note]) -> float:
    """Return the share of a tune's turns of `TURN` intervals that its source has too, 0 to 1."""
    own, given = _turns(intervals_of(tune)), set(_turns(intervals_of(source)))
    return sum(turn in given for turn in own) / len(own) if own else 0.0


def longest_run(tune: Sequence[Note], source: Sequence[Note]) -> int:
    """Return the most notes in a row that both have, transposition aside; 0 where no interval is shared."""
    own, given = intervals_of(tune), intervals_of(source)
    best, row = 0, [0] * (len(given) + 1)
    for interval in own:
        fresh = [0] * (len(given) + 1)
        for at, other in enumerate(given, 1):
            if interval == other:
                fresh[at] = row[at - 1] + 1
        best, row = max(best, *fresh), fresh
    return best + 1 if best else 0


def _turns(intervals: Sequence[int]) -> list[tuple[int, ...]]:
    return [tuple(intervals[at : at + TURN]) for at in range(len(intervals) - TURN + 1)]
