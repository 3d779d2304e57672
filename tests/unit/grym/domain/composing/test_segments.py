"""Cutting a piece for models that make so many seconds at once."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.composing.segments import FADE_S, segments_of
from grym.errors import InvariantError
from tests.support.plans import short_plan


def test_a_piece_that_fits_stays_whole() -> None:
    """One segment, from the beginning to the end."""
    (only,) = segments_of(short_plan(), seconds=8.0, longest_s=10.0, seed=1)
    assert (only.start_s, only.end_s, only.section) == (0.0, 8.0, "A")


def test_cuts_lie_on_borders_of_sections_first() -> None:
    """With room for three bars the cut lies after two, where B begins; with less, on a bar line."""
    first, second = segments_of(short_plan(), seconds=8.0, longest_s=7.0, seed=1)
    assert (first.end_s, second.start_s, second.section, second.intensity) == (4.0 + FADE_S, 4.0, "B", 0.9)
    assert [one.start_s for one in segments_of(short_plan(), seconds=8.0, longest_s=2.6, seed=1)] == [
        0.0,
        2.0,
        4.0,
        6.0,
    ]


def test_what_returns_in_the_form_has_its_chance_again() -> None:
    """The same place of a section of the same name has the same seed; another seed of the piece changes all."""
    plan = short_plan(repeats=2)
    seeds = [one.seed for one in segments_of(plan, seconds=16.0, longest_s=5.0, seed=1)]
    assert seeds[:2] == seeds[2:]
    assert seeds[0] != seeds[1]
    assert not set(seeds) & {one.seed for one in segments_of(plan, seconds=16.0, longest_s=5.0, seed=2)}


@given(bars=st.integers(2, 40), longest_s=st.floats(1.1, 60.0), repeats=st.integers(1, 4))
def test_segments_cover_the_piece(bars: int, longest_s: float, repeats: int) -> None:
    """Whatever the lengths: nothing is left out, each overlaps the next by the fade, none is too long."""
    plan = short_plan(bars=bars, repeats=repeats)
    found = segments_of(plan, seconds=plan.seconds, longest_s=longest_s, seed=3)
    assert found[0].start_s == 0.0
    assert found[-1].end_s == plan.seconds
    for one, following in pairwise(found):
        assert one.end_s == pytest.approx(min(following.start_s + FADE_S, plan.seconds))
        assert following.start_s > one.start_s
    assert all(one.seconds <= longest_s + 1e-9 for one in found)


def test_no_room_for_a_fade_is_our_fault() -> None:
    """Segments shorter than two fades are refused."""
    with pytest.raises(InvariantError) as caught:
        segments_of(short_plan(), seconds=8.0, longest_s=1.0, seed=1)
    assert caught.value.code == "segments.too_short"
