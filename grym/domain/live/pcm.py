"""Raw PCM and frames: bytes as they lie in a file, a pipe or a record, as float32 samples and back.

Samples are interleaved and little-endian; 16-bit ones are divided by 32,768, so full scale is ±1.
"""

from collections.abc import Iterator
from typing import Literal

import numpy as np

from grym.domain.live.frame import Frame, StreamFormat
from grym.domain.signal import FloatArray
from grym.errors import InvalidAudioError

SampleFormat = Literal["s16le", "f32le"]

SAMPLE_BYTES: dict[SampleFormat, int] = {"s16le": 2, "f32le": 4}
FULL_SCALE = 32_768.0
HIGHEST = 32_767


def samples_of(pcm: bytes | memoryview, *, channels: int, sample_format: SampleFormat) -> FloatArray:
    """Return PCM as samples, shape (channels, samples), full scale ±1; float samples are taken as they are.

    Parameters
    ----------
    pcm
        A whole number of samples for every channel.
    channels
        How many are interleaved.
    sample_format
        ``s16le`` or ``f32le``.

    Raises
    ------
    InvalidAudioError
        ``audio.truncated`` where the bytes end inside a sample.
    """
    if len(pcm) % (SAMPLE_BYTES[sample_format] * channels):
        raise InvalidAudioError(
            f"{len(pcm)} bytes are no whole number of {sample_format} samples for {channels} channels",
            code="audio.truncated",
            hint="Check the number of channels and the sample format.",
        )
    if sample_format == "f32le":
        return np.frombuffer(pcm, dtype="<f4").reshape(-1, channels).T.astype(np.float32, order="C")
    whole = np.frombuffer(pcm, dtype="<i2").reshape(-1, channels).T
    samples: FloatArray = np.multiply(whole, np.float32(1.0 / FULL_SCALE), dtype=np.float32, order="C")
    return samples


def pcm_of(samples: FloatArray, *, sample_format: SampleFormat) -> bytes:
    """Return samples, shape (channels, samples), as PCM; 16-bit ones are rounded and cut at full scale.

    What is no number becomes silence in 16 bits, which know none, and stays as it is in floats.
    """
    if sample_format == "f32le":
        return np.ascontiguousarray(samples.T, dtype="<f4").tobytes()
    scaled = np.nan_to_num(np.rint(samples.T * np.float32(FULL_SCALE)), nan=0.0)
    whole: np.ndarray = np.clip(scaled, -HIGHEST - 1, HIGHEST).astype("<i2")
    return whole.tobytes()


def sliced(
    samples: FloatArray,
    stream_format: StreamFormat,
    *,
    frame_samples: int,
    first_sequence: int = 0,
    first_sample: int = 0,
) -> Iterator[Frame]:
    """Yield sound as frames of `frame_samples` per channel that follow each other; the last may be shorter.

    Parameters
    ----------
    samples
        Shape (channels, samples).
    stream_format
        Its rate and channels.
    frame_samples
        At least 1.
    first_sequence, first_sample
        Where the first frame lies in its stream.
    """
    for number, start in enumerate(range(0, samples.shape[1], frame_samples)):
        yield Frame(
            sequence=first_sequence + number,
            first_sample=first_sample + start,
            sample_rate_hz=stream_format.sample_rate_hz,
            samples=samples[:, start : start + frame_samples],
        )
