"""What is told of the manner of a recording."""

from collections.abc import Callable

from grym.domain.composing.manner.telling import manner_of
from grym.domain.composing.manner.traits import COMPARED, Traits
from grym.domain.composing.score import Metre

Heard = Callable[..., Traits]
FOUR = Metre(beats=4, unit=4)


def test_a_sure_style_is_taken_as_it_is(heard: Heard) -> None:
    """The usual blues is a blues, and no style is made."""
    told = manner_of(heard("blues"), tempo_bpm=104.0, metre=FOUR, mode="major")
    assert (told.style, told.definition) == ("blues", None)
    assert told.sure >= 0.5
    assert next(iter(told.styles)) == "blues"
    assert len(told.styles) == 3


def test_where_no_style_is_sure_one_is_made_and_that_is_said(heard: Heard) -> None:
    """What sounds half like a waltz and half like techno gets a style of its own."""
    waltz, techno = heard("waltz"), heard("techno")
    middle = {name: (getattr(waltz, name) + getattr(techno, name)) / 2 for name in COMPARED}
    told = manner_of(heard("waltz", **middle), tempo_bpm=104.0, metre=FOUR, mode="major")
    assert told.sure < 0.5
    assert told.definition is not None
    assert told.definition.name == f"{told.style}-like"
    assert any("made from the recording" in reason for reason in told.reasons)
