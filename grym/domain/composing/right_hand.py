"""The right hand of a rag: the tune in octaves with chord tones between on its strong and long notes.

Short notes off the beat stay single, so that the syncopation is light and the accents are full (Jasen and Tichenor
1978, "Rags and Ragtime", ch. 1; Blesh and Janis 1950). Nothing is wider than an octave.
"""

from collections.abc import Sequence

from grym.domain.composing.accompaniment import PlayedNote
from grym.domain.composing.harmony import Slot
from grym.domain.composing.melody import MelodyNote, chord_at
from grym.domain.composing.metrics import BEAT, strength
from grym.domain.composing.score import Metre

_OCTAVE = 12
# A dotted eighth and longer is full wherever it stands; below C4 the left hand has the room.
_LONG_STEPS = 3
_LOWEST = 55


def in_octaves(melody: Sequence[MelodyNote], slots: Sequence[Slot], metre: Metre) -> tuple[PlayedNote, ...]:
    """Return a tune as a right hand plays it: its notes, and under the full ones an octave and a chord tone."""
    out: list[PlayedNote] = []
    for note in melody:
        full = strength(note.start_steps, metre) >= BEAT or note.length_steps >= _LONG_STEPS
        below = _below(note, slots) if full and note.midi_pitch - _OCTAVE >= _LOWEST else ()
        out += [
            PlayedNote(start_steps=note.start_steps, length_steps=note.length_steps, midi_pitch=pitch)
            for pitch in (*below, note.midi_pitch)
        ]
    return tuple(out)


def _below(note: MelodyNote, slots: Sequence[Slot]) -> tuple[int, ...]:
    """Return the octave below a note and the chord tone nearest to the middle between them."""
    tones = chord_at(slots, note.start_steps).pitch_classes
    low = note.midi_pitch - _OCTAVE
    inner = [pitch for pitch in range(low + 3, note.midi_pitch - 2) if pitch % 12 in tones]
    return (low, *sorted(inner, key=lambda pitch: abs(2 * pitch - low - note.midi_pitch))[:1])
