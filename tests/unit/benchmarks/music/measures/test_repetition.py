"""Repetition of tunes made of equal bars and of bars that never return."""

from benchmarks.music.measures.repetition import repetition
from benchmarks.music.pieces import Note, Window

PHRASE = [60, 62, 64, 65, 67, 65, 64, 62, 67, 69, 71, 72, 71, 67, 64, 60]


def _window(pitches: list[int]) -> Window:
    notes = tuple(Note(start=float(at), length=1.0, pitch=pitches[at % len(pitches)]) for at in range(64))
    return Window(name="x", group="x", voices=(notes,), bar=4.0, pulse=1.0)


def test_a_phrase_four_times_repeats_three_quarters() -> None:
    """Twelve of fifteen bars have been heard, and bars four apart are equal."""
    found = repetition(_window(PHRASE))
    assert found["bars like an earlier one"] == 12 / 15
    assert found["likeness 4 bars apart"] == 1
    assert found["turns of 8 of both repeated"] > 0.6


def test_a_line_that_never_returns_repeats_only_its_rhythm() -> None:
    """Sixty-four pitches without an equal turn of four intervals: only note values return."""
    pitches = [40 + (at * at) % 61 for at in range(64)]
    found = repetition(_window(pitches))
    assert found["turns of 4 values repeated"] > 0.9
    assert found["turns of 4 of both repeated"] < 0.1
    assert found["bars like an earlier one"] == 0
    assert found["compressed size"] > repetition(_window(PHRASE))["compressed size"]
