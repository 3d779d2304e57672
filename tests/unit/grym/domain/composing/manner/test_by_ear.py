"""Styles by ear."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.composing.manner.by_ear import styles_by_ear
from grym.domain.composing.manner.heard_styles import DRUMS
from grym.domain.composing.manner.traits import COMPARED, Traits
from grym.domain.composing.styles import STYLES

Heard = Callable[..., Traits]


@pytest.mark.parametrize("style", STYLES)
def test_the_usual_piece_of_a_style_is_of_that_style(heard: Heard, style: str) -> None:
    """The mean of a style is told as it, with or without drums as most of its pieces are."""
    told = styles_by_ear(heard(style))
    assert told.best == style
    assert (told.drums > 0.5) == (DRUMS[style] > 0.5)
    assert told.none < 0.2


def test_what_lies_between_two_styles_is_not_sure(heard: Heard) -> None:
    """Halfway between a waltz and a techno piece neither is as probable as at home."""
    waltz, techno = heard("waltz"), heard("techno")
    middle = {name: (getattr(waltz, name) + getattr(techno, name)) / 2 for name in COMPARED}
    told = styles_by_ear(heard("waltz", **middle))
    assert told.styles[told.best] < styles_by_ear(waltz).styles["waltz"]


def test_what_sounds_like_nothing_known_is_none(heard: Heard) -> None:
    """Traits far outside of all that was heard are put down to something else."""
    odd = heard("waltz", uneven_onsets=30.0, flatness=0.0, chords_hz=15.0, contrast_mid=0.0)
    assert styles_by_ear(odd).none > 0.9


@given(st.lists(st.floats(-1e3, 1e3), min_size=len(COMPARED), max_size=len(COMPARED)))
def test_probabilities_add_up(values: list[float]) -> None:
    """Whatever is measured, styles and none of them share one."""
    told = styles_by_ear(Traits(**dict(zip(COMPARED, values, strict=True)), onsets_hz=1, brightness_hz=500, swing=0))
    assert sum(told.styles.values()) + told.none == pytest.approx(1.0)
    assert list(told.styles.values()) == sorted(told.styles.values(), reverse=True)
    assert 0.0 <= told.drums <= 1.0


def test_among_grym_s_styles_one_is_right(heard: Heard) -> None:
    """However improbable it is that a recording is in any, the shares among them add up."""
    odd = styles_by_ear(heard("waltz", uneven_onsets=5.0, chords_hz=3.0))
    assert odd.none > 0.5
    assert sum(odd.among(30).values()) == pytest.approx(1.0)
    assert list(odd.among(3)) == list(odd.styles)[:3]
