"""What containers declare, against what they hold."""

import io
import struct

import numpy as np
import pytest
import soundfile

from grym.adapters.audio_headers import shortfall


def encoded(kind: str, *, seconds: float = 2.0) -> bytes:
    """Return noise as a complete file."""
    samples = np.random.default_rng(0).normal(scale=0.1, size=(int(44_100 * seconds), 2))
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, 44_100, format=kind)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["WAV", "AIFF", "OGG", "MP3", "RF64", "FLAC"])
def test_complete_files_lack_nothing(kind: str) -> None:
    """What libsndfile wrote is whole."""
    content = encoded(kind)
    assert shortfall(io.BytesIO(content), size_bytes=len(content)) is None


@pytest.mark.parametrize("kind", ["WAV", "AIFF", "OGG", "MP3", "RF64"])
@pytest.mark.parametrize("share", [0.4, 0.9])
def test_cut_files_are_short(kind: str, share: float) -> None:
    """A file cut after a part declares more than it holds."""
    content = encoded(kind)
    content = content[: int(len(content) * share)]
    missing = shortfall(io.BytesIO(content), size_bytes=len(content))
    assert missing is not None
    assert missing.declared_bytes > missing.actual_bytes


@pytest.mark.parametrize("declared", [0, 0xFFFFFFFF, 0x7FFFFFFF])
def test_a_size_written_to_a_pipe_is_unknown(declared: int) -> None:
    """Programs that write WAV to a pipe cannot know the size, and are believed."""
    content = bytearray(encoded("WAV"))
    at = content.index(b"data")
    content[at + 4 : at + 8] = struct.pack("<I", declared)
    assert shortfall(io.BytesIO(bytes(content)), size_bytes=len(content)) is None


def test_chunks_before_the_sound_are_skipped() -> None:
    """A large LIST chunk of odd length before the sound does not confuse the walk."""
    content = encoded("WAV")
    at = content.index(b"data")
    with_list = content[:at] + b"LIST" + struct.pack("<I", 1_001) + bytes(1_002) + content[at:]
    assert shortfall(io.BytesIO(with_list), size_bytes=len(with_list)) is None
    cut = with_list[:-1_000]
    assert shortfall(io.BytesIO(cut), size_bytes=len(cut)) is not None


def test_a_tag_before_an_mp3_is_skipped() -> None:
    """An ID3 tag with a picture of 5,000 bytes in front moves the sound, not its length."""
    tagged = b"ID3\x04\x00\x00" + bytes([0, 0, 5_000 >> 7, 5_000 & 0x7F]) + bytes(5_000) + encoded("MP3")
    assert shortfall(io.BytesIO(tagged), size_bytes=len(tagged)) is None
    cut = tagged[: len(tagged) // 2]
    assert shortfall(io.BytesIO(cut), size_bytes=len(cut)) is not None


@pytest.mark.parametrize(
    "content",
    [b"", b"R", b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WAVEfmt ", b"hello world, no sound", b"RF64" + bytes(20), b"ID3"],
)
def test_what_is_not_understood_is_not_judged(content: bytes) -> None:
    """Stubs and other bytes are left to the decoder."""
    assert shortfall(io.BytesIO(content), size_bytes=len(content)) is None


def test_endless_chunks_end() -> None:
    """A hundred thousand empty chunks are given up on, not walked for ever."""
    content = b"RIFF\0\0\0\0WAVE" + b"junk\0\0\0\0" * 100_000
    assert shortfall(io.BytesIO(content), size_bytes=len(content)) is None
