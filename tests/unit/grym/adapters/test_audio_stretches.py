"""Stretches of sound files: put together they are the whole, in every format."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from grym.adapters.audio_files import verify
from grym.adapters.audio_stretches import format_for, read_stretch
from grym.errors import InvalidAudioError

RATE_HZ = 48_000
BLOCK = 40_000
"""The Vorbis encoder of libsndfile takes no more than this at once."""

FORMATS = [
    ("WAV", "PCM_16", "wav"),
    ("WAV", "PCM_24", "wav"),
    ("WAV", "FLOAT", "wav"),
    ("AIFF", "PCM_S8", "aiff"),
    ("FLAC", "PCM_16", "flac"),
    ("FLAC", "PCM_24", "flac"),
    ("OGG", "VORBIS", "ogg"),
    ("OGG", "OPUS", "opus"),
    ("MP3", "MPEG_LAYER_III", "mp3"),
]


def written(folder: Path, container: str, encoding: str, ending: str) -> Path:
    """Write three seconds of a rising tone with some noise, in stereo."""
    at_s = np.arange(3 * RATE_HZ) / RATE_HZ
    noise = 0.05 * np.random.default_rng(3).standard_normal((at_s.size, 2))
    samples = 0.3 * np.sin(2 * np.pi * (200 + 300 * at_s) * at_s)[:, np.newaxis] + noise
    path = folder / f"tone.{ending}"
    with soundfile.SoundFile(path, "w", RATE_HZ, 2, format=container, subtype=encoding) as sound:
        for start in range(0, at_s.size, BLOCK):
            sound.write(samples[start : start + BLOCK])
    return path


@pytest.mark.parametrize(("container", "encoding", "ending"), FORMATS)
@pytest.mark.parametrize("stretch", [7_001, 44_100])
def test_stretches_are_the_whole(tmp_path: Path, container: str, encoding: str, ending: str, stretch: int) -> None:
    """To the bit, wherever a stretch begins."""
    path = written(tmp_path, container, encoding, ending)
    verify(path, max_seconds=10.0)
    sample_format = format_for(encoding)
    dtype = {"s16le": "int16", "f32le": "float32"}[sample_format]
    whole, _ = soundfile.read(path, dtype=dtype, always_2d=True)
    parts, at = [], 0
    while part := read_stretch(path, at, stretch, sample_format):
        parts.append(part)
        at += stretch
    assert b"".join(parts) == whole.tobytes()


def test_sixteen_bits_are_kept_where_they_suffice() -> None:
    """Eight and sixteen bits travel as integers, all else as floats."""
    assert [format_for(name) for name in ("PCM_16", "PCM_U8", "PCM_24", "FLOAT", "VORBIS")] == [
        "s16le",
        "s16le",
        "f32le",
        "f32le",
        "f32le",
    ]


def test_a_file_that_changed_meanwhile_is_told(tmp_path: Path) -> None:
    """What was sound a moment ago and is no longer is refused by name."""
    path = written(tmp_path, *FORMATS[0])
    path.write_bytes(b"no sound any more")
    with pytest.raises(InvalidAudioError) as caught:
        read_stretch(path, 0, 100, "s16le")
    assert caught.value.code == "audio.truncated"


def test_damage_beyond_the_header_is_found_before(tmp_path: Path) -> None:
    """Verifying decodes to the end: a hole in the middle of a FLAC file is refused."""
    path = written(tmp_path, *FORMATS[4])
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 20_000] = bytes(20_000)
    path.write_bytes(bytes(content))
    with pytest.raises(InvalidAudioError):
        verify(path, max_seconds=10.0)
