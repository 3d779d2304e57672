"""Sources: a file to the sample without lying in memory, and a pipe that makes its writer wait."""

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
import soundfile

from grym.cli.streaming.sources import PIPE_AHEAD, PIPE_READ_BYTES, FileSource, PipeSource
from grym.errors import AdapterError, GrymError, InvalidAudioError, InvalidRequestError
from tests.unit.grym.cli.streaming.world import FORM

T = TypeVar("T")


class Here:
    """A pool that works right here, and counts how many calls wait."""

    def __init__(self, *, error: AdapterError | None = None) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.error = error

    async def run(self, work: Callable[..., T], *args: object, timeout_s: float) -> T:
        """Call it."""
        assert timeout_s > 0
        self.calls.append(args)
        if self.error is not None:
            raise self.error
        return work(*args)


def written(path: Path, *, seconds: float = 12.0, channels: int = 2, subtype: str = "PCM_16") -> Path:
    """Write noise at 8 kHz."""
    samples = np.random.default_rng(1).uniform(-0.5, 0.5, (round(seconds * 8_000), channels))
    soundfile.write(path, samples, 8_000, subtype=subtype)
    return path


async def all_of(source: FileSource | PipeSource) -> bytes:
    """Return everything a source yields."""
    return b"".join([piece async for piece in source.pieces()])


@pytest.mark.parametrize(
    ("name", "subtype", "dtype"),
    [("a.wav", "PCM_16", "int16"), ("a.flac", "PCM_24", "float32"), ("a.wav", "FLOAT", "float32")],
)
async def test_a_file_comes_whole(tmp_path: Path, name: str, subtype: str, dtype: str) -> None:
    """Stretch by stretch, to the bit, in the smallest format that loses nothing."""
    path = written(tmp_path / name, subtype=subtype)
    source, pool = FileSource(path), Here()
    await source.verify(pool)
    whole, _ = soundfile.read(path, dtype=dtype, always_2d=True)
    assert await all_of(source) == whole.tobytes()
    assert (source.form.channels, source.length_s) == (2, 12.0)
    assert source.form.sample_format == {"int16": "s16le", "float32": "f32le"}[dtype]


async def test_a_format_that_was_asked_for_is_kept(tmp_path: Path) -> None:
    """A file of integers may travel as floats."""
    source = FileSource(written(tmp_path / "a.wav"), sample_format="f32le")
    assert source.form.sample_format == "f32le"


async def test_only_one_stretch_is_ahead(tmp_path: Path) -> None:
    """While the first stretch plays, the second is decoded, and no more."""
    source, pool = FileSource(written(tmp_path / "a.wav", seconds=60.0)), Here()
    await source.verify(pool)
    pieces = source.pieces()
    await anext(pieces)
    for _ in range(5):
        await asyncio.sleep(0)
    assert len(pool.calls) == 2
    await pieces.aclose()


async def test_damage_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    """A compressed file is decoded once beforehand; samples that are no numbers are found, too."""
    path = tmp_path / "a.wav"
    samples = np.zeros(8_000, dtype=np.float32)
    samples[4_000] = np.nan
    soundfile.write(path, samples, 8_000, subtype="FLOAT")
    with pytest.raises(InvalidAudioError) as caught:
        await FileSource(path).verify(Here())
    assert caught.value.code == "audio.not_finite"


async def test_a_decoder_that_hangs_is_the_files_fault(tmp_path: Path) -> None:
    """A worker that died or took too long is told as a file that cannot be read."""
    source = FileSource(written(tmp_path / "a.flac"))
    with pytest.raises(InvalidAudioError) as caught:
        await source.verify(Here(error=AdapterError("killed", code="worker.died")))
    assert caught.value.code == "audio.unreadable"


@pytest.mark.parametrize("content", [b"", b"no sound"])
def test_no_sound_is_refused_at_once(tmp_path: Path, content: bytes) -> None:
    """By its header, before a runtime is opened."""
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(GrymError):
        FileSource(path)


async def test_a_pipe_comes_as_it_is_written() -> None:
    """Everything up to the end of file, an odd byte included."""
    reading, writing = os.pipe()
    sound = bytes(range(256)) * 300 + b"x"

    def write() -> None:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(sound)

    writer = threading.Thread(target=write)
    writer.start()
    assert await all_of(PipeSource(reading, FORM)) == sound
    writer.join()
    os.close(reading)


async def test_a_plain_file_may_stand_for_a_pipe(tmp_path: Path) -> None:
    """As with ``< sound.raw``, which no event loop watches."""
    path = tmp_path / "sound.raw"
    path.write_bytes(bytes(200_001))
    with path.open("rb") as file:
        assert await all_of(PipeSource(file.fileno(), FORM)) == bytes(200_001)


async def test_the_writer_of_a_pipe_waits(tmp_path: Path) -> None:
    """Not more than so many pieces are read ahead of whoever plays them."""
    path = tmp_path / "sound.raw"
    path.write_bytes(bytes(PIPE_READ_BYTES * (PIPE_AHEAD + 10)))
    with path.open("rb") as file:
        pieces = PipeSource(file.fileno(), FORM).pieces()
        await anext(pieces)
        read = 0
        for _ in range(1_000):
            await asyncio.sleep(0)
            read = max(read, os.lseek(file.fileno(), 0, os.SEEK_CUR))
        assert read <= PIPE_READ_BYTES * (PIPE_AHEAD + 1)
        assert len([piece async for piece in pieces]) == PIPE_AHEAD + 9


async def test_a_closed_input_is_refused() -> None:
    """A descriptor that cannot be read is a wrong call."""
    reading, writing = os.pipe()
    with pytest.raises(InvalidRequestError) as caught:
        await all_of(PipeSource(writing, FORM))
    assert caught.value.code == "usage.input"
    os.close(reading)
    os.close(writing)


def test_a_terminal_is_refused() -> None:
    """Nobody types samples."""
    leader, follower = os.openpty()
    with pytest.raises(InvalidRequestError) as caught:
        PipeSource(follower, FORM)
    assert caught.value.code == "usage.terminal"
    os.close(leader)
    os.close(follower)
