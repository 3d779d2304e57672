"""MIDI files, read back by mido and by pretty_midi."""

import io
from collections.abc import Callable
from dataclasses import replace

import mido
import pretty_midi
import pytest

from grym.domain.composing.compose import compose
from grym.domain.composing.midi import midi_to_notes, played_span, score_to_midi
from grym.domain.composing.plan import Plan
from grym.domain.composing.score import Note, Score, Tonality
from grym.errors import ContractError


def _messages(score: Score, track: int) -> list[mido.Message]:
    return list(mido.MidiFile(file=io.BytesIO(score_to_midi(score))).tracks[track])


def test_header_and_conductor(scale_score: Score) -> None:
    """Format 1, 480 ticks a quarter, tempo, metre, key, section marker, whole length."""
    file = mido.MidiFile(file=io.BytesIO(score_to_midi(scale_score)))
    assert (file.type, file.ticks_per_beat, len(file.tracks)) == (1, 480, 3)
    facts = {message.type: message for message in file.tracks[0]}
    assert facts["set_tempo"].tempo == 500_000
    assert (facts["time_signature"].numerator, facts["time_signature"].denominator) == (4, 4)
    assert facts["key_signature"].key == "C"
    assert facts["marker"].text == "A"
    assert file.length == pytest.approx(4.0)


def test_tracks_tell_who_plays(scale_score: Score) -> None:
    """Name, program, volume and pan come before the notes; −6 dB is 70 of 100, left is below 64."""
    messages = _messages(scale_score, 2)
    assert messages[0].name == "cello"
    assert messages[1].program == 42
    assert {m.control: m.value for m in messages if m.type == "control_change"} == {7: 71, 10: 32}


def test_notes_survive(scale_score: Score) -> None:
    """What is written is read back, note by note."""
    melody, bass = midi_to_notes(score_to_midi(scale_score))
    assert melody.notes == scale_score.parts[0].notes
    assert bass.notes == scale_score.parts[1].notes
    assert (bass.name, bass.program) == ("cello", 42)


def test_pretty_midi_agrees(scale_score: Score) -> None:
    """Another reader hears the scale at half-second steps."""
    other = pretty_midi.PrettyMIDI(io.BytesIO(score_to_midi(scale_score)))
    notes = other.instruments[0].notes
    assert [note.pitch for note in notes] == [60, 62, 64, 65, 67, 71, 72]
    assert [note.start for note in notes] == pytest.approx([0, 0.5, 1, 1.5, 2, 2.5, 3])


def test_shift_and_ring_are_played() -> None:
    """A late note starts late; a ringing one ends late; none starts before the piece."""
    note = Note(start_ticks=480, duration_ticks=240, midi_pitch=60, velocity=80, onset_shift_ticks=10, ring_ticks=100)
    assert played_span(note) == (490, 820)
    early = Note(start_ticks=0, duration_ticks=240, midi_pitch=60, velocity=80, onset_shift_ticks=-10, ring_ticks=-500)
    assert played_span(early) == (0, 1)


def test_a_struck_pitch_ends_its_earlier_sound(scale_score: Score) -> None:
    """A note that rings into the next of its pitch is cut there, so note-offs never kill the new one."""
    notes = tuple(
        Note(start_ticks=start, duration_ticks=240, midi_pitch=60, velocity=80, ring_ticks=960)
        for start in (0, 240, 480)
    )
    part = replace(scale_score.parts[0], notes=notes)
    read = midi_to_notes(score_to_midi(replace(scale_score, parts=(part,))))[0]
    assert [(note.start_ticks, note.duration_ticks) for note in read.notes] == [(0, 240), (240, 240), (480, 1200)]


def test_equal_scores_give_equal_bytes(planned: Callable[..., Plan]) -> None:
    """Twice composed is twice the same file."""
    plan = planned("a jazz tune with drums")
    assert score_to_midi(compose(plan, seed=5)) == score_to_midi(compose(plan, seed=5))


def test_percussion_is_on_channel_ten(planned: Callable[..., Plan]) -> None:
    """Drums are on channel 10, and no pitched part is."""
    score = compose(planned("rock", metre="4/4"), seed=1)
    parts = midi_to_notes(score_to_midi(score))
    assert [part.percussion for part in parts] == [part.percussion for part in score.parts]


@pytest.mark.parametrize(("tonic", "mode", "key"), [(3, "minor", "Ebm"), (6, "major", "F#"), (2, "dorian", "Am")])
def test_key_signatures(scale_score: Score, tonic: int, mode: str, key: str) -> None:
    """Signatures are written as MIDI knows them; D dorian has that of A minor."""
    score = replace(scale_score, tonality=Tonality(tonic=tonic, mode=mode))
    assert next(m.key for m in _messages(score, 0) if m.type == "key_signature") == key


def test_titles_outside_latin_are_kept_readable(scale_score: Score) -> None:
    """A title with signs that MIDI cannot hold does not break the file."""
    assert _messages(replace(scale_score, title="Ночь"), 0)[0].name == "????"


@pytest.mark.parametrize(
    "data", [b"", b"MThd", b"RIFF" + bytes(100), b"MThd\x00\x00\x00\x06\x00\x01\x00\x02\x01\xe0MTrk\x00"]
)
def test_what_is_no_midi_is_refused(data: bytes) -> None:
    """Broken bytes are a typed error."""
    with pytest.raises(ContractError) as refusal:
        midi_to_notes(data)
    assert refusal.value.code == "midi.invalid"


def test_other_resolutions_are_scaled() -> None:
    """A file of 96 ticks a quarter is read in ticks of 480."""
    file = mido.MidiFile(ticks_per_beat=96)
    track = mido.MidiTrack([mido.Message("note_on", note=60, velocity=64), mido.Message("note_off", note=60, time=48)])
    file.tracks.append(track)
    buffer = io.BytesIO()
    file.save(file=buffer)
    (part,) = midi_to_notes(buffer.getvalue())
    assert [(note.start_ticks, note.duration_ticks) for note in part.notes] == [(0, 240)]
