"""Files that pieces are made from: what is refused, and what helps."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from grym.cli.sources import MAX_SOUND_S, given
from grym.errors import ContractError, InvalidAudioError
from schemas.reworking import ReworkData

VARY = ReworkData(verb="vary")


def test_a_file_of_another_kind_is_told_what_can_be_read(tmp_path: Path) -> None:
    """Scores are named besides sounds."""
    path = tmp_path / "notes.mid"
    path.write_bytes(b"these are no notes at all")
    with pytest.raises(InvalidAudioError) as caught:
        given(path, VARY)
    assert caught.value.code == "audio.not_audio"
    assert "MIDI, MusicXML" in caught.value.hint


def test_a_long_sound_is_to_be_cut(tmp_path: Path) -> None:
    """No option of these commands raises the limit, so none is named."""
    path = tmp_path / "long.flac"
    soundfile.write(path, np.zeros(round((MAX_SOUND_S + 1) * 8_000), dtype=np.float32), 8_000)
    with pytest.raises(InvalidAudioError) as caught:
        given(path, VARY)
    assert caught.value.code == "audio.too_long"
    assert caught.value.hint == "Cut the sound to at most 900 s."


def test_what_is_missing_or_empty_is_refused(tmp_path: Path) -> None:
    """Before anything is read."""
    empty = tmp_path / "empty.mid"
    empty.touch()
    codes = []
    for path in (tmp_path / "nothing.mid", empty):
        with pytest.raises(ContractError) as caught:
            given(path, VARY)
        codes.append(caught.value.code)
    assert codes == ["score.missing", "score.empty"]


def test_scores_are_known_by_their_first_bytes(tmp_path: Path) -> None:
    """Whatever they are called."""
    path = tmp_path / "song.txt"
    path.write_bytes(b"MThd\0\0\0\6")
    assert given(path, VARY).media_type == "audio/midi"
