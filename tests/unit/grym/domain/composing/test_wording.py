"""A plan in words: what a text-to-audio model is told, and what it is told to leave out."""

from dataclasses import replace

from grym.domain.composing.plan import Instrument
from grym.domain.composing.wording import worded
from tests.support.plans import short_plan

KIT = Instrument(role="drums", name="Drum kit", program=0, percussion=True)


def test_everything_that_can_be_named_is_named() -> None:
    """Mood, style, instruments, tempo, key and metre are in the prompt."""
    told = worded(short_plan())
    for part in ("calm", "nocturne", "piano and cello", "120 BPM", "D minor", "4/4"):
        assert part in told.prompt
    assert "drums" not in told.prompt


def test_drums_are_asked_for_or_ruled_out() -> None:
    """With a kit, drums are wanted; without one, they are named among what is not."""
    plan = short_plan()
    assert "drums" in worded(plan).negative_prompt
    with_kit = worded(replace(plan, instruments=(*plan.instruments, KIT)))
    assert "drums" in with_kit.prompt
    assert "drums" not in with_kit.negative_prompt


def test_a_section_says_how_loud_it_is() -> None:
    """Quiet and full sections differ in words; what lies between says nothing."""
    plan = short_plan()
    assert "sparse and quiet" in worded(plan, 0.1).prompt
    assert "full and loud" in worded(plan, 0.9).prompt
    assert worded(plan, 0.5) == worded(plan)


def test_nothing_is_said_twice_and_the_rest_is_left_out() -> None:
    """A mood that the style names already is not repeated; of many instruments the first six are named, each once."""
    plan = short_plan()
    many = tuple(Instrument(role="pad", name=f"Voice {n % 8}", program=n) for n in range(20))
    told = worded(replace(plan, mood="noct", instruments=many)).prompt
    assert told.startswith("nocturne")
    assert told.count("voice") == 6
