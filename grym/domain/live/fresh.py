"""The sound of a stream in order and thinned out, for whoever recognises patterns in it."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from grym.domain.signal import FloatArray

MOST_PIECES = 100
"""Ten seconds: what nobody fetched for so long is not fresh any more."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FreshSound:
    """A stretch of reassembled sound at the reduced rate.

    Parameters
    ----------
    first_sample
        Its place on the sample clock of that rate.
    rate_hz
        The reduced rate, 11,000 to 22,000 for the usual rates.
    samples
        Shape (samples,), mono; silence stands for what is missing.
    missing_share
        Share of it for which silence stands, 0 to 1, to a window's precision.
    """

    first_sample: int
    rate_hz: int
    samples: FloatArray
    missing_share: float


class Fresh:
    """Keeps the last seconds of thinned sound until they are fetched; not part of a stream's state."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._pieces: deque[tuple[FloatArray, float]] = deque(maxlen=MOST_PIECES)
        self._end = 0

    def add(self, first_sample: int, samples: FloatArray, missing_share: float) -> None:
        """Keep what a window brought: where it begins, its samples, and the share of it that is missing."""
        if first_sample != self._end:
            self._pieces.clear()
        self._end = first_sample + len(samples)
        self._pieces.append((samples.copy(), missing_share))  # a window's own buffer is used again

    def fetched(self) -> FreshSound | None:
        """Return everything added since the last call, or since a jump of the stream; None where there is nothing."""
        if not self._pieces:
            return None
        pieces, shares = zip(*self._pieces, strict=True)
        self._pieces.clear()
        samples = np.concatenate(pieces)
        missing = sum(len(piece) * share for piece, share in zip(pieces, shares, strict=True))
        return FreshSound(
            first_sample=self._end - len(samples),
            rate_hz=self._rate_hz,
            samples=samples,
            missing_share=missing / max(1, len(samples)),
        )
