"""Harmonic measures of cadences are known by hand."""

import pytest

from benchmarks.music.measures.harmonic import harmonic
from benchmarks.music.pieces import Note, Window

TONIC, FOURTH, DOMINANT = (48, 60, 64, 67), (53, 60, 65, 69), (43, 62, 67, 71)


def _window(*progression: tuple[int, ...]) -> Window:
    """Return four voices, one chord a beat in 4/4, over and over."""
    voices = tuple(
        tuple(Note(start=float(at), length=1.0, pitch=progression[at % len(progression)][voice]) for at in range(64))
        for voice in (3, 2, 1, 0)
    )
    return Window(name="x", group="x", voices=voices, bar=4.0, pulse=1.0)


def test_a_full_cadence_in_every_bar() -> None:
    """I–IV–V–I over and over: all major, all in root position, every change one of three successions."""
    found = harmonic(_window(TONIC, FOURTH, DOMINANT, TONIC))
    assert found["major triads"] == found["root position"] == 1
    assert found["on the tonic"] == pytest.approx(0.5)
    assert found["on the fourth"] == found["on the dominant"] == pytest.approx(0.25)
    assert found["from T to S"] == pytest.approx(found["from S to D"], abs=0.02)
    assert found["from D to T"] == pytest.approx(1 / 3, abs=0.02)
    assert found["changes a beat"] == pytest.approx(48 / 63)
    assert found["changes on the bar line"] == 0


def test_a_chord_a_bar_changes_on_the_bar_line() -> None:
    """Two chords, each a bar long, change nowhere else, by fifths up and down."""
    found = harmonic(_window(*[TONIC] * 4, *[DOMINANT] * 4))
    assert found["changes on the bar line"] == 1
    assert found["roots by falling fifth"] + found["roots by rising fifth"] == pytest.approx(1)


def test_seconds_are_dissonant() -> None:
    """Every beat with a major second sounding is dissonant, no beat of a triad is."""
    assert harmonic(_window((48, 50, 60, 62)))["dissonant beats"] == 1
    assert harmonic(_window(TONIC))["dissonant beats"] == 0
    assert harmonic(_window(TONIC))["notes sounding"] == 4
