"""Patterns laid under chords."""

from collections.abc import Callable

from grym.domain.composing.form import Passage
from grym.domain.composing.harmony import Slot
from grym.domain.composing.patterns import Pattern
from grym.domain.composing.plan import Plan
from grym.domain.composing.score import Tonality
from grym.domain.composing.styles import STYLES
from grym.domain.composing.texture import Texture, choose, strokes
from grym.domain.composing.theory import chord_of

C_MAJOR = Tonality(tonic=0, mode="major")


def _slot(start: int, length: int, numeral: str) -> Slot:
    return Slot(start_steps=start, length_steps=length, chord=chord_of(numeral, C_MAJOR))


def _passage(name: str = "A", *, occurrence: int = 0, bars: int = 1) -> Passage:
    return Passage(
        name=name, start_bar=0, bars=bars, phrases=(bars,), intensity=0.5, occurrence=occurrence, closing="half"
    )


def _texture(plan: Plan, slots: tuple[Slot, ...], *, ending: bool = False) -> Texture:
    return Texture(
        plan=plan,
        style=STYLES["classical"],
        passage=_passage(),
        slots=slots,
        following=None if ending else _slot(0, 16, "I"),
        identity="test",
        seed=1,
        has_bass=False,
    )


BLOCK = Pattern(cells={8: ("*.......", "........")})


def test_a_held_chord_is_struck_again_at_a_change(planned: Callable[..., Plan]) -> None:
    """A whole note over two chords becomes two half notes."""
    texture = _texture(planned("a sonata", metre="4/4"), (_slot(0, 8, "I"), _slot(8, 8, "V")))
    found = [(stroke.start_steps, stroke.length_steps, stroke.token, stroke.slot) for stroke in strokes(BLOCK, texture)]
    assert found == [(0, 8, "*", 0), (8, 8, "*", 1)]


def test_silence_stays_silent_at_a_change(planned: Callable[..., Plan]) -> None:
    """A rest is not filled by a change of chord."""
    pattern = Pattern(cells={8: ("*...,,,,", ",,,,,,,,")})
    texture = _texture(planned("a sonata", metre="4/4"), (_slot(0, 8, "I"), _slot(8, 8, "V")))
    assert [(stroke.start_steps, stroke.length_steps) for stroke in strokes(pattern, texture)] == [(0, 4)]


def test_the_last_bar_is_one_stroke(planned: Callable[..., Plan]) -> None:
    """However busy the pattern, the piece ends on a held chord."""
    pattern = Pattern(cells={8: ("b.*.b.*.", "b.*.b.*.")})
    texture = _texture(planned("a sonata", metre="4/4"), (_slot(0, 16, "I"),), ending=True)
    assert [(stroke.length_steps, stroke.token) for stroke in strokes(pattern, texture)] == [(16, "B")]


def test_contrasting_sections_take_other_patterns() -> None:
    """A and B differ, and a section that comes back for the third time changes its pattern."""
    names = ("one", "two")
    assert [choose(names, _passage(name)) for name in ("A", "B")] == ["one", "two"]
    assert choose(names, _passage("A", occurrence=2)) == "two"
