"""Sections by repeat signs: a passage that is played again is the same section again."""

from collections.abc import Sequence
from itertools import pairwise
from string import ascii_uppercase

from benchmarks.hearing.scores import Bar, Span

SHORTEST_BARS = 2
"""Shorter passages are endings or pickups and belong to what they end or begin."""


def sections_of(bars: Sequence[Bar]) -> list[Span]:
    """Return the sections of a movement with its repeats played, labelled A, B, … in order of appearance.

    Wherever the count of bars jumps, a passage ends and another begins; every passage is cut wherever any other begins
    or ends. Without a jump there is one section.
    """
    jumps = [place for place, (a, b) in enumerate(pairwise(bars), start=1) if b.number not in {a.number, a.number + 1}]
    edges = {0, len(bars)} | set(jumps)
    cuts = {bars[place].number for place in edges if place < len(bars)} | {
        bars[place - 1].number + 1 for place in jumps
    }
    borders = sorted(edges | {place for place, bar in enumerate(bars) if bar.number in cuts and place})
    kept = [borders[0]]
    for border in borders[1:-1]:
        if border - kept[-1] >= SHORTEST_BARS and borders[-1] - border >= SHORTEST_BARS:
            kept.append(border)
    kept.append(borders[-1])
    letters: dict[int, str] = {}
    spans = []
    for first, after in pairwise(kept):
        # A pickup bar may or may not be part of a repeat: what is named is the first full bar.
        named = bars[first].number or 1
        label = letters.setdefault(named, ascii_uppercase[len(letters) % len(ascii_uppercase)])
        spans.append(Span(start=bars[first].start, end=bars[after - 1].start + bars[after - 1].length, label=label))
    return spans
