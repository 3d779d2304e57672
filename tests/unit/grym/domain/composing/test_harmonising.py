"""Chords for given melodies."""

import pytest

from grym.domain.composing.harmonising import harmonise_tune, spans_of
from grym.domain.composing.melody import MelodyNote
from grym.domain.composing.score import Metre, Tonality

C_MAJOR = Tonality(tonic=0, mode="major")
FOUR = Metre(beats=4, unit=4)


def _tune(*notes: tuple[int, int]) -> list[MelodyNote]:
    """Lay (pitch, length) one after the other."""
    tune: list[MelodyNote] = []
    at = 0
    for pitch, length in notes:
        tune.append(MelodyNote(start_steps=at, length_steps=length, midi_pitch=pitch))
        at += length
    return tune


def test_broken_chords_get_their_chord() -> None:
    """C E G over one bar, F A C over the next, G B D and C: I IV V I."""
    tune = _tune((60, 4), (64, 4), (67, 8), (65, 4), (69, 4), (72, 8), (67, 4), (71, 4), (74, 8), (72, 16))
    slots = harmonise_tune(tune, C_MAJOR, FOUR, spans=spans_of(4, FOUR, chords_per_bar=1))
    assert [slot.chord.root for slot in slots] == [0, 5, 7, 0]
    assert [slot.start_steps for slot in slots] == [0, 16, 32, 48]


def test_endings_are_kept() -> None:
    """A phrase that is to wait on the dominant does so under a melody that allows both."""
    tune = _tune((60, 16), (67, 16))
    spans = spans_of(2, FOUR, chords_per_bar=1)
    assert harmonise_tune(tune, C_MAJOR, FOUR, spans=spans, closings={1: "half"})[-1].chord.root == 7
    assert harmonise_tune(tune, C_MAJOR, FOUR, spans=spans)[-1].chord.root == 0


@pytest.mark.parametrize("mode", ["major", "minor", "dorian", "phrygian", "lydian", "mixolydian", "locrian"])
def test_silence_is_harmonised_too(mode: str) -> None:
    """Without a melody the order of chords alone decides, from the tonic to the tonic."""
    tonality = Tonality(tonic=2, mode=mode)
    slots = harmonise_tune((), tonality, FOUR, spans=spans_of(4, FOUR, chords_per_bar=2))
    assert len(slots) == 8
    assert (slots[0].chord.root, slots[-1].chord.root) == (2, 2)


@pytest.mark.parametrize(("per_bar", "count"), [(0.5, 2), (1, 3), (2, 6), (4, 9)])
def test_spans_fill_the_bars(per_bar: float, count: int) -> None:
    """Three bars of three beats are filled at every harmonic rhythm, at most a chord a beat."""
    spans = spans_of(3, Metre(beats=3, unit=4), chords_per_bar=per_bar)
    assert len(spans) == count
    assert sum(length for _, length in spans) == 36
