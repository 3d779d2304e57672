"""Reading a sound file stretch by stretch, so that an hour of it never lies in memory.

Each call opens the file anew and goes to its place, which libsndfile does to the sample in every format it reads: the
stretches put together are the whole (tested). The file was verified before (`grym.adapters.audio_files.verify`).
"""

from pathlib import Path

import soundfile

from grym.adapters.audio_files import opened
from grym.errors import InvalidAudioError
from schemas.frames import SampleFormat

_DTYPES = {"s16le": "int16", "f32le": "float32"}

EXACT_IN_16_BITS = frozenset({"PCM_16", "PCM_S8", "PCM_U8"})
"""Encodings that lose nothing as ``s16le``."""


def format_for(encoding: str) -> SampleFormat:
    """Return the smallest sample format that holds an encoding exactly."""
    return "s16le" if encoding in EXACT_IN_16_BITS else "f32le"


def read_stretch(path: Path, first_sample: int, samples: int, sample_format: SampleFormat) -> bytes:
    """Return up to `samples` per channel from `first_sample` on, interleaved; nothing behind the end.

    Raises
    ------
    InvalidAudioError
        ``audio.truncated`` where the file is no longer what it was.
    """
    with opened(path) as file:
        try:
            with soundfile.SoundFile(file) as sound:
                if first_sample >= sound.frames:
                    return b""
                sound.seek(first_sample)
                block = sound.read(samples, dtype=_DTYPES[sample_format], always_2d=True)
        except soundfile.SoundFileError as error:
            raise InvalidAudioError(
                f"{path.name} can no longer be read from sample {first_sample} on",
                code="audio.truncated",
                hint="Do not change a file while it is played.",
                details={"file": path.name, "reason": str(error)[:200]},
            ) from error
    return bytes(block.astype(block.dtype.newbyteorder("<"), copy=False).tobytes())
