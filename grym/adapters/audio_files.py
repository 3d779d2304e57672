"""The one door for audio: files nobody has vouched for are looked at, capped, decoded and refused here.

Policy: what the header says is read first and judged against the caps before a sample is decoded; decoding goes in
blocks, so memory follows the sound and never what a header claims; a file that ends early is refused, not cut short;
samples that are not numbers are refused. Opening never blocks: the kind of file is known before it is opened. Every
failure is an `InvalidAudioError` with a stable code and a hint. `read_signal` runs in whatever process calls it, which
for foreign files is a worker with limits of memory and time (`CpuPool`).

libsndfile (through soundfile) reads WAV, AIFF, FLAC, Ogg, Opus, MP3 and more; no other decoder is used.
"""

import os
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile
import soxr

from grym.adapters.audio_headers import shortfall
from grym.domain.signal import MAX_CHANNELS, MAX_RATE_HZ, MIN_RATE_HZ, FloatArray, Signal
from grym.errors import AdapterError, InvalidAudioError

MAX_BYTES = 512 * 1024 * 1024
"""An hour of 24-bit stereo at 48 kHz is some 1 GB; half of that is far more than `DEFAULT_MAX_SECONDS` needs."""

DEFAULT_MAX_SECONDS = 900.0
"""A quarter of an hour: 320 MB as float32 stereo at 44.1 kHz, which leaves room under 1 GB for the analysis."""

BLOCK_FRAMES = 262_144
"""Six seconds a block: large enough that the loop costs nothing, small enough to notice an end of file early."""

ESTIMATED_LENGTHS = frozenset({"MP3", "MPEG"})
"""Containers whose declared length may be a guess from the first frame."""

CODEC_BLOCK_SAMPLES = 8_192
"""Longest block of Vorbis; encoders may declare an end within the last block that the decoder does not reach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioInfo:
    """What a file says about itself.

    Parameters
    ----------
    length_samples
        Samples per channel as declared.
    format_name, encoding
        Container and sample format in the words of libsndfile (``WAV``, ``PCM_16``).
    size_bytes
        Length of the file.
    """

    duration_s: float
    sample_rate_hz: int
    channels: int
    length_samples: int
    format_name: str
    encoding: str
    size_bytes: int


def inspect(path: Path, *, max_seconds: float = DEFAULT_MAX_SECONDS, max_bytes: int = MAX_BYTES) -> AudioInfo:
    """Read what a file says about itself and judge it, without decoding.

    Parameters
    ----------
    path
        Any path: a folder, a pipe, a device or nothing at all are refused without blocking.
    max_seconds
        Longest sound that is accepted, seconds.
    max_bytes
        Largest file that is accepted; more only where it is never in memory as a whole.

    Returns
    -------
    AudioInfo
        Facts from the header.

    Raises
    ------
    InvalidAudioError
        With code ``audio.not_found``, ``audio.is_folder``, ``audio.not_a_file``, ``audio.unreadable``,
        ``audio.empty``, ``audio.not_audio``, ``audio.truncated``, ``audio.too_long``, ``audio.too_large``,
        ``audio.too_short``, ``audio.channels`` or ``audio.sample_rate``.
    """
    with opened(path) as file:
        return _inspect_open(file, name=path.name, max_seconds=max_seconds, max_bytes=max_bytes)


def verify(path: Path, *, max_seconds: float, max_bytes: int = MAX_BYTES) -> None:
    """Decode a file to its end and keep nothing, so that what lies beyond its header is known to be whole.

    Raises
    ------
    InvalidAudioError
        As `read_signal`.
    """
    with opened(path) as file:
        info = _inspect_open(file, name=path.name, max_seconds=max_seconds, max_bytes=max_bytes)
        for _ in _decoded(file, info=info, name=path.name, max_seconds=max_seconds):
            pass


def decoded_blocks(path: Path, *, max_seconds: float, max_bytes: int = MAX_BYTES) -> Iterator[FloatArray]:
    """Decode a file block by block, each of shape (channels, samples) and checked before the next is read.

    Raises
    ------
    InvalidAudioError
        As `read_signal`.
    """
    with opened(path) as file:
        info = _inspect_open(file, name=path.name, max_seconds=max_seconds, max_bytes=max_bytes)
        for block in _decoded(file, info=info, name=path.name, max_seconds=max_seconds):
            yield np.ascontiguousarray(block.T)


def read_signal(path: Path, *, max_seconds: float = DEFAULT_MAX_SECONDS, sample_rate_hz: int | None = None) -> Signal:
    """Decode a file in this process.

    Parameters
    ----------
    path
        The file.
    max_seconds
        Longest sound that is accepted, seconds.
    sample_rate_hz
        Resample to this rate; None keeps the rate of the file.

    Returns
    -------
    Signal
        float32, all channels.

    Raises
    ------
    InvalidAudioError
        As `inspect`, and ``audio.not_finite`` and ``audio.truncated`` for what only decoding shows.
    """
    with opened(path) as file:
        info = _inspect_open(file, name=path.name, max_seconds=max_seconds, max_bytes=MAX_BYTES)
        return _at_rate(
            _decode_open(file, info=info, name=path.name, max_seconds=max_seconds), sample_rate_hz=sample_rate_hz
        )


def write_wav(signal: Signal, path: Path) -> None:
    """Write a signal as a 24-bit PCM WAV file, whole or not at all: a temporary neighbour is synced, then renamed.

    Samples beyond full scale are clipped.

    Raises
    ------
    AdapterError
        ``audio.write_failed``: the folder is missing, full or read-only; no partial file stays behind.
    """
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                soundfile.write(file, signal.samples.T, signal.sample_rate_hz, format="WAV", subtype="PCM_24")
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise AdapterError(
            f"{path} could not be written: {error.strerror}",
            code="audio.write_failed",
            hint="Name a folder that exists, is writable and has room.",
        ) from error


def _refusal(code: str, message: str, hint: str, **details: str | float | None) -> InvalidAudioError:
    return InvalidAudioError(message, code=f"audio.{code}", hint=hint, details=details)


def opened(path: Path) -> BinaryIO:
    """Open a regular file and nothing else; O_NONBLOCK keeps a pipe put there in the meantime from hanging us.

    Raises
    ------
    InvalidAudioError
        ``audio.not_found``, ``audio.is_folder``, ``audio.not_a_file``, ``audio.unreadable``.
    """
    name = path.name or str(path)
    try:
        _require_file(path.stat().st_mode, name=name)
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise _refusal("not_found", f"there is no file {name}", "Check the path.", file=name) from error
    except (OSError, ValueError) as error:
        raise _refusal("unreadable", f"{name} cannot be read: {error}", "Check its permissions.", file=name) from error
    file = os.fdopen(descriptor, "rb")
    try:
        _require_file(os.fstat(descriptor).st_mode, name=name)
    except BaseException:
        file.close()
        raise
    return file


def _require_file(mode: int, *, name: str) -> None:
    """Refuse folders, pipes, sockets and devices."""
    if stat.S_ISDIR(mode):
        raise _refusal("is_folder", f"{name} is a folder", "Name the sound files in it one by one.", file=name)
    if not stat.S_ISREG(mode):
        raise _refusal("not_a_file", f"{name} is a pipe or a device", "Save the sound into a file first.", file=name)


def _inspect_open(file: BinaryIO, *, name: str, max_seconds: float, max_bytes: int) -> AudioInfo:
    """Judge an open file by its size and header."""
    size_bytes = file.seek(0, os.SEEK_END)
    if size_bytes == 0:
        raise _refusal("empty", f"{name} is empty", "Export the sound again.", file=name)
    if size_bytes > max_bytes:
        raise _refusal(
            "too_large",
            f"{name} has {size_bytes} bytes; at most {max_bytes} are read",
            "Cut the sound into pieces, or convert it to FLAC.",
            file=name,
            size_bytes=size_bytes,
        )
    _require_whole(file, name=name, size_bytes=size_bytes)
    file.seek(0)
    try:
        with soundfile.SoundFile(file) as sound:
            info = AudioInfo(
                duration_s=sound.frames / sound.samplerate,
                sample_rate_hz=int(sound.samplerate),
                channels=int(sound.channels),
                length_samples=int(sound.frames),
                format_name=str(sound.format),
                encoding=str(sound.subtype),
                size_bytes=size_bytes,
            )
    except (soundfile.SoundFileError, TypeError, ValueError, ZeroDivisionError) as error:
        raise _refusal(
            "not_audio",
            f"{name} is not sound in a format that can be read",
            "WAV, AIFF, FLAC, Ogg, Opus and MP3 can be read.",
            file=name,
            reason=str(error)[:200],
        ) from error
    _require_caps(info, name=name, max_seconds=max_seconds)
    return info


def _require_whole(file: BinaryIO, *, name: str, size_bytes: int) -> None:
    """Refuse a file whose container declares more than it holds."""
    missing = shortfall(file, size_bytes=size_bytes)
    if missing is not None:
        raise _truncated(name, declared=missing.declared_bytes, actual=missing.actual_bytes, unit="bytes")


def _truncated(name: str, *, declared: int, actual: int, unit: str) -> InvalidAudioError:
    return _refusal(
        "truncated",
        f"{name} ends early: {actual} of at least {declared} {unit} are there",
        "Copy or export the file again; it is not complete.",
        file=name,
        declared=declared,
        actual=actual,
    )


def _require_caps(info: AudioInfo, *, name: str, max_seconds: float) -> None:
    """Refuse what is beyond the caps on channels, rate and length."""
    if not 1 <= info.channels <= MAX_CHANNELS:
        raise _refusal(
            "channels",
            f"{name} has {info.channels} channels; 1 to {MAX_CHANNELS} are understood",
            "Mix it down to stereo first.",
            file=name,
            channels=info.channels,
        )
    if not MIN_RATE_HZ <= info.sample_rate_hz <= MAX_RATE_HZ:
        raise _refusal(
            "sample_rate",
            f"{name} has a sample rate of {info.sample_rate_hz} Hz; {MIN_RATE_HZ} to {MAX_RATE_HZ} Hz are understood",
            "Resample it to 44100 Hz.",
            file=name,
            sample_rate_hz=info.sample_rate_hz,
        )
    if info.length_samples == 0:
        raise _too_short(name)
    _require_length(info.duration_s, name=name, max_seconds=max_seconds)


def _require_length(duration_s: float, *, name: str, max_seconds: float) -> None:
    """Refuse sound beyond the cap on length."""
    if duration_s > max_seconds:
        raise _refusal(
            "too_long",
            f"{name} lasts {duration_s:.0f} s or more; at most {max_seconds:g} s are read",
            "Cut the sound, or raise the limit with --max-seconds.",
            file=name,
            duration_s=round(duration_s, 3),
            max_seconds=max_seconds,
        )


def _too_short(name: str) -> InvalidAudioError:
    return _refusal("too_short", f"{name} holds no samples", "Record at least a tenth of a second.", file=name)


def _decode_open(file: BinaryIO, *, info: AudioInfo, name: str, max_seconds: float) -> Signal:
    """Decode an inspected file into one signal.

    Blocks are given back as they are copied together, so the sound is in memory once and not twice.
    """
    blocks = [*_decoded(file, info=info, name=name, max_seconds=max_seconds)]
    samples = np.empty((info.channels, sum(len(block) for block in blocks)), dtype=np.float32)
    end = samples.shape[1]
    while blocks:
        block = blocks.pop()
        samples[:, end - len(block) : end] = block.T
        end -= len(block)
    return Signal(samples=samples, sample_rate_hz=info.sample_rate_hz)


def _decoded(file: BinaryIO, *, info: AudioInfo, name: str, max_seconds: float) -> Iterator[FloatArray]:
    """Decode an inspected file in blocks of shape (samples, channels), each checked before the next is read."""
    file.seek(0)
    decoded = 0
    try:
        with soundfile.SoundFile(file) as sound:
            while (block := sound.read(BLOCK_FRAMES, dtype="float32", always_2d=True)).shape[0]:
                _require_finite(block, name=name, at_s=decoded / info.sample_rate_hz)
                decoded += block.shape[0]
                _require_length(decoded / info.sample_rate_hz, name=name, max_seconds=max_seconds)
                yield block
    except soundfile.SoundFileError as error:
        raise _refusal(
            "truncated",
            f"{name} is damaged or ends early, after {decoded / info.sample_rate_hz:.1f} s",
            "Copy or export the file again.",
            file=name,
            reason=str(error)[:200],
        ) from error
    # The length of an MP3 is an estimate unless its encoder left a header, which `shortfall` has judged already.
    missing = info.length_samples - decoded - (CODEC_BLOCK_SAMPLES if info.format_name == "OGG" else 0)
    if missing > 0 and info.format_name not in ESTIMATED_LENGTHS:
        raise _truncated(name, declared=info.length_samples, actual=decoded, unit="samples")
    if decoded == 0:
        raise _too_short(name)


def _require_finite(block: FloatArray, *, name: str, at_s: float) -> None:
    """Refuse NaN and infinity; `at_s` is where the block begins."""
    if not np.isfinite(block).all():
        raise _refusal(
            "not_finite",
            f"{name} holds samples that are not numbers (NaN or infinity)",
            "Export the file again; its samples were damaged.",
            file=name,
            after_s=round(at_s, 3),
        )


def _at_rate(signal: Signal, *, sample_rate_hz: int | None) -> Signal:
    """Resample to `sample_rate_hz` (None: leave), to very high quality (−140 dB of aliasing)."""
    if sample_rate_hz is None or sample_rate_hz == signal.sample_rate_hz:
        return signal
    resampled = soxr.resample(signal.samples.T, signal.sample_rate_hz, sample_rate_hz, quality="HQ")
    return Signal(samples=np.ascontiguousarray(resampled.T, dtype=np.float32), sample_rate_hz=sample_rate_hz)
