"""The broadcast chunk."""

import struct
from pathlib import Path

import pytest
import soundfile

from grym.adapters.wav_chunks import NOT_MEASURED, Broadcast, with_chunks


def test_an_odd_file_is_padded_and_still_reads(tmp_path: Path) -> None:
    """Chunks begin at even places: one byte is put between; the sound is as before."""
    path = tmp_path / "a.wav"
    soundfile.write(path, [0.5, -0.5, 0.25], 8_000, subtype="PCM_U8")
    before, _ = soundfile.read(path)
    with_chunks(path, Broadcast(description="ü" * 300))
    after, _ = soundfile.read(path)
    assert (before == after).all()
    content = path.read_bytes()
    at = content.index(b"bext")
    assert at % 2 == 0
    assert content[at + 8 : at + 8 + 256] == b"?" * 256
    assert struct.unpack_from("<h", content, at + 8 + 412) == (NOT_MEASURED,)


def test_other_files_are_refused(tmp_path: Path) -> None:
    """What is no WAV file is not touched."""
    (tmp_path / "a").write_bytes(b"fLaC" + bytes(20))
    with pytest.raises(ValueError, match="RIFF"):
        with_chunks(tmp_path / "a", Broadcast())
    assert (tmp_path / "a").read_bytes() == b"fLaC" + bytes(20)
