"""What a pattern is: one rhythm as text, and how it fills a bar of any metre.

Every character is one sixteenth. Common to all: ``.`` goes on with what sounds, ``,`` is silence.
Chord patterns: a digit is a voice of the chord counted from below, ``*`` all of them, ``b`` the bass note an octave
below, ``f`` the fifth of the chord down there, ``O`` and ``F`` the same in octaves, ``B`` bass note and all voices.
Bass patterns: ``R`` root, ``5`` fifth, ``3`` third, ``6`` sixth, ``8`` octave, ``n`` the root of the next chord,
``a`` a step into it, ``w`` a walking tone. Drum patterns: ``x`` a stroke, ``X`` an accent, ``o`` a ghost.

A bar is put together from its groups (`metrics.bar_groups`): a cell per group length, one for the first group and one
for the others. `bars` overrides it for bars of a length, `metres` for one metre; both may alternate from bar to bar.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from grym.domain.composing.metrics import bar_groups, bar_steps
from grym.domain.composing.score import Metre

Cells = Mapping[int, tuple[str, str]]

CHORD_TOKENS, BASS_TOKENS, DRUM_TOKENS = frozenset("0123456789*bfOFB.,"), frozenset("R5368naw*.,"), frozenset("xXo.,")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One rhythm on the grid.

    Parameters
    ----------
    cells
        Group length in sixteenths (4, 6, 8, 12) to the text for the first group and for the others.
    bars
        Bar length in sixteenths to the bars that alternate.
    metres
        The same by metre (``3/4``), before `bars`. A pattern without cells plays the first of them in other metres
        too, cut or repeated to the length of the bar.
    ring
        Notes sound on until the chord changes.
    short
        Share of the written length that is played, 0–1.
    """

    cells: Cells = field(default_factory=dict)
    bars: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    metres: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ring: bool = False
    short: float = 1.0


def bar_text(pattern: Pattern, metre: Metre, bar: int) -> str:
    """Return the text of one bar of a pattern: one character for each sixteenth."""
    whole = pattern.metres.get(str(metre)) or pattern.bars.get(bar_steps(metre))
    if whole:
        return whole[bar % len(whole)]
    if not pattern.cells:
        return _borrowed(pattern, bar_steps(metre), bar)
    return "".join(_cell(pattern.cells, length, first=at == 0) for at, length in enumerate(bar_groups(metre)))


def _borrowed(pattern: Pattern, steps: int, bar: int) -> str:
    """Return a bar made of one that was written for another metre."""
    texts = next(iter((*pattern.metres.values(), *pattern.bars.values())), (".",))
    text = texts[bar % len(texts)]
    return (text * (steps // len(text) + 1))[:steps]


def _cell(cells: Cells, length: int, *, first: bool) -> str:
    """Return the cell of a group, cut from a longer one or joined from shorter ones where the table has none."""
    if length in cells:
        return cells[length][0 if first else 1]
    if length == 4:
        return cells[8][0 if first else 1][:4]
    if length == 12:
        return _cell(cells, 8, first=first) + cells[8][1][-4:]
    return _cell(cells, 8, first=first)[:length]


def everywhere(eight: str, six: str, twelve: str | None = None) -> Cells:
    """Make cells whose first group is like the others."""
    cells = {8: (eight, eight), 6: (six, six)}
    return cells if twelve is None else {**cells, 12: (twelve, twelve)}
