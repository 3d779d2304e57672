"""Reading MIDI files: grym's own come back note by note, foreign ones as they sound, broken ones are refused."""

import contextlib
import io

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.composing.midi import score_to_midi
from grym.domain.composing.reworking.midi_reading import playable_tempo, read_midi, whole_bars
from grym.domain.composing.score import Metre, Note, Part, Score, Tonality
from grym.errors import ContractError


def file_of(*tracks: list[mido.Message | mido.MetaMessage], ticks: int = 96) -> bytes:
    """Return a MIDI file of tracks."""
    file = mido.MidiFile(type=1, ticks_per_beat=ticks)
    file.tracks += [mido.MidiTrack(track) for track in tracks]
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def note(pitch: int, length: int) -> list[mido.Message]:
    """Return a note after the last one."""
    return [
        mido.Message("note_on", note=pitch, velocity=70, time=0),
        mido.Message("note_off", note=pitch, velocity=0, time=length),
    ]


def test_a_score_of_grym_comes_back(scale_score: Score) -> None:
    """Notes, tempo, metre and key are those that were written."""
    read = read_midi(score_to_midi(scale_score))
    assert [part.notes for part in read.parts] == [part.notes for part in scale_score.parts]
    assert (read.tempo_bpm, read.metre, read.tonality) == (120.0, scale_score.metre, scale_score.tonality)
    assert read.length_ticks == scale_score.length_ticks
    assert read.stated == {"tempo", "metre", "key"}
    assert read.warnings == ()


def test_a_foreign_resolution_is_scaled_and_nothing_is_taken_for_stated() -> None:
    """96 ticks a quarter become 480; a file that says nothing has the usual tempo and no key."""
    read = read_midi(file_of([*note(60, 96), *note(62, 48)]))
    assert [(n.start_ticks, n.duration_ticks) for n in read.parts[0].notes] == [(0, 480), (480, 240)]
    assert (read.tempo_bpm, read.tonality, read.stated) == (120.0, None, frozenset())


def test_changes_are_levelled_and_told() -> None:
    """The tempo and the metre that last longest count."""
    conductor = [
        mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(90)),
        mido.MetaMessage("time_signature", numerator=3, denominator=4),
        mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(150), time=96),
    ]
    read = read_midi(file_of(conductor, [*note(60, 96 * 12)]))
    assert read.tempo_bpm == pytest.approx(150.0, abs=0.01)
    assert read.metre == Metre(beats=3, unit=4)
    assert any("tempo" in told for told in read.warnings)


def test_a_signature_of_flats_in_minor_is_read() -> None:
    """Three flats in minor are C minor."""
    conductor = [mido.MetaMessage("key_signature", key="Cm")]
    assert read_midi(file_of(conductor, note(60, 96))).tonality == Tonality(tonic=0, mode="minor")


def test_a_tempo_beyond_all_plans_is_written_otherwise() -> None:
    """Twice as fast in notes of half the length sounds the same."""
    part = Part(
        name="p",
        role="melody",
        program=0,
        notes=(Note(start_ticks=480, duration_ticks=480, midi_pitch=60, velocity=9),),
    )
    parts, tempo, told = playable_tempo((part,), 400.0)
    assert (tempo, parts[0].notes[0].start_ticks, parts[0].notes[0].duration_ticks) == (200.0, 240, 240)
    assert told


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "score.empty"),
        (b"MThd", "score.unreadable"),
        (b"MThd\0\0\0\6\0\1\0\1\0\x60MTrk\xff\xff\xff\xff", "score.unreadable"),
        (file_of([mido.MetaMessage("track_name", name="nothing")]), "score.empty"),
        (file_of(note(60, 0x0FFFFFFF)), "score.too_long"),
    ],
)
def test_what_is_broken_is_refused_by_code(data: bytes, code: str) -> None:
    """Empty, cut off, without notes, or longer than any piece."""
    with pytest.raises(ContractError) as caught:
        read_midi(data)
    assert caught.value.code == code


@given(st.binary(max_size=400), st.integers(0, 200))
def test_any_bytes_are_read_or_refused(data: bytes, at: int) -> None:
    """Whatever stands in a file, nothing but a typed error comes out."""
    whole = bytearray(file_of([*note(60, 96), *note(62, 48)]))
    whole[at : at + len(data) // 4] = data[: len(data) // 4]
    for candidate in (b"MThd" + data, bytes(whole)):
        with contextlib.suppress(ContractError):
            assert read_midi(candidate).length_ticks > 0


@given(st.integers(0, 10**6), st.sampled_from([(4, 4), (3, 4), (6, 8), (7, 8)]))
def test_whole_bars_hold_and_are_least(ticks: int, metre: tuple[int, int]) -> None:
    """No fewer bars would do."""
    one = Metre(beats=metre[0], unit=metre[1])
    found = whole_bars(ticks, one)
    assert found % one.bar_ticks == 0
    assert found >= ticks
    assert found == one.bar_ticks or found - one.bar_ticks < ticks
