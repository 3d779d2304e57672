"""Accompaniment patterns."""

import pytest

from grym.domain.composing.metrics import bar_steps
from grym.domain.composing.patterns import BASS, CHORDS, DRUMS, FILLS, Pattern, bar_text
from grym.domain.composing.patterns.pattern import BASS_TOKENS, CHORD_TOKENS, DRUM_TOKENS
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
            text = bar_text(pattern, metre, bar)
            assert len(text) == bar_steps(metre)
            assert set(text) <= CHORD_TOKENS | BASS_TOKENS | DRUM_TOKENS


def test_a_metre_wins_over_a_length() -> None:
    """Three quarters and six eighths are equally long and not the same."""
    pattern = Pattern(bars={12: ("a" * 12,)}, metres={"3/4": ("b" * 12,)})
    assert bar_text(pattern, Metre(beats=3, unit=4), 0) == "b" * 12
    assert bar_text(pattern, Metre(beats=6, unit=8), 0) == "a" * 12


def test_a_pattern_without_cells_borrows_its_first_bars() -> None:
    """What was written for one metre is cut or repeated for another."""
    pattern = Pattern(metres={"2/4": ("12345678",)})
    assert bar_text(pattern, Metre(beats=3, unit=4), 5) == "123456781234"
    assert bar_text(pattern, Metre(beats=2, unit=8), 0) == "1234"


def test_bars_alternate() -> None:
    """A pattern with two bars plays them in turn."""
    pattern = Pattern(cells={8: ("*.......", "*.......")}, bars={16: ("a" * 16, "b" * 16)})
    assert [bar_text(pattern, Metre(beats=4, unit=4), bar)[0] for bar in range(3)] == ["a", "b", "a"]


def test_missing_cells_are_cut_or_joined() -> None:
    """A table of halves only serves bars of three quarters and of one."""
    pattern = Pattern(cells={8: ("12345678", "abcdefgh")})
    assert bar_text(pattern, Metre(beats=3, unit=4), 0) == "12345678efgh"
    assert bar_text(pattern, Metre(beats=5, unit=4), 0) == "12345678efghabcdefgh"


def test_fills_take_two_quarters() -> None:
    """Fills are eight sixteenths long."""
    assert all(len(text) == 8 for fills in FILLS.values() for fill in fills for _, text in fill)
