"""A stretch of live sound as a value: where it lies in its stream, and its samples.

Positions count samples per channel from the start of the stream: the stream's own sample clock, the only clock here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from grym.domain.signal import MAX_CHANNELS, MAX_RATE_HZ, MIN_RATE_HZ, FloatArray
from grym.errors import InvalidAudioError

WINDOW_S = 0.1
"""Length of the windows that features are told of: ten a second, the step of the loudness meters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFormat:
    """What stays the same in a stream.

    Parameters
    ----------
    sample_rate_hz
        8,000 to 192,000.
    channels
        1 to 8.

    Raises
    ------
    InvalidAudioError
        ``audio.sample_rate`` or ``audio.channels``.
    """

    sample_rate_hz: int
    channels: int

    def __post_init__(self) -> None:
        if not MIN_RATE_HZ <= self.sample_rate_hz <= MAX_RATE_HZ:
            raise InvalidAudioError(
                f"a sample rate of {self.sample_rate_hz} Hz is outside {MIN_RATE_HZ} to {MAX_RATE_HZ} Hz",
                code="audio.sample_rate",
            )
        if not 1 <= self.channels <= MAX_CHANNELS:
            raise InvalidAudioError(
                f"{self.channels} channels; 1 to {MAX_CHANNELS} are understood", code="audio.channels"
            )

    @property
    def window_samples(self) -> int:
        """Length of a window in samples per channel."""
        return round(WINDOW_S * self.sample_rate_hz)

    def seconds(self, position_samples: int) -> float:
        """Return a position as seconds from the start of the stream."""
        return position_samples / self.sample_rate_hz


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """A stretch of live sound.

    Parameters
    ----------
    sequence
        Number of the frame in its stream, from 0.
    first_sample
        Position of its first sample, in samples per channel from the start of the stream.
    sample_rate_hz
        As its sender says.
    samples
        Shape (channels, samples), float32, full scale ±1; may hold NaN or infinities, which the stream finds.
    """

    sequence: int
    first_sample: int
    sample_rate_hz: int
    samples: FloatArray

    @property
    def format(self) -> StreamFormat:
        """Rate and channels; raises `InvalidAudioError` where a stream cannot have them."""
        return StreamFormat(sample_rate_hz=self.sample_rate_hz, channels=int(self.samples.shape[0]))

    @property
    def length_samples(self) -> int:
        """Length in samples per channel."""
        return int(self.samples.shape[1])

    @property
    def end_sample(self) -> int:
        """Position just after its last sample."""
        return self.first_sample + self.length_samples

    def parts(self, *, most_samples: int) -> Iterator["Frame"]:
        """Yield the frame in pieces of at most `most_samples` per channel, in order."""
        for start in range(0, self.length_samples, most_samples):
            yield self.between(self.first_sample + start, self.first_sample + start + most_samples)

    def between(self, first_sample: int, end_sample: int) -> "Frame":
        """Return what lies between two positions; its samples are a view."""
        low = max(0, first_sample - self.first_sample)
        high = max(low, end_sample - self.first_sample)
        return Frame(
            sequence=self.sequence,
            first_sample=self.first_sample + low,
            sample_rate_hz=self.sample_rate_hz,
            samples=self.samples[:, low:high],
        )
