"""Harmonic rhythm: where the chords of a phrase begin.

Styles give the usual pace; chords come faster before a close (Swain 2002, "Harmonic Rhythm", ch. 3) and a final close
has its whole bar. Spans are (start, length) in sixteenths from the start of the phrase.
"""

import itertools

from grym.domain.composing.form import Closing
from grym.domain.composing.metrics import bar_groups, bar_steps, beat_steps
from grym.domain.composing.score import Metre
from grym.domain.composing.styles import Style

Span = tuple[int, int]


def phrase_spans(bars: int, closing: Closing, metre: Metre, style: Style) -> list[Span]:
    """Lay the chord rhythm of a phrase.

    A close gets its whole last bar, a phrase of one bar has two chords, and classical phrases of four bars and more
    divide the bar before the last.
    """
    steps = bar_steps(metre)
    if style.chords_per_bar < 1 and bars > 2:
        return _two_bars_each(bars, closing, steps)
    spans: list[Span] = []
    for bar in range(bars):
        closes = bar == bars - 1 and closing == "final" and bars > 1
        quick = style.dialect == "classical" and bars >= 4 and bar == bars - 2
        cuts = [0] if closes else _cuts(metre, style, divided=bars == 1 or quick)
        edges = [bar * steps + cut for cut in cuts] + [(bar + 1) * steps]
        spans += [(a, b - a) for a, b in itertools.pairwise(edges)]
    return spans


def _two_bars_each(bars: int, closing: Closing, steps: int) -> list[Span]:
    """Give every chord two bars; the final one its own."""
    pairs = [(at * steps, min(2, bars - at) * steps) for at in range(0, bars, 2)]
    if closing == "final" and pairs[-1][1] > steps:
        start, length = pairs.pop()
        pairs += [(start, steps), (start + steps, length - steps)]
    return pairs


def _cuts(metre: Metre, style: Style, *, divided: bool) -> list[int]:
    """Return where in a bar chords begin."""
    steps = bar_steps(metre)
    if style.chords_per_bar >= 4:
        return list(range(0, steps, beat_steps(metre)))
    cut = half_bar(metre)
    return [0, cut] if (divided or style.chords_per_bar >= 2) and 0 < cut < steps else [0]


def half_bar(metre: Metre) -> int:
    """Return where a bar divides in two, in sixteenths: at a group, or after two thirds of a bar of three."""
    groups = bar_groups(metre)
    if len(groups) > 1:
        return sum(groups[: (len(groups) + 1) // 2])
    return 8 if groups[0] == 12 else groups[0] // 2 if groups[0] == 8 else groups[0]


def even_spans(count: int, bars: int, metre: Metre) -> list[Span]:
    """Give every one of `count` chords its bar; a bar that is shared is divided."""
    steps = bar_steps(metre)
    if count <= bars:
        edges = [round(at * bars / count) * steps for at in range(count + 1)]
        return [(a, b - a) for a, b in itertools.pairwise(edges)]
    cut = half_bar(metre) if 0 < half_bar(metre) < steps else steps // 2
    return [(0, cut), (cut, bars * steps - cut)]
