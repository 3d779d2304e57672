"""Parallel fifths and octaves of four voices, for each hundred chord changes.

A chord change is a step from one sonority to the next in which at least two voices move; every pair of voices that
goes from a perfect fifth, octave or unison to the same interval in one direction is one fault.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise

from benchmarks.music.measures.leading import is_parallel_perfect
from benchmarks.music.pieces import NEAR, Note


def faults(voices: Sequence[Sequence[Note]]) -> tuple[int, int]:
    """Return the number of parallels and of chord changes."""
    onsets = sorted({note.start for voice in voices for note in voice})
    sonorities = [[_at(voice, at) for voice in voices] for at in onsets]
    found = changes = 0
    for before, after in pairwise(sonorities):
        moved = [at for at, (a, b) in enumerate(zip(before, after, strict=True)) if None not in {a, b} and a != b]
        changes += len(moved) >= 2
        found += sum(_parallel(before, after, a, b) for a, b in combinations(moved, 2))
    return found, changes


def per_hundred(pieces: Iterable[Sequence[Sequence[Note]]]) -> float:
    """Return parallels per hundred chord changes over all pieces."""
    counts = [faults(voices) for voices in pieces]
    return 100 * sum(found for found, _ in counts) / max(1, sum(changes for _, changes in counts))


def _parallel(before: Sequence[int | None], after: Sequence[int | None], first: int, second: int) -> bool:
    a, b, c, d = before[first], before[second], after[first], after[second]
    return None not in {a, b, c, d} and is_parallel_perfect((a or 0, b or 0), (c or 0, d or 0))


def _at(voice: Sequence[Note], position: float) -> int | None:
    """Return the pitch of a voice that sounds at a position."""
    return next((n.pitch for n in voice if n.start <= position + NEAR < n.end), None)
