"""Length and tempo as heard: what passes, what fails, and when nothing can be said."""

import dataclasses

import pytest

from grym.domain.composing.plan import Instrument, Plan, SectionPlan
from grym.domain.composing.score import Metre, Tonality
from grym.domain.quality.piece import heard_length, heard_tempo

PLAN = Plan(
    title="A piece",
    style="waltz",
    mood="calm",
    tempo_bpm=90.0,
    metre=Metre(beats=3, unit=4),
    tonality=Tonality(tonic=0, mode="major"),
    seconds=30.0,
    sections=(SectionPlan(name="A", bars=15, intensity=0.5),),
    instruments=(Instrument(role="melody", name="piano", program=0),),
)


@pytest.mark.parametrize(
    ("duration_s", "passed"), [(28.4, False), (28.6, True), (30.0, True), (31.4, True), (31.6, False)]
)
def test_length_may_be_off_by_a_twentieth(duration_s: float, passed: bool) -> None:
    """Five per cent either way, the ring of the last note included."""
    check = heard_length(PLAN, duration_s=duration_s)
    assert check.passed is passed
    assert bool(check.advice) is not passed


@pytest.mark.parametrize(("duration_s", "passed"), [(2.6, False), (2.8, True), (5.2, True), (5.4, False)])
def test_a_very_short_piece_may_miss_by_half_a_bar(duration_s: float, passed: bool) -> None:
    """Four seconds of 3/4 at 90 bpm are two bars: half a bar of one second, and 0.3 s of ring."""
    assert heard_length(dataclasses.replace(PLAN, seconds=4.0), duration_s=duration_s).passed is passed


@pytest.mark.parametrize(
    ("tempo_bpm", "passed"),
    [
        (90.0, True),
        (93.0, True),
        (94.0, False),
        (180.0, True),
        (45.0, True),
        (30.0, True),
        (270.0, True),
        (120.0, False),
    ],
)
def test_tempo_may_be_heard_at_another_level(tempo_bpm: float, passed: bool) -> None:
    """Halved, doubled and in threes is the same pulse; anything else is another one."""
    check = heard_tempo(PLAN, tempo_bpm=tempo_bpm, confidence=0.9)
    assert check is not None
    assert check.passed is passed
    assert bool(check.advice) is not passed


@pytest.mark.parametrize(("tempo_bpm", "confidence"), [(None, 0.0), (120.0, 0.1)])
def test_an_unsure_tracker_decides_nothing(tempo_bpm: float | None, confidence: float) -> None:
    """What was not measured is not judged."""
    assert heard_tempo(PLAN, tempo_bpm=tempo_bpm, confidence=confidence) is None


def test_in_compound_time_the_beat_is_a_dotted_quarter() -> None:
    """A piece in 6/8 at 90 quarters has 60 beats a minute; in 3/4 that would be another tempo."""
    compound = dataclasses.replace(PLAN, metre=Metre(beats=6, unit=8))
    in_six = heard_tempo(compound, tempo_bpm=60.0, confidence=0.9)
    in_three = heard_tempo(PLAN, tempo_bpm=60.0, confidence=0.9)
    assert in_six is not None
    assert in_three is not None
    assert (in_six.passed, in_three.passed) == (True, False)
