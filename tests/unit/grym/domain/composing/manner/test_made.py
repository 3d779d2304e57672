"""Styles made from a recording."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.composing.compose import compose
from grym.domain.composing.manner.by_ear import styles_by_ear
from grym.domain.composing.manner.heard_styles import VOICES_HZ
from grym.domain.composing.manner.made import strokes, style_after, written_hz
from grym.domain.composing.manner.traits import COMPARED, Traits
from grym.domain.composing.patterns import BASS, CHORDS, DRUMS
from grym.domain.composing.plan import Wish
from grym.domain.composing.planner import plan
from grym.domain.composing.score import Metre
from grym.domain.composing.styles import STYLES, Style
from grym.domain.composing.styles.checking import require_sound

Heard = Callable[..., Traits]
FOUR = Metre(beats=4, unit=4)


def after(traits: Traits, metre: Metre = FOUR, tempo_bpm: float = 100.0) -> Style:
    """Return the style after some traits."""
    return style_after(traits, styles_by_ear(traits), tempo_bpm=tempo_bpm, metre=metre, mode="dorian")


def fullness(style: Style, metre: Metre = FOUR) -> int:
    """Return how many sixteenths of two bars the accompaniment fills."""
    drums = DRUMS[style.drums].values() if style.drums else ()
    return len(strokes((CHORDS[style.accompaniments[0]], BASS[style.basses[0]], *drums), metre))


@pytest.mark.parametrize("style", STYLES)
def test_it_has_the_recordings_metre_mode_and_drums(heard: Heard, style: str) -> None:
    """A style after the usual piece of a style is sound, and composes."""
    traits = heard(style)
    made = after(traits, Metre(beats=3, unit=4))
    require_sound(made)
    assert (made.name, made.metres, made.modes) == (f"{style}-like", ("3/4",), ("dorian",))
    assert bool(made.drums) == (styles_by_ear(traits).drums >= 0.5)
    score = compose(plan(Wish(prompt="music", definition=made, seconds=12.0), seed=1), seed=1)
    assert any(part.percussion for part in score.parts) == bool(made.drums)
    assert str(score.metre) == "3/4"


@pytest.mark.parametrize("style", ["funk", "techno", "classical", "minimalism", "pop"])
def test_busy_recordings_get_busy_patterns(heard: Heard, style: str) -> None:
    """Four times the onsets make the bar fuller, and never emptier."""
    assert fullness(after(heard(style, onsets_hz=2.0))) < fullness(after(heard(style, onsets_hz=8.0)))


def test_late_off_beats_make_it_swing(heard: Heard) -> None:
    """Swing is the recording's, and rhythms follow it."""
    assert (after(heard("pop", swing=0.7)).swing, after(heard("pop", swing=0.7)).rhythm) == (0.7, "swing")
    assert (after(heard("jazz")).swing, after(heard("jazz")).rhythm) == (0.0, "syncopated")


def test_bright_recordings_get_bright_players(heard: Heard) -> None:
    """Of those who may play, the brighter ones do where the recording is brighter than its style."""
    dark, bright = (after(heard("pop", brightness_hz=hz)).melody[0] for hz in (250.0, 2000.0))
    assert VOICES_HZ[dark] < VOICES_HZ[bright]


def test_soft_onsets_have_to_be_written_more_often(heard: Heard) -> None:
    """Bowed strings hide every other onset, a piano none."""
    assert written_hz(heard("string quartet"), "string quartet") > 1.5 * written_hz(heard("ragtime"), "ragtime")


@given(
    st.lists(st.floats(-100, 100), min_size=len(COMPARED), max_size=len(COMPARED)),
    st.floats(0, 40),
    st.floats(0, 1),
    st.floats(30, 250),
    st.sampled_from(["2/4", "3/4", "4/4", "6/8", "12/8"]),
)
def test_any_recording_makes_a_sound_style(
    values: list[float], onsets_hz: float, swing: float, tempo_bpm: float, metre: str
) -> None:
    """Whatever was measured, the style keeps every rule of styles."""
    beats, unit = map(int, metre.split("/"))
    traits = Traits(**dict(zip(COMPARED, values, strict=True)), onsets_hz=onsets_hz, brightness_hz=500.0, swing=swing)
    require_sound(after(traits, Metre(beats=beats, unit=unit), tempo_bpm))
