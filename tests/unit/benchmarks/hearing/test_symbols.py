"""Chords and keys are spelt as mir_eval reads them."""

import pytest

from benchmarks.hearing.scores import Bar, Note, Score
from benchmarks.hearing.symbols import chord_label, plain_chords, spans, tones_of


@pytest.mark.parametrize(
    ("root", "tones", "label"),
    [
        (0, {0, 4, 7}, "C:maj"),
        (9, {9, 0, 4}, "A:min"),
        (7, {7, 11, 2, 5}, "G:7"),
        (2, {2, 5, 9, 0}, "D:min7"),
        (11, {11, 2, 5}, "B:dim"),
        (0, {0, 5, 7}, "X"),
    ],
)
def test_chords_are_named_by_root_and_tones(root: int, tones: set[int], label: str) -> None:
    """What is no chord of the vocabulary is left open."""
    assert chord_label(root, tones) == label
    if label != "X":
        assert tones_of(label) == tones


def test_equal_neighbours_are_one_span() -> None:
    """Spans reach to the next that differs, the last to the end; of two at one place the later counts."""
    found = spans([(0.0, "a"), (1.0, "a"), (2.0, "b"), (2.0, "c"), (3.0, "a")], end=5.0)
    assert [(span.start, span.end, span.label) for span in found] == [(0, 2, "a"), (2, 3, "c"), (3, 5, "a")]
    assert spans([], end=5.0) == []


def test_notes_spell_a_chord_only_where_they_leave_no_choice() -> None:
    """A full triad is named; a bare fifth, and a triad with a passing note, are not."""
    sounding = [(0, (48, 52, 55)), (1, (48, 55)), (2, (48, 52, 55, 57)), (3, (50, 53, 57, 65))]
    notes = [Note(start=at, end=at + 1, pitch=pitch, part=0) for at, chord in sounding for pitch in chord]
    bars = [Bar(start=0.0, length=4.0, numerator=4, denominator=4, number=1)]
    found = plain_chords(Score(name="x", group="x", notes=notes, bars=bars, key=None))
    # C–E–G–A is C with a sixth or A minor with a seventh; as a seventh chord it is spelt.
    assert [(span.start, span.label) for span in found] == [(0, "C:maj"), (1, "X"), (2, "A:min7"), (3, "D:min")]
