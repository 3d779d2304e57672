"""The right hand of a rag."""

from grym.domain.composing.harmony import Slot
from grym.domain.composing.melody import MelodyNote
from grym.domain.composing.right_hand import in_octaves
from grym.domain.composing.score import Metre, Tonality
from grym.domain.composing.theory import chord_of

TWO = Metre(beats=2, unit=4)
SLOTS = (Slot(start_steps=0, length_steps=8, chord=chord_of("I", Tonality(tonic=0, mode="major"))),)


def _hand(*rows: tuple[int, int, int]) -> dict[int, list[int]]:
    notes = [MelodyNote(start_steps=start, length_steps=length, midi_pitch=pitch) for start, length, pitch in rows]
    found: dict[int, list[int]] = {}
    for note in in_octaves(notes, SLOTS, TWO):
        found.setdefault(note.start_steps, []).append(note.midi_pitch)
    return found


def test_accents_are_full_and_short_notes_are_light() -> None:
    """C on the beat is an octave with E or G between; the sixteenth after it is alone, a long syncopation is full."""
    found = _hand((0, 1, 84), (1, 3, 79), (4, 1, 76), (5, 2, 72))
    assert found[0] == [72, 79, 84]
    assert found[1] == [67, 72, 79]
    assert len(found[4]) == 3
    assert found[5] == [72]


def test_the_tune_stays_on_top_and_no_hand_is_stretched() -> None:
    """Chords reach an octave, with the tune as their highest note; low notes stay single."""
    found = _hand((0, 4, 81), (4, 4, 62))
    assert max(found[0]) == 81
    assert max(found[0]) - min(found[0]) == 12
    assert found[4] == [62]
