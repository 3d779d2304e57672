"""Reels: sound of known length that is read and written piece by piece, so that a long piece needs no memory.

Whatever works over reels works the same on an array (`ArrayReel`) and on a file (`grym.adapters.reel_files`): there is
one way to mix and master, and the length of a piece does not decide which. A piece is stereo; a recording that is
repaired has as many channels as it came with.
"""

from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np

from grym.domain.signal import FloatArray

SIDES = 2

BLOCK_SAMPLES = 1 << 18
"""Six seconds at 44.1 kHz: a loop over blocks costs nothing, and a block of six stems is 13 MB."""

Progress = Callable[[float], None]
"""Told between blocks how much is done, 0–1; raises when nobody waits any more."""


def nobody_asks(share: float) -> None:
    """Take a share of what is done and tell nobody."""
    del share


class Reel(Protocol):
    """Sound in blocks, shape (channels, samples)."""

    @property
    def length_samples(self) -> int:
        """Samples per channel."""
        ...

    def read(self, start: int, end: int) -> FloatArray:
        """Return a copy of the samples from `start` to `end`, shape (channels, end − start), zeros beyond both ends."""
        ...

    def write(self, start: int, samples: FloatArray) -> None:
        """Put samples of shape (channels, n) at `start`; all of them lie within the reel."""
        ...


Reels = Callable[[int], Reel]
"""Makes a silent stereo reel of so many samples."""


class ArrayReel:
    """A reel in memory.

    Parameters
    ----------
    samples
        Shape (channels, samples), float32; written to in place.
    """

    def __init__(self, samples: FloatArray) -> None:
        self.samples = samples

    @property
    def length_samples(self) -> int:
        """Samples per channel."""
        return int(self.samples.shape[1])

    def read(self, start: int, end: int) -> FloatArray:
        """Return a copy, zeros beyond both ends (see `Reel`)."""
        block = np.zeros((len(self.samples), end - start), dtype=np.float32)
        first, last = max(0, start), min(end, self.length_samples)
        if first < last:
            block[:, first - start : last - start] = self.samples[:, first:last]
        return block

    def write(self, start: int, samples: FloatArray) -> None:
        """Put samples at `start` (see `Reel`)."""
        self.samples[:, start : start + samples.shape[1]] = samples


def in_memory(length_samples: int) -> ArrayReel:
    """Return a silent stereo reel in memory."""
    return ArrayReel(np.zeros((SIDES, length_samples), dtype=np.float32))


def blocks_of(length_samples: int, *, block_samples: int = BLOCK_SAMPLES) -> Iterator[tuple[int, int]]:
    """Yield start and end of each block of a reel in order; the last one may be shorter."""
    for start in range(0, length_samples, block_samples):
        yield start, min(length_samples, start + block_samples)


def part_of(progress: Progress, first: float, last: float) -> Progress:
    """Return the progress of a stage that takes from `first` to `last` of the whole."""
    return lambda share: progress(first + (last - first) * share)
