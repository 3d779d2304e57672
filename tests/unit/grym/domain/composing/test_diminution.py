"""Variations of a melody."""

from itertools import pairwise

import pytest

from grym.domain.composing.diminution import MANNERS, Manner, varied_tune
from grym.domain.composing.harmony import Slot
from grym.domain.composing.melody import MelodyNote
from grym.domain.composing.score import Metre, Tonality
from grym.domain.composing.seeds import stream
from grym.domain.composing.theory import chord_of, scale_of

FOUR = Metre(beats=4, unit=4)
C_MAJOR = Tonality(tonic=0, mode="major")
SLOTS = (
    Slot(start_steps=0, length_steps=16, chord=chord_of("I", C_MAJOR)),
    Slot(start_steps=16, length_steps=16, chord=chord_of("V", C_MAJOR)),
)
THEME = tuple(
    MelodyNote(start_steps=start, length_steps=length, midi_pitch=pitch)
    for start, length, pitch in ((0, 4, 72), (4, 4, 76), (8, 8, 79), (16, 6, 74), (22, 2, 76), (24, 8, 71))
)


def _varied(manner: Manner, seed: int = 0) -> tuple[MelodyNote, ...]:
    return varied_tune(THEME, SLOTS, C_MAJOR, FOUR, manner=manner, rng=stream(seed, "x"))


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("seed", range(5))
def test_variations_are_as_long_as_the_theme(manner: Manner, seed: int) -> None:
    """Notes follow one another without gaps or overlaps, from the first place of the theme to its last."""
    found = _varied(manner, seed)
    ends = [0, *(note.start_steps + note.length_steps for note in found)]
    assert [note.start_steps for note in found] == ends[:-1]
    assert ends[-1] == 32


@pytest.mark.parametrize("manner", ["running", "breaking", "turning"])
def test_the_theme_is_heard(manner: Manner) -> None:
    """Every note of the theme is struck at its place, and others come between in key or chord."""
    found = {note.start_steps: note.midi_pitch for note in _varied(manner)}
    assert all(found[note.start_steps] == note.midi_pitch for note in THEME)
    assert len(found) > len(THEME)
    assert all(pitch % 12 in scale_of(C_MAJOR) for pitch in found.values())


def test_running_notes_move_by_step() -> None:
    """In a running variation inner moves are steps."""
    found = _varied("running")
    moves = [abs(b.midi_pitch - a.midi_pitch) for a, b in pairwise(found)]
    assert sum(move <= 2 for move in moves) >= 0.75 * len(moves)


def test_a_plain_variation_keeps_the_beats() -> None:
    """What is not on a beat is left out."""
    assert [note.start_steps for note in _varied("plain")] == [0, 4, 8, 16, 24]


def test_an_octave_lower() -> None:
    """The tune itself may move."""
    assert [note.midi_pitch for note in _varied("octave")] == [note.midi_pitch - 12 for note in THEME]
