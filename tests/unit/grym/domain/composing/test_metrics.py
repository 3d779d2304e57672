"""Metre."""

import pytest

from grym.domain.composing.metrics import bar_groups, bar_steps, beat_steps, is_compound, strength
from grym.domain.composing.score import Metre

METRES = [
    (4, 4),
    (3, 4),
    (2, 4),
    (6, 8),
    (9, 8),
    (12, 8),
    (5, 4),
    (7, 8),
    (2, 2),
    (3, 2),
    (6, 4),
    (5, 8),
    (11, 8),
    (2, 8),
]


@pytest.mark.parametrize(("beats", "unit"), METRES)
def test_groups_fill_the_bar(beats: int, unit: int) -> None:
    """The groups of every metre sum to its bar."""
    metre = Metre(beats=beats, unit=unit)
    assert sum(bar_groups(metre)) == bar_steps(metre) == 16 * beats // unit


def test_strengths_of_four_four() -> None:
    """4/4 weighs its quarters 4 2 3 2 and its off-beats less."""
    metre = Metre(beats=4, unit=4)
    assert [strength(step, metre) for step in range(0, 16, 4)] == [4, 2, 3, 2]
    assert [strength(step, metre) for step in (1, 2, 3)] == [0, 1, 0]


def test_strengths_of_six_eight() -> None:
    """6/8 has two strong dotted quarters."""
    metre = Metre(beats=6, unit=8)
    assert [strength(step, metre) for step in range(0, 12, 2)] == [4, 1, 1, 3, 1, 1]


def test_compound_metres_beat_in_dotted_quarters() -> None:
    """The pulse of 6/8 is six sixteenths, of 3/4 four."""
    assert (beat_steps(Metre(beats=6, unit=8)), beat_steps(Metre(beats=3, unit=4))) == (6, 4)
    assert is_compound(Metre(beats=9, unit=8))
    assert not is_compound(Metre(beats=7, unit=8))
