"""Melodic measures of scales, leaps and syncopated lines are known by hand."""

import pytest

from benchmarks.music.measures.melodic import melodic
from benchmarks.music.pieces import Note, Window


def _window(pitches: list[int], *, beat: float = 1.0, late: float = 0.0, length: float = 1.0) -> Window:
    notes = tuple(
        Note(start=at * beat + late, length=length * beat, pitch=pitches[at % len(pitches)])
        for at in range(int(64 / beat))
    )
    return Window(name="x", group="x", voices=(notes,), bar=4.0, pulse=1.0)


def test_a_scale_up_and_down_is_all_steps() -> None:
    """Of C D E F E D in turn a third of the steps are semitones, every third move changes direction."""
    found = melodic(_window([60, 62, 64, 65, 64, 62]))
    assert found["semitone steps"] == pytest.approx(1 / 3, abs=0.02)
    assert found["whole-tone steps"] == pytest.approx(2 / 3, abs=0.02)
    assert found["thirds"] + found["fourths and fifths"] + found["wider leaps"] == 0
    assert found["range"] == 5
    assert found["pitches"] == 4
    assert found["direction changes"] == pytest.approx(1 / 3, abs=0.02)


def test_a_repeated_note_neither_rises_nor_turns() -> None:
    """One pitch has no range, no direction and no interval but the unison."""
    found = melodic(_window([60]))
    assert found["repeated notes"] == 1
    assert found["range"] == found["rising"] == found["direction changes"] == found["mean interval"] == 0


def test_a_leap_that_is_filled_is_turned_back() -> None:
    """After a fifth up a step comes down; the way back to the beginning is no leap."""
    found = melodic(_window([60, 67, 65, 64, 62]))
    assert found["leaps turned back by step"] == 1


def test_values_are_counted_in_beats() -> None:
    """Eighths are half beats with two notes a beat; every other one lies on a beat."""
    found = melodic(_window([60, 62], beat=0.5))
    assert found["half beats"] == 1
    assert found["notes a beat"] == 2
    assert found["onsets on beats"] == 0.5
    assert found["contrast of neighbours"] == found["syncopation"] == found["rests"] == 0


def test_notes_held_over_the_beat_are_syncopated() -> None:
    """Quarters that begin an eighth late are all syncopated and leave every beat without an onset."""
    found = melodic(_window([60, 62], late=0.5))
    assert found["syncopation"] == 1
    assert found["beats without onset"] == 1


def test_staccato_leaves_rests() -> None:
    """Notes of half their distance leave half the time silent."""
    assert melodic(_window([60, 62], length=0.5))["rests"] == pytest.approx(0.5)


def test_an_arch_lies_higher_in_its_middle() -> None:
    """Sixteen notes up and down in every phrase have a positive arch, upside down a negative one."""
    up = [60, 60, 62, 64, 65, 67, 69, 71, 71, 69, 67, 65, 64, 62, 60, 60]
    assert melodic(_window(up))["arch of phrases"] > 4
    assert melodic(_window([131 - pitch for pitch in up]))["arch of phrases"] < -4
