"""Drums."""

from collections.abc import Callable
from dataclasses import replace

from grym.domain.composing.drums import write_drums
from grym.domain.composing.form import Passage
from grym.domain.composing.harmony import Slot
from grym.domain.composing.patterns import Pattern
from grym.domain.composing.patterns.kit import CRASH, HAT, KICK, SNARE
from grym.domain.composing.plan import Plan
from grym.domain.composing.score import Tonality
from grym.domain.composing.styles import STYLES
from grym.domain.composing.texture import Texture
from grym.domain.composing.theory import chord_of

SLOT = Slot(start_steps=0, length_steps=32, chord=chord_of("I", Tonality(tonic=0, mode="major")))


def _texture(plan: Plan, *, start_bar: int = 0, intensity: float = 0.6, ending: bool = False) -> Texture:
    passage = Passage(
        name="A", start_bar=start_bar, bars=2, phrases=(2,), intensity=intensity, occurrence=0, closing="half"
    )
    return Texture(
        plan=plan,
        style=STYLES[plan.style],
        passage=passage,
        slots=(SLOT,),
        following=None if ending else SLOT,
        identity="test",
        seed=1,
        has_bass=True,
    )


def _struck(texture: Texture, piece: int) -> list[int]:
    return [note.start_steps for note in write_drums(texture) if note.midi_pitch == piece]


def test_four_on_the_floor(planned: Callable[..., Plan]) -> None:
    """Techno has a bass drum on every beat until the fill."""
    assert _struck(_texture(planned("techno")), KICK)[:6] == [0, 4, 8, 12, 16, 20]


def test_rock_has_a_backbeat(planned: Callable[..., Plan]) -> None:
    """The snare answers on beats two and four."""
    assert [step for step in _struck(_texture(planned("rock", metre="4/4")), SNARE) if step < 16] == [4, 12]


def test_sections_after_the_first_begin_with_a_crash(planned: Callable[..., Plan]) -> None:
    """A crash marks a new section, not the beginning."""
    plan = planned("rock", metre="4/4")
    assert CRASH not in {note.midi_pitch for note in write_drums(_texture(plan))}
    assert _struck(_texture(plan, start_bar=8), CRASH) == [0]


def test_quiet_sections_keep_the_light_drums(planned: Callable[..., Plan]) -> None:
    """Below the limit only the hats go on."""
    quiet = _texture(planned("rock", metre="4/4"), start_bar=8, intensity=0.2)
    assert {note.midi_pitch for note in write_drums(quiet)} <= {HAT, CRASH}


def test_the_end_is_one_stroke(planned: Callable[..., Plan]) -> None:
    """In the last bar bass drum and crash fall together once."""
    ending = _texture(planned("rock", metre="4/4"), ending=True)
    assert sorted(note.midi_pitch for note in write_drums(ending) if note.start_steps >= 16) == [KICK, CRASH]


def test_styles_without_drums_borrow_a_kit(planned: Callable[..., Plan]) -> None:
    """A lullaby that asks for drums gets a groove."""
    plan = replace(planned("lullaby with drums", metre="4/4"))
    assert write_drums(_texture(plan))


def test_a_section_ends_with_a_fill_of_its_style(planned: Callable[..., Plan]) -> None:
    """The groove stops for the last half of the section, and a march rolls on the snare there."""
    march = write_drums(_texture(planned("a march", metre="4/4")))
    assert {note.midi_pitch for note in march if note.start_steps >= 24} <= {SNARE, KICK}
    assert len([note for note in march if note.start_steps >= 24 and note.midi_pitch == SNARE]) >= 6


def test_short_bars_have_short_fills(planned: Callable[..., Plan]) -> None:
    """In two quarters the fill takes one."""
    march = write_drums(_texture(planned("a march", metre="2/4")))
    groove = [note for note in march if 8 <= note.start_steps < 12]
    assert groove == [replace(note, start_steps=note.start_steps + 8) for note in march if note.start_steps < 4]


def test_a_style_without_fills_goes_on(planned: Callable[..., Plan]) -> None:
    """Its two bars are alike."""
    plan = planned("rock", metre="3/4")
    texture = replace(_texture(plan), style=replace(STYLES["rock"], fills=()))
    notes = write_drums(texture)
    first = [note for note in notes if note.start_steps < 12]
    assert [note for note in notes if note.start_steps >= 12] == [
        replace(note, start_steps=note.start_steps + 12) for note in first
    ]


def test_own_patterns_win(planned: Callable[..., Plan]) -> None:
    """A style that brings a groove along plays it, in any metre."""
    groove = {SNARE: Pattern(metres={"4/4": ("x...............",)})}
    style = replace(STYLES["rock"], fills=(), crashes=False, drum_patterns={"rock": groove})
    notes = write_drums(replace(_texture(planned("rock", metre="3/4")), style=style))
    assert [(note.start_steps, note.midi_pitch) for note in notes] == [(0, SNARE), (12, SNARE)]
