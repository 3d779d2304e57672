"""Counter melody."""

from collections.abc import Callable

from grym.domain.composing.counter import write_counter
from grym.domain.composing.form import Passage
from grym.domain.composing.harmony import Slot
from grym.domain.composing.instruments import VOICES
from grym.domain.composing.melody import MelodyNote
from grym.domain.composing.plan import Plan
from grym.domain.composing.score import Tonality
from grym.domain.composing.styles import STYLES
from grym.domain.composing.texture import Texture
from grym.domain.composing.theory import chord_of

SLOTS = tuple(
    Slot(start_steps=at * 24, length_steps=24, chord=chord_of(numeral, Tonality(tonic=0, mode="major")))
    for at, numeral in enumerate(("I", "V"))
)


def _texture(plan: Plan, *, intensity: float = 0.7) -> Texture:
    passage = Passage(name="A", start_bar=0, bars=4, phrases=(4,), intensity=intensity, occurrence=0, closing="half")
    return Texture(
        plan=plan,
        style=STYLES["waltz"],
        passage=passage,
        slots=SLOTS,
        following=SLOTS[0],
        identity="test",
        seed=1,
        has_bass=True,
    )


def test_long_chord_tones_in_range(planned: Callable[..., Plan]) -> None:
    """One note a bar, a tone of the chord, below the tune."""
    notes = write_counter(_texture(planned("waltz in C major")), VOICES["cello"], ())
    assert [(note.start_steps, note.length_steps) for note in notes] == [(0, 12), (12, 12), (24, 12), (36, 12)]
    assert all(n.midi_pitch % 12 in SLOTS[n.start_steps // 24].chord.pitch_classes for n in notes)
    assert all(48 <= note.midi_pitch <= 72 for note in notes)


def test_the_melodys_tone_is_avoided(planned: Callable[..., Plan]) -> None:
    """Where the melody holds E over C major the counter melody sings C or G."""
    melody = [MelodyNote(start_steps=at * 12, length_steps=12, midi_pitch=76) for at in range(2)]
    notes = write_counter(_texture(planned("waltz in C major")), VOICES["cello"], melody)
    assert all(note.midi_pitch % 12 != 4 for note in notes[:2])


def test_quiet_sections_are_left_alone(planned: Callable[..., Plan]) -> None:
    """A quiet section has no counter melody."""
    assert write_counter(_texture(planned("waltz"), intensity=0.2), VOICES["cello"], ()) == ()
