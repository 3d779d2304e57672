"""A sound in repair: a reel with its rate, and what may be done to it.

A repair that looks `reach_samples` to either side of a block gives the same samples for any cut of the whole; that
reach is also its latency when it is applied to a stream.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from grym.domain.reels import ArrayReel, Progress, Reel, blocks_of, nobody_asks
from grym.domain.signal import FloatArray, Signal

Spare = Callable[[], Reel]
"""Makes another reel of the length and the channels of the sound."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sound:
    """A reel, and how it is to be read.

    Parameters
    ----------
    reel
        Its `read` gives shape (channels, n), zeros beyond both ends.
    channels
        How many.
    sample_rate_hz
        Samples per second, 8,000 to 192,000.
    """

    reel: Reel
    channels: int
    sample_rate_hz: int

    @property
    def length_samples(self) -> int:
        """Samples per channel."""
        return self.reel.length_samples

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.length_samples / self.sample_rate_hz


class Repair(Protocol):
    """What a survey found, ready to be applied to any block."""

    @property
    def reach_samples(self) -> int:
        """How far around a block it looks, in samples: its latency."""
        ...

    @property
    def found(self) -> dict[str, float]:
        """What was measured, by name, each in the unit its name ends in."""
        ...

    def apply(self, around: FloatArray, *, start: int) -> FloatArray:
        """Return the repaired block.

        Parameters
        ----------
        around
            Shape (channels, n + 2 · reach): the block with what lies around it.
        start
            Where the block, without its surroundings, begins in the whole.

        Returns
        -------
        FloatArray
            Shape (channels, n).
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Clean:
    """The answer of a survey that found nothing to repair; `found` says by which numbers."""

    why: str
    found: dict[str, float] = field(default_factory=dict)


Survey = Callable[[Sound, Progress], "Repair | Clean"]
"""Looks a sound over, block by block, and says what is to be done."""


def apply_to(
    sound: Sound, repair: Repair, target: Reel, *, block_samples: int | None = None, progress: Progress = nobody_asks
) -> None:
    """Write a repaired sound onto another reel, block by block.

    Parameters
    ----------
    block_samples
        Length of a block; that of all reels where it is None. The result does not depend on it.
    """
    reach, length = repair.reach_samples, sound.length_samples
    for start, end in blocks_of(length, **({} if block_samples is None else {"block_samples": block_samples})):
        target.write(start, repair.apply(sound.reel.read(start - reach, end + reach), start=start))
        progress(end / length)


def sound_of(signal: Signal) -> Sound:
    """Return a signal in memory as a sound in repair; nothing is copied."""
    return Sound(reel=ArrayReel(signal.samples), channels=signal.channels, sample_rate_hz=signal.sample_rate_hz)
