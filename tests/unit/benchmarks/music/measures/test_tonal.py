"""Tonal measures of scales and chromatic runs are known by hand."""

import pytest

from benchmarks.music.measures.tonal import tonal
from benchmarks.music.pieces import Note, Window


def _window(pitches: list[int]) -> Window:
    """Return quarters in 4/4, the pitches over and over."""
    notes = tuple(Note(start=float(at), length=1.0, pitch=pitches[at % len(pitches)]) for at in range(64))
    return Window(name="x", group="x", voices=(notes,), bar=4.0, pulse=1.0)


def test_a_tonic_triad_is_in_its_key_alone() -> None:
    """C, E, G, C have one and a half bits, three pitch classes, all of one scale and of one key."""
    found = tonal(_window([60, 64, 67, 72]))
    assert found["pitch-class entropy"] == pytest.approx(1.5)
    assert found["pitch classes"] == 3
    assert found["scale consistency"] == 1
    assert found["share of the tonic"] == pytest.approx(0.5)
    assert found["share of the dominant"] == pytest.approx(0.25)
    assert found["phrases in other keys"] == 0


def test_all_twelve_tones_have_no_key() -> None:
    """A chromatic scale has the highest entropy and seven twelfths of it in any scale."""
    found = tonal(_window([*range(60, 72), 60, 66, 61, 67]))
    flat = tonal(_window(list(range(60, 72))))
    assert flat["pitch classes"] == 12
    assert flat["pitch-class entropy"] == pytest.approx(3.58, abs=0.02)
    assert flat["scale consistency"] == pytest.approx(7 / 12, abs=0.03)
    assert found["key clarity"] < 0.5


def test_phrases_in_another_key_are_counted() -> None:
    """Of four phrases one in F sharp, the others in C, a quarter lies elsewhere."""
    home, away = [60, 62, 64, 65, 67, 64, 60, 60], [66, 68, 70, 71, 73, 70, 66, 66]
    pitches = [*home, *home, *home, *home, *away, *away, *home, *home]
    assert tonal(_window(pitches))["phrases in other keys"] == 0.25
