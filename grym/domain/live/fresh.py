"""The sound of a stream in order and thinned out, for whoever recognises patterns in it."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from grym.domain.live.following import PitchBlock
from grym.domain.signal import FloatArray

MOST_BLOCKS = 100
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

    def __init__(self) -> None:
        self._blocks: deque[tuple[PitchBlock, float]] = deque(maxlen=MOST_BLOCKS)

    def add(self, block: PitchBlock, missing_share: float) -> None:
        """Keep what a window brought."""
        if self._blocks and self._blocks[-1][0].first_sample + len(self._blocks[-1][0].samples) != block.first_sample:
            self._blocks.clear()
        self._blocks.append((block, missing_share))

    def fetched(self) -> FreshSound | None:
        """Return everything added since the last call, or since a jump of the stream; None where there is nothing."""
        if not self._blocks:
            return None
        blocks = [block for block, _ in self._blocks]
        lengths = np.array([len(block.samples) for block in blocks])
        shares = np.array([share for _, share in self._blocks])
        self._blocks.clear()
        return FreshSound(
            first_sample=blocks[0].first_sample,
            rate_hz=blocks[0].framing.sample_rate_hz,
            samples=np.concatenate([block.samples for block in blocks]),
            missing_share=float(lengths @ shares) / max(1, int(lengths.sum())),
        )
