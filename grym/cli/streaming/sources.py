"""Where the sound of a stream comes from: a file through the one door for audio, or raw PCM from a pipe.

Neither lies in memory as a whole: a file is decoded stretch by stretch in a worker process, one stretch ahead; a pipe
is read as it is sent, and its writer waits when it is faster than the stream.
"""

import asyncio
import os
import threading
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Protocol

from grym.cli.recordings import CHECK_S_PER_MINUTE, CHECK_START_S, PLAIN_ENCODINGS, PLAIN_FORMATS
from grym.errors import AdapterError, InvalidAudioError, InvalidRequestError
from grym.ports.sound import CpuPool
from producers.frames import StreamFormat
from schemas.frames import SampleFormat

STRETCH_S = 5.0
"""Sound decoded at once: half a megabyte for each channel at 44.1 kHz, some milliseconds of work."""

STRETCH_PATIENCE_S = 60.0
"""A stretch that takes so long will never come: its decoder hangs."""

MAX_FILE_S = 4 * 3600.0
MAX_FILE_BYTES = 8 * 1024**3
"""Four hours of stereo in 32 bits at 96 kHz are 11 GB; at 48 kHz 5.5."""

PIPE_READ_BYTES = 65_536
"""What a pipe of Linux holds."""
PIPE_AHEAD = 16
"""Pieces that are read ahead of the stream: a megabyte."""


class Source(Protocol):
    """Sound for one stream."""

    @property
    def form(self) -> StreamFormat:
        """What its frames are."""
        ...

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def length_s(self) -> float | None:
        """Its length in seconds, where that is known."""
        ...

    def pieces(self) -> AsyncGenerator[bytes, None]:
        """Yield its sound from the beginning to its end, in pieces of any size.

        Raises
        ------
        GrymError
            When it cannot be read to its end.
        """
        ...


class FileSource:
    """A sound file; refused at once where its kind, header or size is not acceptable.

    Parameters
    ----------
    sample_format
        How samples travel; by default without loss in as few bytes as that takes.

    Raises
    ------
    InvalidAudioError
        As `grym.adapters.audio_files.inspect`.
    """

    def __init__(self, path: Path, *, sample_format: SampleFormat | None = None) -> None:
        from grym.adapters.audio_files import inspect
        from grym.adapters.audio_stretches import format_for

        info = inspect(path, max_seconds=MAX_FILE_S, max_bytes=MAX_FILE_BYTES)
        self._path = path
        self._samples = info.length_samples
        self._plain = info.format_name in PLAIN_FORMATS and info.encoding in PLAIN_ENCODINGS
        self._cpu: CpuPool | None = None
        self.name = path.name
        self.length_s: float | None = info.duration_s
        self.form = StreamFormat(
            sample_rate_hz=info.sample_rate_hz,
            channels=info.channels,
            sample_format=sample_format or format_for(info.encoding),
        )

    async def verify(self, cpu: CpuPool) -> None:
        """Decode the file once where its header does not say it all, so that damage is refused before anything is sent.

        Raises
        ------
        InvalidAudioError
            When it cannot be decoded to its end.
        """
        self._cpu = cpu
        if self._plain:
            return
        from grym.adapters.audio_files import verify

        patience_s = CHECK_START_S + CHECK_S_PER_MINUTE * (self.length_s or 0.0) / 60.0
        try:
            await cpu.run(_verified, verify, self._path, timeout_s=patience_s)
        except AdapterError as error:
            raise _unreadable(self.name, error) from error

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Yield the file stretch by stretch; the next one is decoded while this one plays.

        Raises
        ------
        InvalidAudioError
            When it is no longer what it was.
        """
        step = round(STRETCH_S * self.form.sample_rate_hz)
        ahead = asyncio.create_task(self._stretch(0, step))
        try:
            at = 0
            while piece := await ahead:
                at += step
                ahead = asyncio.create_task(self._stretch(at, step))
                yield piece
        finally:
            ahead.cancel()
            await asyncio.gather(ahead, return_exceptions=True)

    async def _stretch(self, first_sample: int, samples: int) -> bytes:
        from grym.adapters.audio_stretches import read_stretch

        assert self._cpu is not None, "verify it first"
        given = (self._path, first_sample, samples, self.form.sample_format)
        try:
            return await self._cpu.run(read_stretch, *given, timeout_s=STRETCH_PATIENCE_S)
        except AdapterError as error:
            raise _unreadable(self.name, error) from error


def _verified(verify: object, path: Path) -> None:
    """Verify a file in a worker process; its caps are those of a stream."""
    assert callable(verify)
    verify(path, max_seconds=MAX_FILE_S, max_bytes=MAX_FILE_BYTES)


def _unreadable(name: str, error: AdapterError) -> InvalidAudioError:
    return InvalidAudioError(
        f"{name} could not be decoded: {error.message}",
        code="audio.unreadable",
        hint="Convert it to WAV or FLAC with another program first.",
        details={"file": name},
    )


class PipeSource:
    """Raw PCM from a descriptor, as it comes.

    Parameters
    ----------
    descriptor
        A pipe, a socket or a file; no terminal.

    Raises
    ------
    InvalidRequestError
        ``usage.terminal`` for a terminal: nobody types samples.
    """

    def __init__(self, descriptor: int, form: StreamFormat, *, name: str = "standard input") -> None:
        if os.isatty(descriptor):
            raise InvalidRequestError(
                "standard input is a terminal, and sound is expected there",
                code="usage.terminal",
                hint="Pipe raw samples into it, such as from `arecord -t raw` or `ffmpeg -f s16le`, or name a file.",
            )
        self._descriptor = descriptor
        self.form = form
        self.name = name
        self.length_s: float | None = None

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Yield what is read until the writer has closed its end.

        Raises
        ------
        InvalidRequestError
            ``usage.input`` where the descriptor cannot be read.
        """
        reader = _PipeReader(self._descriptor)
        async with aclosing(reader.pieces()) as pieces:
            async for piece in pieces:
                yield piece


class _PipeReader:
    """Reads a descriptor in a thread that may wait for ever: it ends with the process, not with the loop.

    A thread, since the event loop watches no plain files, and a pipe may be one end of ``< sound.raw``.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._arrived: asyncio.Queue[bytes | OSError] = asyncio.Queue()
        self._room = threading.Semaphore(PIPE_AHEAD)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Yield what is read, up to the end."""
        threading.Thread(target=self._read, name="standard-input", daemon=True).start()
        while piece := await self._arrived.get():
            if isinstance(piece, OSError):
                raise InvalidRequestError(
                    f"standard input cannot be read: {piece.strerror}", code="usage.input", hint="Pipe sound into it."
                ) from piece
            self._room.release()
            yield piece

    def _read(self) -> None:
        try:
            while True:
                self._room.acquire()
                piece = os.read(self._descriptor, PIPE_READ_BYTES)
                self._loop.call_soon_threadsafe(self._arrived.put_nowait, piece)
                if not piece:
                    return
        except OSError as error:
            self._loop.call_soon_threadsafe(self._arrived.put_nowait, error)
        except RuntimeError:  # the loop is closed: nobody waits any more
            return
