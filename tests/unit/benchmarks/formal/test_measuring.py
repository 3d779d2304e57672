"""What a law may change in a score."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from benchmarks.formal.measuring import measured
from grym.domain.composing.score import Metre, Note, Part, Score, Tonality


@pytest.fixture
def score() -> Score:
    """Two bars of C major at 120 BPM: C, E, F sharp and G in quarters, then nothing but one bass note a bar."""
    melody = tuple(
        Note(start_ticks=at * 480, duration_ticks=480, midi_pitch=pitch, velocity=80)
        for at, pitch in enumerate((60, 64, 66, 67))
    )
    bass = tuple(Note(start_ticks=bar * 1920, duration_ticks=1920, midi_pitch=48, velocity=60) for bar in (0, 1))
    return Score(
        title="",
        tempo_bpm=120.0,
        metre=Metre(beats=4, unit=4),
        tonality=Tonality(tonic=0, mode="major"),
        parts=(
            Part(name="a", role="melody", program=0, notes=melody),
            Part(name="b", role="bass", program=32, notes=bass),
        ),
        chords=(),
        sections=(),
        length_ticks=3840,
    )


def test_measures_are_those_counted_by_hand(score: Score) -> None:
    """Six notes in four seconds, all on the beat, five of them in the scale; the melody plays in one bar of two."""
    found = measured(score)
    assert found["melody's pitch"] == 64.25
    assert found["melody's mean interval"] == pytest.approx(7 / 3)
    assert found["notes a second"] == 1.5
    assert found["notes in the scale"] == pytest.approx(5 / 6)
    assert found["onsets on the beat"] == found["legato"] == 1.0
    assert found["sounding length"] == 2.0
    assert found["players a bar"] == 0.75


@pytest.mark.parametrize(
    ("measure", "bend"),
    [
        ("melody's pitch", lambda note: replace(note, midi_pitch=note.midi_pitch + 12)),
        ("loudness", lambda note: replace(note, velocity=note.velocity + 20)),
        ("legato", lambda note: replace(note, ring_ticks=240)),
        ("melody's onsets on the beat", lambda note: replace(note, start_ticks=note.start_ticks + 120)),
    ],
)
def test_each_measure_notices_what_it_is_for(score: Score, measure: str, bend: Callable[[Note], Note]) -> None:
    """Bending every note of a score changes the measure that is meant."""
    parts = tuple(replace(part, notes=tuple(map(bend, part.notes))) for part in score.parts)
    assert measured(replace(score, parts=parts))[measure] != measured(score)[measure]
