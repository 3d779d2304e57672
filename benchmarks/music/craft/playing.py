"""Playable: the range of each instrument, the span of a hand, the length of a breath.

Ranges are those of professional players, sounding (Adler 2002, "The Study of Orchestration"; Piston 1955); the ranges
that grym composes with are narrower and its own.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from benchmarks.music.measures.shares import share
from benchmarks.music.pieces import NEAR, Note

RANGES: dict[int, tuple[int, int]] = {
    **dict.fromkeys((0, 1, 2, 3), (21, 108)),
    **dict.fromkeys((4, 5), (28, 103)),
    6: (29, 89),
    8: (60, 108),
    9: (79, 108),
    11: (53, 89),
    12: (45, 96),
    **dict.fromkeys((16, 17, 18, 19, 20), (24, 96)),
    21: (53, 96),
    22: (55, 96),
    **dict.fromkeys((24, 25, 26), (40, 84)),
    **dict.fromkeys((27, 28, 29, 30), (40, 88)),
    32: (28, 67),
    **dict.fromkeys((33, 34, 35, 36, 37), (28, 67)),
    40: (55, 103),
    41: (48, 91),
    42: (36, 84),
    43: (28, 67),
    46: (24, 103),
    **dict.fromkeys((44, 45, 48, 49), (28, 103)),
    **dict.fromkeys((52, 53, 54), (40, 84)),
    56: (52, 86),
    57: (40, 77),
    58: (26, 65),
    60: (34, 77),
    61: (34, 86),
    64: (56, 88),
    65: (49, 81),
    66: (44, 76),
    67: (36, 69),
    68: (58, 91),
    70: (34, 75),
    71: (50, 94),
    72: (74, 108),
    73: (59, 98),
    74: (60, 93),
    78: (62, 91),
    105: (48, 88),
}
"""Lowest and highest pitch by General MIDI program; synthesisers have none."""

KEYBOARDS = frozenset(range(9)) | frozenset(range(16, 21))
WINDS = frozenset(range(56, 80)) | frozenset({22})

HAND = 16
"""A tenth: what pianists ask of a hand without rolling."""

FINGERS = 5
BREATH_S = 15.0
"""Longest passage without a breath: half of what a trained singer holds a tone, at moderate loudness."""

REST_S, LONG_S = 0.12, 0.9
"""A rest in which one can breathe, and a note long enough to be left a little early."""


def in_range(notes: Iterable[Note], program: int) -> list[bool]:
    """Return for every note whether its instrument has it; nothing for instruments without a range."""
    if program not in RANGES:
        return []
    low, high = RANGES[program]
    return [low <= note.pitch <= high for note in notes]


def hands(notes: Sequence[Note]) -> list[bool]:
    """Return for every onset of a keyboard whether two hands can hold what is written there, notes held included."""
    ranked = sorted(notes, key=lambda n: n.start)
    held: list[Note] = []
    found = []
    for at, note in enumerate(ranked):
        held = [one for one in held if one.end > note.start + NEAR] + [note]
        if at + 1 == len(ranked) or ranked[at + 1].start > note.start + NEAR:
            found.append(_fits_two_hands(sorted({one.pitch for one in held})))
    return found


def _fits_two_hands(pitches: Sequence[int]) -> bool:
    """Return whether pitches fall into a lower and an upper handful somewhere."""
    return any(_fits(pitches[:at]) and _fits(pitches[at:]) for at in range(len(pitches) + 1))


def _fits(pitches: Sequence[int]) -> bool:
    return len(pitches) <= FINGERS and (not pitches or pitches[-1] - pitches[0] <= HAND)


def longest_breath_s(notes: Sequence[Note], quarter_s: float) -> float:
    """Return the longest passage of a line without a place to breathe, in seconds."""
    if not notes:
        return 0.0
    longest, since = 0.0, notes[0].start
    for before, after in pairwise(notes):
        rests = (after.start - before.end) * quarter_s >= REST_S - NEAR
        if rests or before.length * quarter_s >= LONG_S:
            longest, since = max(longest, before.end - since), after.start
    return max(longest, notes[-1].end - since) * quarter_s


def share_in_range(parts: Iterable[tuple[Sequence[Note], int]]) -> float:
    """Return the share of notes of all parts that lie in the ranges of their instruments."""
    return share(flag for notes, program in parts for flag in in_range(notes, program))
