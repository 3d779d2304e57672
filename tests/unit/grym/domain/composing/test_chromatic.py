"""Chromatic ornaments."""

from itertools import pairwise

from grym.domain.composing.chromatic import coloured
from grym.domain.composing.melody import MelodyNote
from grym.domain.composing.score import Metre
from grym.domain.composing.seeds import stream

FOUR = Metre(beats=4, unit=4)


def _tune(*rows: tuple[int, int]) -> list[MelodyNote]:
    tune: list[MelodyNote] = []
    at = 0
    for pitch, length in rows:
        tune.append(MelodyNote(start_steps=at, length_steps=length, midi_pitch=pitch))
        at += length
    return tune


def test_nothing_is_coloured_without_an_amount() -> None:
    """Amount 0 returns the tune."""
    tune = _tune((72, 2), (70, 2), (72, 4))
    assert coloured(tune, FOUR, amount=0.0, rng=stream(1, "x")) == tuple(tune)


def test_neighbours_are_drawn_up() -> None:
    """G F G in eighths becomes G F# G where the neighbour is weak, and equal turns are treated alike."""
    tune = _tune(*((67, 2), (65, 2)) * 4, (67, 4))
    found = coloured(tune, FOUR, amount=1.0, rng=stream(1, "x"))
    assert [note.midi_pitch for note in found] == [67, 66, 67, 66, 67, 66, 67, 66, 67]


def test_whole_steps_are_filled() -> None:
    """A quarter that moves on by a whole step gives its end to the semitone between; ends and lengths stay."""
    tune = _tune((60, 4), (62, 8), (60, 4))
    found = coloured(tune, FOUR, amount=1.0, rng=stream(1, "x"))
    assert [(note.midi_pitch, note.length_steps) for note in found] == [(60, 4), (62, 6), (61, 2), (60, 4)]
    assert all(a.start_steps + a.length_steps == b.start_steps for a, b in pairwise(found))
