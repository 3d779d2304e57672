"""A row of chords as musicians say it: a loop once, with how often it comes."""

from collections.abc import Sequence

MOST_CHORDS = 8
LOOPED = 0.8
"""Chords are a loop when four in five equal those one turn before."""


def progression(names: Sequence[str]) -> str:
    """Condense chords: repeats once, a loop once with how often it comes, else the first eight.

    Examples
    --------
    >>> progression(["C", "G", "Am", "F"] * 3)
    'C G Am F ×3'
    >>> progression(["C", "C", "F"])
    'C F'
    """
    changes = [name for at, name in enumerate(names) if not at or names[at - 1] != name]
    for period in range(2, MOST_CHORDS + 1):
        again = [one == other for one, other in zip(changes, changes[period:], strict=False)]
        if len(changes) >= 2 * period and sum(again) >= LOOPED * len(again):
            return f"{' '.join(changes[:period])} ×{len(changes) // period}"
    more = f" … ({len(changes)} changes)" if len(changes) > MOST_CHORDS else ""
    return " ".join(changes[:MOST_CHORDS]) + more
