"""Chromatic tones of a tune: lower neighbours drawn up to a semitone, and whole steps filled.

They ornament and never bear harmony: only short notes on weak places are changed, between notes that stay as they are.

References
----------
Kostka and Payne 2008, ch. 11 (chromatic neighbours and passing tones); Aldwell, Schachter and Cadwallader 2011, ch. 21.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from grym.domain.composing.melody import MelodyNote
from grym.domain.composing.metrics import BEAT, strength
from grym.domain.composing.score import Metre
from grym.domain.composing.seeds import chance

# A neighbour longer than an eighth is a tone of its own; a note shorter than that is not divided.
_LONGEST_NEIGHBOUR, _SHORTEST_DIVIDED = 2, 4


def coloured(
    notes: Sequence[MelodyNote], metre: Metre, *, amount: float, rng: np.random.Generator
) -> tuple[MelodyNote, ...]:
    """Return a tune with chromatic neighbours and passing tones.

    Parameters
    ----------
    amount
        Share of the places where one is possible that get it, 0 to 1. Equal turns of the tune get equal tones, so
        that what is repeated stays alike.
    rng
        Draws once for every kind of turn.
    """
    if amount <= 0:
        return tuple(notes)
    drawn: dict[tuple[int, int, int], bool] = {}
    out: list[MelodyNote] = list(notes[:1])
    for at in range(1, len(notes)):
        before, note = notes[at - 1], notes[at]
        after = notes[at + 1] if at + 1 < len(notes) else None
        turn = (
            note.midi_pitch - before.midi_pitch,
            note.length_steps,
            0 if after is None else after.midi_pitch - note.midi_pitch,
        )
        taken = drawn.setdefault(turn, chance(rng, amount))
        if taken and after is not None and _is_lower_neighbour(before, note, after, metre):
            out.append(replace(note, midi_pitch=before.midi_pitch - 1))
        elif taken and after is not None and _is_whole_step(note, after):
            out += _filled(note, after)
        else:
            out.append(note)
    return tuple(out)


def _is_lower_neighbour(before: MelodyNote, note: MelodyNote, after: MelodyNote, metre: Metre) -> bool:
    """Tell whether a short weak note leaves a tone for the one below and goes back."""
    weak = strength(note.start_steps, metre) < BEAT and note.length_steps <= _LONGEST_NEIGHBOUR
    return weak and before.midi_pitch == after.midi_pitch == note.midi_pitch + 2


def _is_whole_step(note: MelodyNote, after: MelodyNote) -> bool:
    """Tell whether a note long enough to be divided moves on by a whole step."""
    close = after.start_steps == note.start_steps + note.length_steps
    return close and note.length_steps >= _SHORTEST_DIVIDED and abs(after.midi_pitch - note.midi_pitch) == 2


def _filled(note: MelodyNote, after: MelodyNote) -> list[MelodyNote]:
    """Give the last eighth of a note, or its last quarter part, to the semitone between."""
    tail = 2
    between = (note.midi_pitch + after.midi_pitch) // 2
    start = note.start_steps + note.length_steps - tail
    return [
        replace(note, length_steps=note.length_steps - tail),
        MelodyNote(start_steps=start, length_steps=tail, midi_pitch=between),
    ]
