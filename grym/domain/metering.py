"""Loudness and true peak of sound that comes in blocks: the values of `grym.domain.loudness`, whatever the blocks.

References: ITU-R BS.1770-4 (2015), annex 1 and 2.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import sosfilt

from grym.domain.loudness import STEP_S, TAPS_PER_PHASE, channel_weights, integrated_lufs, k_weighting, stretch_peak
from grym.domain.reels import SIDES, Progress, Reel, blocks_of, nobody_asks
from grym.domain.signal import FloatArray


class LoudnessMeter:
    """Integrated loudness of sound; the filter's memory and the power of each tenth of a second are kept.

    Parameters
    ----------
    sample_rate_hz
        Samples per second.
    sides
        Channels; weighted as BS.1770 has it.
    """

    def __init__(self, sample_rate_hz: int, *, sides: int = SIDES) -> None:
        self._sections = k_weighting(sample_rate_hz)
        self._memory = np.zeros((len(self._sections), sides, 2))
        self._weights = None if sides <= SIDES else channel_weights(sides)[:, None]
        self._step = round(STEP_S * sample_rate_hz)
        self._rest = np.zeros(0)
        self._power: list[NDArray[np.float64]] = []

    def hear(self, samples: FloatArray) -> NDArray[np.float64]:
        """Take the next samples, shape (sides, n), and return their weighted power, all sides added, shape (n,)."""
        filtered, self._memory = sosfilt(self._sections, samples.astype(np.float64), axis=1, zi=self._memory)
        squares: NDArray[np.float64] = np.square(filtered, out=filtered)
        power: NDArray[np.float64] = (squares if self._weights is None else self._weights * squares).sum(axis=0)
        joined = np.concatenate([self._rest, power])
        whole = joined.size // self._step * self._step
        self._power.append(joined[:whole].reshape(-1, self._step).mean(axis=1))
        self._rest = joined[whole:]
        return power

    def step_power(self) -> NDArray[np.float64]:
        """Return the weighted mean square of every whole tenth of a second."""
        return np.concatenate([np.zeros(0), *self._power])

    def integrated_lufs(self) -> float | None:
        """Return the loudness of all that was heard; None for silence or below 0.4 s."""
        return integrated_lufs(self.step_power())


def reel_loudness_lufs(reel: Reel, *, sample_rate_hz: int, progress: Progress = nobody_asks) -> float | None:
    """Return the integrated loudness of a reel; None for silence or below 0.4 s."""
    meter = LoudnessMeter(sample_rate_hz)
    for start, end in blocks_of(reel.length_samples):
        block = reel.read(start, end)
        meter.hear(block)
        progress(end / reel.length_samples)
    return meter.integrated_lufs()


class PeakMeter:
    """True peak of sound; what lies around the end of a block is kept until the next one is there.

    Parameters
    ----------
    sides
        Channels.
    """

    def __init__(self, *, sides: int = SIDES) -> None:
        self._tail: FloatArray = np.zeros((sides, 2 * TAPS_PER_PHASE), dtype=np.float32)
        self._peak = 0.0

    def hear(self, samples: FloatArray) -> None:
        """Take the next samples, shape (sides, n); what lies after the last twelve counts with the next call."""
        joined = np.concatenate([self._tail, samples], axis=1)
        self._peak = stretch_peak(joined, floor=self._peak)
        self._tail = joined[:, -2 * TAPS_PER_PHASE :].copy()

    def peak(self) -> float:
        """Return the highest magnitude so far, full scale 1, once the last samples have rung out."""
        self.hear(np.zeros((len(self._tail), TAPS_PER_PHASE), dtype=np.float32))
        return self._peak

    def peak_dbtp(self) -> float | None:
        """Return the true peak so far in dBTP, as `peak`; None for silence."""
        highest = self.peak()
        return 20.0 * float(np.log10(highest)) if highest else None
