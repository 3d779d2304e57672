"""Accompaniment patterns."""

import pytest

from grym.domain.composing.metrics import bar_groups, bar_steps
from grym.domain.composing.patterns import BASS, CHORDS, DRUMS, FILLS, Pattern, bar_text
from grym.domain.composing.score import Metre

METRES = [
    Metre(beats=beats, unit=unit) for beats, unit in ((4, 4), (3, 4), (2, 4), (6, 8), (12, 8), (5, 4), (7, 8), (2, 8))
]


@pytest.mark.parametrize("metre", METRES, ids=str)
def test_every_pattern_fills_every_bar(metre: Metre) -> None:
    """Whatever the metre, a bar of a pattern has its length and only known tokens."""
    tables = [*CHORDS.values(), *BASS.values(), *(pattern for kit in DRUMS.values() for pattern in kit.values())]
    for pattern in tables:
        for bar in range(4):
            text = bar_text(pattern, bar_groups(metre), bar)
            assert len(text) == bar_steps(metre)
            assert set(text) <= set(".,*bB01234R5368awxXo")


def test_bars_alternate() -> None:
    """A pattern with two bars plays them in turn."""
    pattern = Pattern(cells={8: ("*.......", "*.......")}, bars={16: ("a" * 16, "b" * 16)})
    assert [bar_text(pattern, (8, 8), bar)[0] for bar in range(3)] == ["a", "b", "a"]


def test_missing_cells_are_cut_or_joined() -> None:
    """A table of halves only serves bars of three quarters and of one."""
    pattern = Pattern(cells={8: ("12345678", "abcdefgh")})
    assert bar_text(pattern, (12,), 0) == "12345678efgh"
    assert bar_text(pattern, (8, 4), 0) == "12345678abcd"


def test_fills_take_two_quarters() -> None:
    """Fills are eight sixteenths long."""
    assert all(len(text) == 8 for fill in FILLS for _, text in fill)
