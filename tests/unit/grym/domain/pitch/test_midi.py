"""Heard notes as MIDI files, read back with another reader's eyes."""

import io

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.composing.midi import midi_to_notes
from grym.domain.pitch.midi import BeatGrid, notes_to_midi
from grym.domain.pitch.values import Note
from grym.errors import InvalidAudioError


def heard(start_s: float, end_s: float, pitch: int = 60) -> Note:
    """A note."""
    return Note(start_s=start_s, end_s=end_s, pitch=pitch, velocity=80, confidence=0.9)


def played(data: bytes) -> list[tuple[float, int, int]]:
    """Time in seconds, pitch and velocity of what a player would strike."""
    time_s, struck = 0.0, []
    for message in mido.MidiFile(file=io.BytesIO(data)):
        time_s += message.time
        if message.type == "note_on" and message.velocity > 0:
            struck.append((time_s, message.note, message.velocity))
    return struck


def test_seconds_stay_seconds_without_beats() -> None:
    """Without beats notes are played when they were heard, to a millisecond."""
    data = notes_to_midi([heard(0.25, 1.0), heard(1.333, 2.0, 64)])
    assert [(pitch, velocity) for _, pitch, velocity in played(data)] == [(60, 80), (64, 80)]
    assert [time_s for time_s, _, _ in played(data)] == pytest.approx([0.25, 1.333], abs=1e-3)


@given(
    tempo=st.lists(st.floats(0.25, 1.5), min_size=2, max_size=40),
    first_s=st.floats(0.0, 5.0),
    bar=st.integers(0, 7),
    downbeat=st.integers(0, 3),
)
def test_tempo_map_keeps_the_time(tempo: list[float], first_s: float, bar: int, downbeat: int) -> None:
    """Whatever the tempo does, a note on each beat falls on a quarter and is played when it was heard."""
    beats = [first_s]
    for length_s in tempo:
        beats.append(beats[-1] + length_s)
    grid = BeatGrid(beats_s=tuple(beats), beats_per_bar=bar, first_downbeat=downbeat)
    data = notes_to_midi([heard(beat_s, beat_s + 0.2) for beat_s in beats], beats=grid)
    part = midi_to_notes(data)[0]
    assert all(note.start_ticks % 480 == 0 for note in part.notes)
    times = [time_s for time_s, _, _ in played(data)]
    assert [time_s - times[0] for time_s in times] == pytest.approx([beat_s - first_s for beat_s in beats], abs=0.02)


def test_bars_begin_at_downbeats() -> None:
    """A pick-up of one beat leaves the rest of a bar silent before it."""
    beats = tuple(0.5 * index + 0.1 for index in range(9))
    data = notes_to_midi([heard(beats[1], beats[2])], beats=BeatGrid(beats_s=beats, beats_per_bar=3, first_downbeat=1))
    assert midi_to_notes(data)[0].notes[0].start_ticks == 3 * 480
    metre = next(m for m in mido.MidiFile(file=io.BytesIO(data)).tracks[0] if m.type == "time_signature")
    assert (metre.numerator, metre.denominator) == (3, 4)


def test_notes_are_rounded_to_parts_of_a_beat() -> None:
    """With four parts a beat, starts and lengths are whole sixteenths, and no note vanishes."""
    beats = tuple(0.5 * index for index in range(9))
    notes = [heard(0.02, 0.49), heard(0.64, 0.66, 62), heard(0.98, 1.6, 64)]
    part = midi_to_notes(notes_to_midi(notes, beats=BeatGrid(beats_s=beats), divisions=4))[0]
    assert [(note.start_ticks, note.duration_ticks) for note in part.notes] == [(0, 480), (600, 120), (960, 600)]


def test_even_tempo_is_written_once() -> None:
    """Beats that jitter by a millisecond have one tempo."""
    beats = tuple(0.5 * index + 0.001 * (index % 2) for index in range(50))
    track = mido.MidiFile(file=io.BytesIO(notes_to_midi([], beats=BeatGrid(beats_s=beats)))).tracks[0]
    assert [message.type for message in track].count("set_tempo") == 1


@pytest.mark.parametrize("beats_s", [(), (1.0,), (1.0, 1.0, 1.001), (0.0, 100.0)])
def test_beats_that_are_none_do_no_harm(beats_s: tuple[float, ...]) -> None:
    """Without two beats apart seconds are kept; a beat of a hundred seconds is written as slow as the file can."""
    data = notes_to_midi([heard(0.5, 1.0)], beats=BeatGrid(beats_s=beats_s, beats_per_bar=0))
    assert len(played(data)) == 1


def test_nothing_is_a_file_too() -> None:
    """No notes make a file without notes, and equal notes equal bytes."""
    assert midi_to_notes(notes_to_midi([])) == ()
    assert notes_to_midi([heard(0.0, 1.0)]) == notes_to_midi([heard(0.0, 1.0)])


@pytest.mark.parametrize("divisions", [0, -1, 49])
def test_impossible_divisions_are_refused(divisions: int) -> None:
    """A beat has 1 to 48 parts."""
    with pytest.raises(InvalidAudioError) as refused:
        notes_to_midi([], divisions=divisions)
    assert refused.value.code == "midi.divisions"
