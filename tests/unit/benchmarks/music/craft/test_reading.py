"""What a page bears."""

from types import SimpleNamespace
from typing import Any

import pytest
from music21 import note, stream

from benchmarks.music.craft.reading import collisions, on_grid, plain_value, spelling, voices_needed
from benchmarks.music.pieces import Note


@pytest.mark.parametrize(
    ("start", "length", "plain"),
    [
        (0.0, 1.5, True),
        (0.0, 1 / 3, True),
        (3.0, 2.0, True),
        (0.0, 1.25, False),
        (3.5, 1.75, False),
    ],
)
def test_values_of_one_symbol(start: float, length: float, *, plain: bool) -> None:
    """Dotted notes, triplets and ties over the bar line are plain; a quarter and a sixteenth are two symbols."""
    assert plain_value(Note(start=start, length=length, pitch=60), 4.0) is plain


def test_the_grid_holds_sixteenths_and_triplets() -> None:
    """A fifth of a quarter is on no grid."""
    assert [on_grid(Note(start=at, length=1, pitch=60)) for at in (0.25, 1 / 3, 0.2)] == [True, True, False]


def test_two_voices_are_enough_for_a_line_over_chords() -> None:
    """Three lengths at once need three voices; a chord of equal notes needs one."""
    chord = [Note(start=0, length=1, pitch=pitch) for pitch in (60, 64, 67)]
    assert voices_needed(chord) == 0
    tangled = [Note(start=0, length=length, pitch=60 + at) for at, length in enumerate((1, 2, 3))]
    assert voices_needed(tangled) == 1


def test_a_pitch_struck_while_held_is_a_collision() -> None:
    """The second of two overlapping notes of one pitch collides."""
    assert collisions([Note(start=0, length=2, pitch=60), Note(start=1, length=1, pitch=60)]) == 0.5
    assert collisions([Note(start=0, length=1, pitch=60), Note(start=1, length=1, pitch=60)]) == 0


def _spelt(*names: str) -> Any:
    part: Any = stream.Stream()
    for name in names:
        part.append(note.Note(name))
    return SimpleNamespace(parts=[part])


def test_odd_spellings_are_counted() -> None:
    """G sharp to F is a diminished seventh written as such; A flat to F would be a third."""
    assert spelling(_spelt("C4", "D4", "F#4", "G4"))["augmented and diminished steps"] == 0
    assert spelling(_spelt("A4", "G#4", "F4"))["augmented and diminished steps"] == 0.5
    assert spelling(_spelt("A4", "A-4", "F4"))["augmented and diminished steps"] == 0
    assert spelling(_spelt("C##4", "D4"))["double accidentals"] == 0.5
