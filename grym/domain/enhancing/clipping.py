"""Declipping: tops that were cut flat are rounded again.

A clipped sample is known to lie at or beyond the level it was cut at. It is filled in from what is around it, by an
autoregressive model that is fitted anew as the tops grow, and never below that level. Decision 41 says why this way:
a sparse one (A-SPADE) was 0.9 dB worse to 2.5 dB better on music and took twelve times as long.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from grym.domain.enhancing.autoregression import Vector, filled, model_of
from grym.domain.enhancing.sound import Clean, Repair, Sound
from grym.domain.enhancing.stretches import frame_samples, refilled
from grym.domain.quality.waveform import CLIPPED_RUN_SAMPLES, CLIPPED_SHARE_OF_PEAK, CLIPPED_STEP
from grym.domain.reels import Progress, blocks_of, nobody_asks
from grym.domain.signal import FloatArray

ORDER = 64
ROUNDS = 3
"""Times that model and tops are found in turns; a fourth gained less than 0.1 dB."""
LEAST_TOPS = 5  # flat ones, as the gate counts them (`grym.domain.quality.waveform`)
LEAST_TOPS_PER_S = 0.3
MOST_SHARE = 0.25
"""What stands at its peak for a quarter of the time is a square wave, and meant."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clipping:
    """The levels at which channels were cut, infinite where they were not; rows are channels, columns low and high."""

    levels: NDArray[np.float64]
    sample_rate_hz: int
    found: dict[str, float] = field(default_factory=dict)

    @property
    def reach_samples(self) -> int:
        """Two frames: those that a sample lies in reach less than one to either side."""
        return 2 * frame_samples(self.sample_rate_hz)

    def apply(self, around: FloatArray, *, start: int) -> FloatArray:
        """Return the block with its tops (see `grym.domain.enhancing.sound.Repair`)."""
        reach, frame = self.reach_samples, frame_samples(self.sample_rate_hz)
        inside = slice(reach, around.shape[1] - reach)
        channels = []
        for samples, (low, high) in zip(around, self.levels, strict=True):
            missing = (samples >= high) | (samples <= low)
            fill = _Tops(low=low, high=high)
            channels.append(
                refilled(samples, missing, first=start - reach, inside=inside, frame=frame, fill=fill.filled)
            )
        return np.stack(channels)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tops:
    low: float
    high: float

    def filled(self, samples: Vector, missing: NDArray[np.intp]) -> Vector:
        """Return a frame with its tops grown."""
        if not len(missing) or len(missing) > len(samples) // 2:
            return samples
        above = samples[missing] > 0.0
        for _ in range(ROUNDS):
            samples = filled(samples, missing, model_of(samples, order=ORDER))
            tops = samples[missing]
            samples[missing] = np.where(above, np.maximum(tops, self.high), np.minimum(tops, self.low))
        return samples


def survey_clipping(sound: Sound, progress: Progress = nobody_asks) -> Repair | Clean:
    """Find the level of flat tops in each channel, and say whether there are so many that it was clipped."""
    limits = _limits(sound)
    tops, cut = np.zeros((sound.channels, 2)), np.zeros((sound.channels, 2))
    for start, end in blocks_of(sound.length_samples):
        block = sound.reel.read(start - CLIPPED_RUN_SAMPLES, end)
        for channel, samples in enumerate(block):
            for side, sign in enumerate((-1.0, 1.0)):
                flat = _tops(sign * samples, limits[channel, side])
                tops[channel, side] += flat[0]
                cut[channel, side] += flat[1]
        progress(end / sound.length_samples)
    seconds = max(sound.duration_s, 1e-9)
    found = {"clipped_per_s": float(tops.sum() / seconds), "clipped_share": float(cut.sum() / cut.size / 0.5)}
    found["clipped_share"] /= max(1, sound.length_samples)
    clipped = (tops >= LEAST_TOPS) & (tops / seconds >= LEAST_TOPS_PER_S)
    if not clipped.any():
        return Clean(why="No tops are cut flat.", found=found)
    if found["clipped_share"] > MOST_SHARE:
        return Clean(why="It stands at its peak so often that it is meant to.", found=found)
    levels = np.where(clipped, limits, np.inf) * (-1.0, 1.0)
    return Clipping(levels=levels, sample_rate_hz=sound.sample_rate_hz, found=found)


def _limits(sound: Sound) -> NDArray[np.float64]:
    """Return how far each side of each channel goes, less the tolerance; infinite where there is nothing."""
    peaks = np.zeros((sound.channels, 2))
    for start, end in blocks_of(sound.length_samples):
        block = sound.reel.read(start, end)
        peaks = np.maximum(peaks, np.stack([-block.min(axis=1), block.max(axis=1)], axis=1))
    limits: NDArray[np.float64] = np.where(peaks > CLIPPED_STEP, peaks * CLIPPED_SHARE_OF_PEAK, np.inf)
    return limits


def _tops(samples: FloatArray, limit: float) -> tuple[int, int]:
    """Return how many flat tops end within a block, and how many samples are at the limit."""
    high = samples >= limit
    flat = high[1:] & high[:-1] & (np.abs(np.diff(samples)) < CLIPPED_STEP)
    run = flat[1:] & flat[:-1]
    ends = run[:-1] & ~run[1:]
    return int(ends.sum()), int(high[CLIPPED_RUN_SAMPLES:].sum())
