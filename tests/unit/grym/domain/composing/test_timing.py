"""When: metre, tempo, bars and length."""

from collections.abc import Callable

import pytest

from grym.domain.composing.plan import Plan, Wish
from grym.domain.composing.planner import plan, validate_wish
from grym.errors import InvalidRequestError

Planned = Callable[..., Plan]


def _bars(made: Plan) -> int:
    return sum(section.bars for section in made.sections)


def _written_s(made: Plan) -> float:
    return _bars(made) * made.metre.bar_ticks / 480 * 60 / made.tempo_bpm


@pytest.mark.parametrize("bars", [1, 4, 7, 12, 16, 33])
@pytest.mark.parametrize(
    "prompt", ["a waltz, {} bars", "{} Takte Rock bei 120 BPM", "un tango, {} mesures à deux temps"]
)
def test_bars_are_counted_out(planned: Planned, prompt: str, bars: int) -> None:
    """As many as were asked for, whatever the tempo."""
    assert _bars(planned(prompt.format(bars))) == bars


@pytest.mark.parametrize("seconds", [10, 31, 45, 90, 200])
@pytest.mark.parametrize("prompt", ["a waltz, {} seconds", "Rock im 4/4-Takt, 97 BPM, {} Sekunden"])
def test_pieces_last_what_was_asked(planned: Planned, prompt: str, seconds: int) -> None:
    """Bars and the held end together, to two per cent."""
    made = planned(prompt.format(seconds))
    assert _written_s(made) + made.hold_s == pytest.approx(seconds, rel=0.021)


def test_bars_and_seconds_set_the_tempo(planned: Planned) -> None:
    """16 bars of 4/4 in 30 seconds are 128 quarters a minute, which techno can be."""
    made = planned("techno, 16 bars, 30 seconds")
    assert (made.tempo_bpm, _bars(made)) == (128.0, 16)


def test_bars_and_seconds_that_contradict_are_told(planned: Planned) -> None:
    """The bars count."""
    made = planned("a chorale of 4 bars, 2 minutes")
    assert _bars(made) == 4
    assert any("took the bars" in note for note in made.notes)


@pytest.mark.parametrize("prompt", ["a loop", "a 4-bar loop", "a techno loop of 20 seconds", "achttaktiger Loop, Jazz"])
def test_loops_are_whole_and_go_round(planned: Planned, prompt: str) -> None:
    """In fours, without introduction, coda and held end."""
    made = planned(prompt)
    assert made.loop
    assert _bars(made) % 4 == 0
    assert made.hold_s == 0.0
    assert not {section.name for section in made.sections} & {"intro", "coda"}


@pytest.mark.parametrize("prompt", ["a march of 100000 bars", "900 bars of chorale at 40 bpm"])
def test_bars_without_end_are_refused(prompt: str) -> None:
    """Before anything is planned, with a code of their own."""
    with pytest.raises(InvalidRequestError) as refusal:
        validate_wish(Wish(prompt=prompt))
    assert refusal.value.code == "request.bars"


def test_a_sentence_of_hours_is_refused() -> None:
    """As seconds out of bounds are."""
    with pytest.raises(InvalidRequestError) as refusal:
        plan(Wish(prompt="techno for 100 minutes"), seed=1)
    assert refusal.value.code == "request.seconds"


@pytest.mark.parametrize("metre", ["5/4", "7/8", "9/8", "3/4", "2/2"])
def test_metres_of_the_sentence_count(planned: Planned, metre: str) -> None:
    """In every style, odd ones too."""
    assert str(planned(f"rock in {metre}").metre) == metre


def test_a_waltz_in_another_style_is_in_three(planned: Planned) -> None:
    """A jazz waltz is jazz."""
    made = planned("a jazz waltz")
    assert (made.style, str(made.metre)) == ("jazz", "3/4")
