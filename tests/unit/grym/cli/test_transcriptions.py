"""Notes of an analysis become a MIDI file that sounds as they were heard."""

from pathlib import Path
from typing import Any

import mido
import pytest

from grym.cli.transcriptions import beat_grid, write_midi
from grym.errors import AdapterError

NOTES = [
    {"start_s": 1.0, "end_s": 1.5, "midi_pitch": 60, "velocity": 90, "confidence": 0.9},
    {"start_s": 1.5, "end_s": 2.5, "midi_pitch": 64, "velocity": 70, "confidence": 0.8},
]


def heard(**more: Any) -> dict[str, Any]:
    """What a full analysis says, as far as a transcription needs it."""
    beats = [0.4 + 0.6 * n for n in range(10)]
    return {"notes": NOTES, "beats_s": beats, "downbeats_s": beats[1::3], "beats_per_bar": 3, **more}


def played(path: Path) -> list[tuple[float, int]]:
    """Return when each note begins, in seconds, and its pitch."""
    at_s, found = 0.0, []
    for message in mido.MidiFile(path):
        at_s += message.time
        if message.type == "note_on" and message.velocity:
            found.append((at_s, message.note))
    return found


def test_notes_keep_their_distance(tmp_path: Path) -> None:
    """With beats and without, the second note begins half a second after the first."""
    for name, result in (("beats.mid", heard()), ("free.mid", heard(beats_s=[], downbeats_s=[], beats_per_bar=0))):
        assert write_midi(result, tmp_path / name) == str(tmp_path / name)
        first, second = played(tmp_path / name)
        assert (first[1], second[1]) == (60, 64)
        assert second[0] - first[0] == pytest.approx(0.5, abs=0.005)


def test_bars_begin_at_downbeats() -> None:
    """The grid counts from the first downbeat; without downbeats every beat is one; one beat is no grid."""
    result = heard()
    grid = beat_grid(result["beats_s"], result["downbeats_s"], beats_per_bar=3)
    assert grid is not None
    assert (grid.first_downbeat, grid.beats_per_bar) == (1, 3)
    plain = beat_grid(result["beats_s"], [], beats_per_bar=0)
    assert plain is not None
    assert plain.beats_per_bar == 1
    assert beat_grid([1.0], [], beats_per_bar=4) is None


def test_no_notes_make_an_empty_file(tmp_path: Path) -> None:
    """Silence is transcribed as silence."""
    write_midi(heard(notes=[]), tmp_path / "silence.mid")
    assert played(tmp_path / "silence.mid") == []


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The error has a code and a hint."""
    with pytest.raises(AdapterError) as error:
        write_midi(heard(), tmp_path / "nowhere" / "a.mid")
    assert error.value.code == "midi.write_failed"
    assert error.value.hint
