"""Files that are no usable sound, each made by hand so that what is wrong with it is known."""

import struct
from pathlib import Path

import numpy as np
import soundfile

RATE_HZ = 44_100


def tone(seconds: float = 3.0) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return a plain tone to be spoilt."""
    return np.asarray(0.3 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * RATE_HZ)) / RATE_HZ))


def truncated(path: Path) -> Path:
    """Write a good file and cut it in half."""
    soundfile.write(path, tone(), RATE_HZ)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def empty(path: Path) -> Path:
    """Write a file of no bytes."""
    path.write_bytes(b"")
    return path


def with_value(path: Path, value: float) -> Path:
    """Write a float WAV in which one sample is no number, or infinite."""
    sound = tone()
    sound[1000] = value
    soundfile.write(path, sound, RATE_HZ, subtype="FLOAT")
    return path


def samples(path: Path, count: int) -> Path:
    """Write a WAV of so many samples."""
    soundfile.write(path, tone()[:count], RATE_HZ)
    return path


def wav_header(path: Path, *, channels: int, rate_hz: int, body: bytes = bytes(8192)) -> Path:
    """Write a PCM WAV whose header says what it is told to say."""
    block = channels * 2 & 0xFFFF
    form = struct.pack("<HHIIHH", 1, channels, rate_hz, rate_hz * block & 0xFFFFFFFF, block, 16)
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(body)) + body
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)
    return path


def hour_of_silence(path: Path, *, rate_hz: int = RATE_HZ, channels: int = 2) -> Path:
    """Write an hour of silence as FLAC: half a megabyte that decodes to more than a gigabyte."""
    shape = (rate_hz * 60, channels)
    with soundfile.SoundFile(path, "w", rate_hz, channels, subtype="PCM_16") as file:
        for _ in range(60):
            file.write(np.zeros(shape, dtype=np.int16))
    return path


def text(path: Path) -> Path:
    """Write words under the name of a sound."""
    path.write_text("This is a letter to a friend, not a sound.\n" * 400)
    return path
