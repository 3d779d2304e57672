"""Long sound in overlapping windows whose results are cross-faded, so that nothing hangs on where a window ends.

A model that looks at its whole window says something a little different at its borders, where one side of the context
is missing. Windows overlap; in the overlap the weight goes over linearly from one to the next, so that what comes from
a border counts least. All windows have one length: the last is moved back to end with the sound.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grym.domain.signal import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Windowing:
    """Windows of `size` frames, each beginning `size` - `overlap` frames after the one before."""

    size: int
    overlap: int

    def fitted(self, count: int) -> "Windowing":
        """Return windows that are no longer than needed: as many as before over `count` frames, evenly laid.

        >>> Windowing(size=10, overlap=4).fitted(23)
        Windowing(size=9, overlap=4)
        """
        many = max(1, math.ceil((count - self.overlap) / (self.size - self.overlap)))
        return Windowing(
            size=max(self.overlap + 1, math.ceil((count + (many - 1) * self.overlap) / many)), overlap=self.overlap
        )

    def starts(self, count: int) -> tuple[int, ...]:
        """Return the first frame of each window over `count` frames, ascending.

        >>> Windowing(size=10, overlap=4).starts(23)
        (0, 6, 12, 13)
        """
        if count <= self.size:
            return (0,)
        step = self.size - self.overlap
        last = count - self.size
        return (*range(0, last, step), last)

    def joined(self, parts: Sequence[FloatArray], count: int) -> FloatArray:
        """Cross-fade what was made of the windows.

        Parameters
        ----------
        parts
            One of shape (frames, dim) per start, in order.
        count
            Frames of the whole.

        Returns
        -------
        Shape (count, dim).
        """
        total = np.zeros((count, parts[0].shape[1]), dtype=np.float64)
        weight = np.zeros((count, 1), dtype=np.float64)
        for start, part in zip(self.starts(count), parts, strict=True):
            ramp = self._ramp(start, len(part), count)
            total[start : start + len(part)] += ramp * part
            weight[start : start + len(part)] += ramp
        return np.asarray(total / weight, dtype=np.float32)

    def _ramp(self, start: int, length: int, count: int) -> np.ndarray:
        """Return the weight of each frame of a window, shape (length, 1): less towards a border within the sound."""
        place = np.arange(length)
        rising = (place + 1) / (self.overlap + 1) if start > 0 else np.ones(length)
        falling = (length - place) / (self.overlap + 1) if start + length < count else np.ones(length)
        return np.minimum(np.minimum(rising, falling), 1.0)[:, None]
