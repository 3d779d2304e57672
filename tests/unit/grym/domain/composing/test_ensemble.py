"""Who writes the lower voices."""

from collections.abc import Callable

import pytest

from grym.domain.composing.ensemble import LOWER, Section, lower_voices
from grym.domain.composing.form import Passage
from grym.domain.composing.harmony import Slot
from grym.domain.composing.melody import MelodyNote
from grym.domain.composing.plan import Instrument, Plan
from grym.domain.composing.score import Tonality
from grym.domain.composing.styles import STYLES
from grym.domain.composing.theory import chord_of

C_MAJOR = Tonality(tonic=0, mode="major")
PLAYERS = tuple(Instrument(role=role, name="piano", program=0) for role in ("melody", *LOWER))


def _section(plan: Plan) -> Section:
    return Section(
        passage=Passage(name="A", start_bar=0, bars=4, phrases=(4,), intensity=0.5, occurrence=0, closing="final"),
        plan=plan,
        slots=tuple(
            Slot(start_steps=16 * at, length_steps=16, chord=chord_of(numeral, C_MAJOR))
            for at, numeral in enumerate(("I", "IV", "V7", "I"))
        ),
        melody=tuple(
            MelodyNote(start_steps=16 * at, length_steps=16, midi_pitch=pitch)
            for at, pitch in enumerate((76, 77, 74, 72))
        ),
    )


@pytest.mark.parametrize("style", ["chorale", "string quartet"])
def test_four_parts_have_three_lower_voices(planned: Callable[..., Plan], style: str) -> None:
    """Choir and quartet get alto, tenor and bass to the end of the section."""
    plan = planned("a piece in C major", style=style, metre="4/4")
    (voices,) = lower_voices([_section(plan)], STYLES[style], PLAYERS, identity="x", seed=1)
    for role in LOWER:
        notes = LOWER[role](voices)
        assert max(note.start_steps + note.length_steps for note in notes) == 64


def test_an_invention_has_one_other_voice(planned: Callable[..., Plan]) -> None:
    """Two voices need a melody and a bass."""
    plan = planned("an invention in C major", metre="4/4")
    players = [one for one in PLAYERS if one.role in {"melody", "bass"}]
    (voices,) = lower_voices([_section(plan)], STYLES["invention"], players, identity="x", seed=1)
    assert voices.bass
    assert not voices.alto
    assert lower_voices([_section(plan)], STYLES["invention"], players[:1], identity="x", seed=1) == ()


def test_other_styles_are_accompanied(planned: Callable[..., Plan]) -> None:
    """A waltz has no lower voices of this kind, nor has a choir without its tenor."""
    plan = planned("a waltz in C major", metre="4/4")
    assert lower_voices([_section(plan)], STYLES["waltz"], PLAYERS, identity="x", seed=1) == ()
    short = [one for one in PLAYERS if one.role != "chords"]
    assert lower_voices([_section(plan)], STYLES["chorale"], short, identity="x", seed=1) == ()
