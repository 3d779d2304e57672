"""Cutting a flow of sound into frames: pure, whatever the sizes in which the sound comes.

A frame is looked at first (`next`) and taken once it is on its way (`took`), so that a sender who is interrupted in
between loses nothing. Sequence numbers and first samples follow from what was taken.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grym.errors import ContractError, InvalidAudioError
from schemas.frames import MAX_BYTES, MAX_CHANNELS, RATES_HZ, SAMPLE_BYTES, AudioFrame, SampleFormat

FRAME_S = 0.1
"""A tenth of a second: what live features are told by, and 9 KB of mono at 44.1 kHz."""

_FULL_SCALE = 32_768.0
_INT16 = (-32_768, 32_767)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFormat:
    """What every frame of a stream is.

    Parameters
    ----------
    sample_rate_hz
        8,000 to 192,000.
    channels
        1 to 8, interleaved.
    sample_format
        ``s16le`` or ``f32le``.

    Raises
    ------
    InvalidAudioError
        ``audio.sample_rate``, ``audio.channels``, ``audio.sample_format``.
    """

    sample_rate_hz: int
    channels: int = 1
    sample_format: SampleFormat = "s16le"

    def __post_init__(self) -> None:
        if not RATES_HZ[0] <= self.sample_rate_hz <= RATES_HZ[1]:
            raise InvalidAudioError(
                f"a sample rate of {self.sample_rate_hz} Hz is outside {RATES_HZ[0]} to {RATES_HZ[1]} Hz",
                code="audio.sample_rate",
                hint="Resample the sound to 44100 Hz.",
            )
        if not 1 <= self.channels <= MAX_CHANNELS:
            raise InvalidAudioError(
                f"{self.channels} channels; 1 to {MAX_CHANNELS} are understood",
                code="audio.channels",
                hint="Mix the sound down to stereo first.",
            )
        if self.sample_format not in SAMPLE_BYTES:
            raise InvalidAudioError(
                f"there is no sample format {self.sample_format!r}",
                code="audio.sample_format",
                hint="Choose s16le or f32le.",
            )

    @property
    def step_bytes(self) -> int:
        """Bytes of one sample of every channel."""
        return SAMPLE_BYTES[self.sample_format] * self.channels

    @property
    def bytes_per_s(self) -> int:
        """Bytes of one second."""
        return self.step_bytes * self.sample_rate_hz

    def pack(self, samples: NDArray[np.floating]) -> bytes:
        """Return float samples of shape (channels, samples), full scale ±1.0, as interleaved bytes of this format.

        What lies beyond full scale is clipped in ``s16le``, and kept in ``f32le`` as are values that are no numbers;
        in ``s16le`` those have no place and become 0.

        Raises
        ------
        InvalidAudioError
            ``audio.shape`` for another number of channels.
        """
        if samples.ndim != 2 or samples.shape[0] != self.channels:  # noqa: PLR2004 (axes: channels, samples)
            raise InvalidAudioError(
                f"samples of shape {samples.shape} in a stream of {self.channels} channels",
                code="audio.shape",
                hint="Send arrays of shape (channels, samples).",
            )
        interleaved = samples.T
        if self.sample_format == "f32le":
            return np.ascontiguousarray(interleaved, dtype="<f4").tobytes()
        steps = np.clip(np.rint(np.nan_to_num(interleaved, posinf=1.0, neginf=-1.0) * _FULL_SCALE), *_INT16)
        return np.ascontiguousarray(steps, dtype="<i2").tobytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamPlace:
    """Where a stream stands: number of the next frame, and position of its first sample per channel."""

    sequence: int = 0
    first_sample: int = 0


class FrameCutter:
    """Cuts the sound of one stream.

    Parameters
    ----------
    stream_id, source
        What every frame names.
    frame_s
        Length of a frame in seconds; at least one sample, at most 1 MiB of bytes.
    place
        Where the stream stands already.
    """

    def __init__(
        self,
        form: StreamFormat,
        *,
        stream_id: str,
        source: str,
        frame_s: float = FRAME_S,
        place: StreamPlace | None = None,
    ) -> None:
        self._form = form
        self._stream_id = stream_id
        self._source = source
        self._frame_bytes = frame_samples(form, frame_s=frame_s) * form.step_bytes
        self.place = place or StreamPlace()
        self._pieces: deque[bytes] = deque()
        self._taken = 0  # bytes of the first piece: it is never copied for what was taken of it
        self.waiting_bytes = 0

    def add(self, pcm: bytes) -> None:
        """Take in sound, any number of bytes."""
        if pcm:
            self._pieces.append(pcm)
            self.waiting_bytes += len(pcm)

    def next(self, *, last: bool = False) -> AudioFrame | None:
        """Return the next frame without taking it; None where less than one is there.

        Parameters
        ----------
        last
            Whether no more sound comes: the rest makes a shorter frame, and bytes of a sample that is not whole stay.
        """
        length = min(self._frame_bytes, self.waiting_bytes) if last else self._frame_bytes
        length -= length % self._form.step_bytes
        if not 0 < length <= self.waiting_bytes:
            return None
        return AudioFrame(
            stream_id=self._stream_id,
            source=self._source,
            sequence=self.place.sequence,
            first_sample=self.place.first_sample,
            sample_rate_hz=self._form.sample_rate_hz,
            channels=self._form.channels,
            sample_format=self._form.sample_format,
            pcm=self._head(length),
        )

    def took(self, frame: AudioFrame) -> None:
        """Go on behind a frame that `next` has returned."""
        self._taken += len(frame.pcm)
        if self._taken == len(self._pieces[0]):
            self._pieces.popleft()
            self._taken = 0
        self.waiting_bytes -= len(frame.pcm)
        self.place = StreamPlace(sequence=frame.sequence + 1, first_sample=frame.end_sample)

    def skip(self, samples: int) -> None:
        """Leave out sound that was lost before it came here: a gap of `samples` per channel, which stays visible.

        Raises
        ------
        ContractError
            ``stream.skip`` for less than nothing, or while sound from before the gap waits: flush it first.
        """
        if samples < 0 or self.waiting_bytes:
            raise ContractError(
                "a gap lies behind everything that was sent", code="stream.skip", hint="Call flush() first."
            )
        place = self.place
        self.place = StreamPlace(sequence=place.sequence, first_sample=place.first_sample + samples)

    def discard(self) -> None:
        """Give up the sound that waits."""
        self._pieces.clear()
        self._taken = self.waiting_bytes = 0

    def _head(self, length: int) -> bytes:
        """Return the first `length` bytes; pieces are joined only where a frame spans several."""
        if len(self._pieces[0]) - self._taken < length:
            parts = [self._pieces.popleft()[self._taken :]]
            found, self._taken = len(parts[0]), 0
            while found < length:
                parts.append(self._pieces.popleft())
                found += len(parts[-1])
            self._pieces.appendleft(b"".join(parts))
        return self._pieces[0][self._taken : self._taken + length]


def frame_samples(form: StreamFormat, *, frame_s: float) -> int:
    """Return the length of a frame in samples per channel.

    Raises
    ------
    ContractError
        ``stream.frame_length`` for one of no sample, or of more than 1 MiB.
    """
    samples = round(frame_s * form.sample_rate_hz) if 0 < frame_s < float("inf") else 0
    if not 0 < samples * form.step_bytes <= MAX_BYTES:
        raise ContractError(
            f"a frame of {frame_s:g} s holds no sample, or more than 1 MiB",
            code="stream.frame_length",
            hint="Leave it at a tenth of a second.",
            details={"frame_s": frame_s, "max_bytes": MAX_BYTES},
        )
    return samples
