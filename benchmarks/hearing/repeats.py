"""Sections by repeat signs: a passage that is played again is the same section again."""

from collections.abc import Sequence
from itertools import pairwise
from string import ascii_uppercase

from benchmarks.hearing.scores import Bar, Span

SHORTEST_BARS = 2
"""Shorter passages are endings or pickups and belong to what they end or begin."""


def sections_of(bars: Sequence[Bar]) -> list[Span]:
    """Return the sections of a movement with its repeats played, labelled A, B, … in order of appearance.

    Wherever the count of bars jumps back, a passage ends and another begins; every passage is cut wherever any other
    begins or ends. A jump ahead leaves out a first ending; the second one, a bar, ends the passage. Without a jump
    there is one section.
    """
    edges = [0, *(place for place in range(1, len(bars)) if bars[place].number < bars[place - 1].number), len(bars)]
    cuts = {bars[place].number for place in edges[:-1]} | {bars[place - 1].number + 1 for place in edges[1:]}
    inner = {place + _is_second_ending(bars, place) for place, bar in enumerate(bars) if bar.number in cuts}
    kept = [0]
    for border in sorted(inner | set(edges[1:-1])):
        if border - kept[-1] >= SHORTEST_BARS and len(bars) - border >= SHORTEST_BARS:
            kept.append(border)
    letters: dict[int, str] = {}
    spans = []
    for first, after in pairwise([*kept, len(bars)]):
        # A pickup bar may or may not be part of a repeat: what is named is the first full bar.
        label = letters.setdefault(bars[first].number or 1, ascii_uppercase[len(letters) % len(ascii_uppercase)])
        spans.append(Span(start=bars[first].start, end=bars[after - 1].start + bars[after - 1].length, label=label))
    return spans


def _is_second_ending(bars: Sequence[Bar], place: int) -> bool:
    """Return whether the count jumps ahead to a bar."""
    return place > 0 and bars[place].number > bars[place - 1].number + 1
