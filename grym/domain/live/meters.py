"""Loudness meters of sound that comes in windows of 0.1 s: the same values as `grym.domain.loudness` of the whole.

The filters' memory, the last 30 steps and two histograms are kept, so the state does not grow with the stream. Blocks
within one bin of a histogram (0.05 LU) pass or fail a gate together, by their mean; nothing else is rounded.

References: ITU-R BS.1770-4 (2015), annex 1 and 2; EBU Tech 3341 (meters) and 3342 (range).
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter, sos2tf

from grym.domain.live.frame import StreamFormat
from grym.domain.loudness import (
    ABSOLUTE_GATE_LUFS,
    FULL_SCALE_FLOOR,
    MOMENTARY_STEPS,
    OFFSET_LUFS,
    OVERSAMPLING,
    RANGE_GATE_LU,
    RANGE_PERCENTILES,
    RELATIVE_GATE_LU,
    SHORT_TERM_STEPS,
    TAPS_PER_PHASE,
    channel_weights,
    interpolator,
    k_weighting,
    lufs_of,
)
from grym.domain.signal import FloatArray
from grym.domain.stft import overlapping

BIN_LU = 0.05
BINS = 2_400
"""From the absolute gate, −70 LUFS, to +50: above what samples 40 dB over full scale can reach."""

REACH = TAPS_PER_PHASE - 1
OUTPUTS_AT_ONCE = 16
"""Samples per row of the product that interpolates: more only multiply by more zeros."""

FORGOTTEN = 1e-20
"""Memory of the filters below this is nothing, and slow to compute with: it is cleared once the sound is silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the meters show after a window; None for silence and before enough was heard."""

    momentary_lufs: float | None
    short_term_lufs: float | None
    true_peak: float


class Meters:
    """Momentary, short-term and integrated loudness, loudness range and true peak of one stream."""

    def __init__(self, stream_format: StreamFormat) -> None:
        self._numerator, self._denominator = _k_weighting(stream_format.sample_rate_hz)
        self._weights = channel_weights(stream_format.channels)
        self._memory = np.zeros((stream_format.channels, len(self._denominator) - 1))
        self._tail: FloatArray = np.zeros((stream_format.channels, REACH), dtype=np.float32)
        self._steps: list[float] = []
        self._blocks = Histogram()
        self._short_terms = Histogram()
        self._peak = 0.0

    def window(self, samples: FloatArray) -> Reading:
        """Take the next whole window of 0.1 s and return the readings at its end.

        Parameters
        ----------
        samples
            Shape (channels, samples), finite.
        """
        self._steps = [*self._steps[1 - SHORT_TERM_STEPS :], self._power(samples)]
        momentary = self._shown(MOMENTARY_STEPS, self._blocks)
        short_term = self._shown(SHORT_TERM_STEPS, self._short_terms)
        return Reading(momentary_lufs=momentary, short_term_lufs=short_term, true_peak=self.peak(samples))

    def peak(self, samples: FloatArray) -> float:
        """Take samples for the true peak only and return the highest magnitude in and between them.

        The interpolation lags six samples behind; what lies between the very last ones counts with the next call.
        """
        joined = np.concatenate([self._tail, samples], axis=1)
        self._tail = joined[:, -REACH:].copy()
        peak = interpolated_peak(joined)
        self._peak = max(self._peak, peak)
        return peak

    def finish(self) -> float:
        """Let what lies after the last sample ring out and return its highest magnitude."""
        return self.peak(np.zeros((len(self._weights), REACH), dtype=np.float32))

    def fold_late_peak(self, peak: float) -> None:
        """Count the true peak of sound that came too late."""
        self._peak = max(self._peak, peak)

    def jump(self) -> None:
        """Forget the last seconds: the stream goes on elsewhere."""
        self._memory[:] = 0.0
        self._tail[:] = 0.0
        self._steps = []

    @property
    def integrated_lufs(self) -> float | None:
        """Gated loudness from the start; None while nothing passed the gate."""
        return self._blocks.gated_mean_lufs(RELATIVE_GATE_LU)

    @property
    def range_lu(self) -> float | None:
        """Loudness range so far; None below 3 s or for silence."""
        return self._short_terms.spread_lu(RANGE_GATE_LU)

    @property
    def true_peak_dbtp(self) -> float | None:
        """Highest true peak so far; None for silence."""
        return peak_db(self._peak)

    def state(self) -> dict[str, Any]:
        """Return what `restored` needs."""
        return {
            "memory": self._memory,
            "tail": self._tail,
            "steps": self._steps,
            "blocks": self._blocks.state(),
            "short_terms": self._short_terms.state(),
            "peak": self._peak,
        }

    @classmethod
    def restored(cls, stream_format: StreamFormat, state: dict[str, Any]) -> "Meters":
        """Return meters that go on where `state` was taken."""
        meters = cls(stream_format)
        meters._memory = state["memory"]
        meters._tail = state["tail"]
        meters._steps = state["steps"]
        meters._blocks = Histogram.restored(state["blocks"])
        meters._short_terms = Histogram.restored(state["short_terms"])
        meters._peak = state["peak"]
        return meters

    def _power(self, samples: FloatArray) -> float:
        """Return the weighted mean square of a window after K-weighting, channels added."""
        if not samples.any() and float(np.abs(self._memory).max()) < FORGOTTEN:
            self._memory[:] = 0.0
            return 0.0
        wide = samples.astype(np.float64)
        filtered, self._memory = lfilter(self._numerator, self._denominator, wide, axis=1, zi=self._memory)
        squares = np.einsum("cn,cn->c", filtered, filtered)
        return float(np.dot(self._weights, squares)) / float(samples.shape[1])

    def _shown(self, steps: int, histogram: "Histogram") -> float | None:
        """Return the loudness of the last steps and count it; None before there are so many, or for silence."""
        if len(self._steps) < steps:
            return None
        power = sum(self._steps[-steps:]) / steps
        if power <= 0.0:
            return None
        loudness = OFFSET_LUFS + 10.0 * math.log10(power)
        histogram.add(loudness, power)
        return loudness


class Histogram:
    """Blocks above the absolute gate by their loudness: how many, and their summed power."""

    def __init__(self) -> None:
        self._counts = np.zeros(BINS, dtype=np.int64)
        self._sums = np.zeros(BINS)

    def add(self, loudness_lufs: float, power: float) -> None:
        """Count a block if it is above −70 LUFS."""
        if loudness_lufs > ABSOLUTE_GATE_LUFS:
            at = min(BINS - 1, int((loudness_lufs - ABSOLUTE_GATE_LUFS) / BIN_LU))
            self._counts[at] += 1
            self._sums[at] += power

    def gated_mean_lufs(self, relative_lu: float) -> float | None:
        """Return the loudness of the mean power of what passes the relative gate; None where nothing was counted."""
        counts, sums, _ = self._gated(relative_lu)
        return float(lufs_of(np.array([sums.sum() / counts.sum()]))[0]) if len(counts) else None

    def spread_lu(self, relative_lu: float) -> float | None:
        """Return the distance of the 10th and the 95th percentile of what passes the relative gate."""
        counts, _, levels = self._gated(relative_lu)
        if not len(counts):
            return None
        last = np.cumsum(counts) - 1
        first = last - counts + 1
        places = np.column_stack([first, last]).ravel()
        ranks = np.array(RANGE_PERCENTILES) / 100.0 * last[-1]
        low, high = np.interp(ranks, places, np.repeat(levels, 2))
        return float(high - low)

    def _gated(self, relative_lu: float) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Return counts, summed powers and loudness of the bins above the gate counted from the mean of all."""
        used = np.flatnonzero(self._counts)
        counts, sums = self._counts[used], self._sums[used]
        if not len(used):
            return counts, sums, sums
        levels = lufs_of(sums / counts)
        kept = levels > float(lufs_of(np.array([sums.sum() / counts.sum()]))[0]) + relative_lu
        return counts[kept], sums[kept], levels[kept]

    def state(self) -> dict[str, Any]:
        """Return the bins in use."""
        used = np.flatnonzero(self._counts)
        return {"bins": used.astype(np.uint16), "counts": self._counts[used], "sums": self._sums[used]}

    @classmethod
    def restored(cls, state: dict[str, Any]) -> "Histogram":
        """Return the histogram that `state` was taken of."""
        histogram = cls()
        histogram._counts[state["bins"]] = state["counts"]
        histogram._sums[state["bins"]] = state["sums"]
        return histogram


def peak_db(peak: float) -> float | None:
    """Return a magnitude in dB of full scale; None for silence."""
    return 20.0 * math.log10(peak) if peak > FULL_SCALE_FLOOR else None


def interpolated_peak(samples: FloatArray) -> float:
    """Return the highest magnitude in samples and in the three positions between each two.

    Parameters
    ----------
    samples
        Shape (channels, 11 + n): n samples after the 11 before them.
    """
    highest = max(float(samples.max()), -float(samples.min()))
    if highest < FULL_SCALE_FLOOR:
        return 0.0
    highest *= _gain_at_samples()
    channels, length = samples.shape
    count = length - REACH
    rows = -(-count // OUTPUTS_AT_ONCE)
    padded = np.zeros((channels, rows * OUTPUTS_AT_ONCE + REACH), dtype=np.float32)
    padded[:, :length] = samples
    for channel in padded:
        rows_of_it = overlapping(channel, OUTPUTS_AT_ONCE + REACH, OUTPUTS_AT_ONCE)
        between = (rows_of_it @ _interpolation()).reshape(-1)[: count * (OVERSAMPLING - 1)]
        highest = max(highest, float(between.max()), -float(between.min()))
    return highest


@lru_cache(maxsize=8)
def _k_weighting(sample_rate_hz: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both stages of the K-weighting as one filter of fourth order.

    For a tenth of a second that costs two thirds of two stages; in double precision the difference is below −150 dB at
    192 kHz and less at lower rates.
    """
    numerator, denominator = sos2tf(k_weighting(sample_rate_hz))
    return numerator, denominator


@lru_cache(maxsize=1)
def _gain_at_samples() -> float:
    """Return what the interpolator makes of a sample itself: 1, but for 0.01 dB of its window."""
    return float(interpolator()[OVERSAMPLING * TAPS_PER_PHASE // 2])


@lru_cache(maxsize=1)
def _interpolation() -> FloatArray:
    """Return the three phases between samples, shifted along the rows, shape (16 + 11, 16 · 3)."""
    taps = interpolator()
    matrix = np.zeros((OUTPUTS_AT_ONCE + REACH, OUTPUTS_AT_ONCE * (OVERSAMPLING - 1)), dtype=np.float32)
    for output in range(OUTPUTS_AT_ONCE):
        for phase in range(1, OVERSAMPLING):
            filter_ = taps[phase::OVERSAMPLING][::-1]
            matrix[output : output + TAPS_PER_PHASE, output * (OVERSAMPLING - 1) + phase - 1] = filter_
    return matrix
