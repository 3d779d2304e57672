"""Sound as a value: float32 samples of shape (channels, samples), checked once at the border.

Full scale is ±1.0. Everything in `grym.domain` takes a `Signal` and trusts it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grym.errors import InvalidAudioError

FloatArray = NDArray[np.float32]

MIN_RATE_HZ = 8_000
MAX_RATE_HZ = 192_000
MAX_CHANNELS = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Signal:
    """A piece of sound.

    Parameters
    ----------
    samples
        Shape (channels, samples), float32, full scale ±1.0, all finite.
    sample_rate_hz
        Samples per second and channel, 8,000 to 192,000.
    """

    samples: FloatArray
    sample_rate_hz: int

    def __post_init__(self) -> None:
        if self.samples.ndim != 2 or self.samples.dtype != np.float32:  # noqa: PLR2004 (axes: channels, samples)
            raise InvalidAudioError(
                f"samples must be float32 of shape (channels, samples), not {self.samples.dtype} {self.samples.shape}",
                code="audio.shape",
            )
        if not 1 <= self.samples.shape[0] <= MAX_CHANNELS:
            raise InvalidAudioError(
                f"{self.samples.shape[0]} channels; 1 to {MAX_CHANNELS} are understood",
                code="audio.channels",
                hint="Mix the file down to stereo first.",
            )
        if not MIN_RATE_HZ <= self.sample_rate_hz <= MAX_RATE_HZ:
            raise InvalidAudioError(
                f"a sample rate of {self.sample_rate_hz} Hz is outside {MIN_RATE_HZ} to {MAX_RATE_HZ} Hz",
                code="audio.sample_rate",
                hint="Resample the file to 44100 Hz.",
            )
        if not np.isfinite(self.samples).all():
            raise InvalidAudioError(
                "the sound holds samples that are not numbers (NaN or infinity)",
                code="audio.not_finite",
                hint="Export the file again; its samples were damaged.",
            )

    @property
    def channels(self) -> int:
        """Number of channels."""
        return int(self.samples.shape[0])

    @property
    def length_samples(self) -> int:
        """Length in samples per channel."""
        return int(self.samples.shape[1])

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.length_samples / self.sample_rate_hz

    def mono(self) -> FloatArray:
        """Return the mean of all channels, shape (samples,)."""
        only: FloatArray = self.samples[0]
        return only if self.channels == 1 else np.asarray(self.samples.mean(axis=0), dtype=np.float32)
