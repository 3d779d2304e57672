"""The finish: the gain over time that brings a mix to a loudness and keeps it below a true peak.

The mix is surveyed once (peaks between samples, K-weighted energy, level), and gain and limiting are searched on these
curves alone: a gain that moves over milliseconds scales the K-weighted energy of the moment. Then the result is
measured on the mix itself, loudness and true peak; where the survey promised too much the aim moves and the search is
done again.
"""

from dataclasses import dataclass, field

import numpy as np

from grym.domain.limiter import (
    CHUNK_EDGES,
    CONTROL_SAMPLES,
    FILTER_REACH_SAMPLES,
    Curve,
    PeakFinder,
    Vector,
    edges_of,
    gain_of,
    levelling_of,
    reduction_db,
    step_levels,
)
from grym.domain.loudness import STEP_S, integrated_lufs
from grym.domain.metering import LoudnessMeter, PeakMeter
from grym.domain.reels import Progress, Reel, blocks_of, nobody_asks, part_of
from grym.domain.signal import FloatArray

TARGET_LUFS = -14.0
"""What the large streaming services play at."""

CEILING_DBTP = -1.0
"""Room for what lossy coding adds to a peak."""

LIMITER_MARGIN_DB = 0.25
"""The limiter aims this far below the ceiling: its moving gain bends waves between samples a little."""

GENTLE_LIMITING_DB = 5.0
"""What a limiter takes off peaks unnoticed; beyond it the compressor goes first."""

LEVELLING_RATIO = 2.5

LOUDNESS_TOLERANCE_LU = 0.1
MOST_ROUNDS = 6
MOST_CHECKS = 3
"""The survey is right within 0.05 LU on music; noise up to the Nyquist frequency needs a second look."""

MOST_GAIN_DB = 80.0
"""Silence with a whisper of noise is not blown up to full loudness."""

LEAST_SLOPE = 0.3
"""LU gained per decibel of gain that a step counts on at least: where limiting eats more, steps stay short."""

SURVEYED, SEARCHED = 0.45, 0.6
"""Shares of the finish by what they cost."""

STEPS_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Finish:
    """A gain over time and what comes of it.

    Parameters
    ----------
    reduction
        Decibels of compressor and limiter together, at the edges of control steps.
    gain_db
        Gain before them.
    loudness_lufs, true_peak_dbtp
        Of the mix with this gain, as measured; None for silence.
    """

    reduction: Curve
    gain_db: float
    loudness_lufs: float | None = None
    true_peak_dbtp: float | None = None

    @property
    def reduction_db(self) -> float:
        """Largest reduction."""
        return float(self.reduction.max(initial=0.0))

    def gain(self, start: int, end: int) -> FloatArray:
        """Return the linear gain of the samples from `start` (a multiple of `CONTROL_SAMPLES`) to `end`."""
        first = start // CONTROL_SAMPLES
        edges = self.reduction[first : first + edges_of(end - start)]
        return gain_of(edges - np.float32(self.gain_db), length_samples=end - start)

    def of(self, samples: FloatArray, *, start: int) -> FloatArray:
        """Return a block of mix or stem, shape (2, n), as it is in the finished piece."""
        finished: FloatArray = samples * self.gain(start, start + samples.shape[1])
        return finished


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Survey:
    """What the search needs to know of a mix.

    Parameters
    ----------
    length_samples, sample_rate_hz
        Of the mix.
    peaks
        Largest magnitude between samples around each edge.
    energy
        K-weighted power of each control step, both sides added.
    levels
        Mean square of each step of the compressor.
    loudness_lufs
        Of the mix as it is, whispered or not; None where it is silent or below 0.4 s.
    """

    length_samples: int
    sample_rate_hz: int
    peaks: FloatArray
    energy: FloatArray
    levels: Vector
    loudness_lufs: float | None

    @property
    def peak(self) -> float:
        """Largest magnitude of all."""
        return float(self.peaks.max(initial=0.0))

    def loudness_with(self, reduction: Curve, *, gain_db: float) -> float | None:
        """Return the loudness that a gain would leave, LUFS."""
        steps = int(self.length_samples / (STEP_S * self.sample_rate_hz))
        bounds = (np.arange(steps + 1) * (STEP_S * self.sample_rate_hz / CONTROL_SAMPLES)).astype(np.int64)
        power = np.zeros(steps)
        for first in range(0, steps, STEPS_AT_ONCE):
            inside = bounds[first : first + STEPS_AT_ONCE + 1]
            edges = np.exp((gain_db - reduction[inside[0] : inside[-1] + 1].astype(np.float64)) * (np.log(10.0) / 20.0))
            weighted = self.energy[inside[0] : inside[-1]] * edges[:-1] * edges[1:]
            sums = np.add.reduceat(weighted, inside[:-1] - inside[0])
            power[first : first + STEPS_AT_ONCE] = sums / np.diff(inside)
        return integrated_lufs(power)


def survey(mix: Reel, *, sample_rate_hz: int, progress: Progress = nobody_asks) -> Survey:
    """Look over a mix once."""
    length, reach = mix.length_samples, FILTER_REACH_SAMPLES
    finder, meter = PeakFinder(length), LoudnessMeter(sample_rate_hz)
    energy = np.zeros(edges_of(length) - 1, dtype=np.float32)
    levels = []
    for start, end in blocks_of(length):
        around = mix.read(start - reach, end + reach)
        finder.look(around, start=start)
        block = around[:, reach:-reach]
        power = meter.hear(block)
        first, whole = start // CONTROL_SAMPLES, (end - start) // CONTROL_SAMPLES
        energy[first : first + whole] = power[: whole * CONTROL_SAMPLES].reshape(-1, CONTROL_SAMPLES).mean(axis=1)
        levels.append(step_levels(block))
        progress(end / length)
    peaks = finder.peaks()
    return Survey(
        length_samples=length,
        sample_rate_hz=sample_rate_hz,
        peaks=peaks,
        energy=energy,
        levels=np.concatenate([np.zeros(0), *levels]),
        loudness_lufs=_ungated_lufs(meter.step_power(), peak=float(peaks.max(initial=0.0))),
    )


def _ungated_lufs(step_power: Vector, *, peak: float) -> float | None:
    """Return the loudness as if the peak were at full scale: a whisper would not pass the gate of −70 LUFS."""
    if not peak:
        return None
    loudness = integrated_lufs(step_power / peak**2)
    return None if loudness is None else loudness + 20.0 * float(np.log10(peak))


def find_finish(
    mix: Reel,
    *,
    sample_rate_hz: int,
    target_lufs: float = TARGET_LUFS,
    ceiling_dbtp: float = CEILING_DBTP,
    progress: Progress = nobody_asks,
) -> Finish:
    """Find the gain over time that brings a mix to the target and keeps it below the ceiling.

    Parameters
    ----------
    mix
        Only read.
    target_lufs
        Integrated loudness wanted, met within `LOUDNESS_TOLERANCE_LU` where the material allows.
    ceiling_dbtp
        True peak that the result never exceeds, by measurement.

    Returns
    -------
    Finish
        For silence one that changes nothing.
    """
    found = survey(mix, sample_rate_hz=sample_rate_hz, progress=part_of(progress, 0.0, SURVEYED))
    search = _Search(found, target_lufs=target_lufs, ceiling_dbtp=ceiling_dbtp)
    for check in range(MOST_CHECKS):
        finish = search.run()
        progress(SEARCHED)
        share = part_of(progress, SEARCHED + (1.0 - SEARCHED) * check / MOST_CHECKS, 1.0)
        finish = _measured(mix, finish, sample_rate_hz=sample_rate_hz, progress=share)
        if search.is_content_with(finish):
            break
    return _below(finish, ceiling_dbtp=ceiling_dbtp)


def _below(finish: Finish, *, ceiling_dbtp: float) -> Finish:
    """Turn down what still exceeds the ceiling; this much is a straight scaling and needs no measurement."""
    excess_db = max(0.0, (finish.true_peak_dbtp or -np.inf) - ceiling_dbtp)
    if not excess_db:
        return finish
    excess_db += LIMITER_MARGIN_DB
    return Finish(
        reduction=finish.reduction,
        gain_db=finish.gain_db - excess_db,
        loudness_lufs=None if finish.loudness_lufs is None else finish.loudness_lufs - excess_db,
        true_peak_dbtp=None if finish.true_peak_dbtp is None else finish.true_peak_dbtp - excess_db,
    )


def _measured(mix: Reel, finish: Finish, *, sample_rate_hz: int, progress: Progress) -> Finish:
    """Return a finish with the loudness and the true peak that the mix has with it."""
    loudness, peak = LoudnessMeter(sample_rate_hz), PeakMeter()
    for start, end in blocks_of(mix.length_samples):
        block = finish.of(mix.read(start, end), start=start)
        loudness.hear(block)
        peak.hear(block)
        progress(end / mix.length_samples)
    highest = peak.peak()
    return Finish(
        reduction=finish.reduction,
        gain_db=finish.gain_db,
        loudness_lufs=loudness.integrated_lufs(),
        true_peak_dbtp=20.0 * float(np.log10(highest)) if highest else None,
    )


@dataclass(slots=True)
class _Search:
    """Steps towards the target on the curves of a survey; each step is as large as what the last one left."""

    found: Survey
    target_lufs: float = field(kw_only=True)
    ceiling_dbtp: float = field(kw_only=True)
    _aim_db: float = field(init=False)
    _gain_db: float = field(init=False, default=0.0)
    _peaks: FloatArray = field(init=False)
    _levelling: Curve | None = field(init=False, default=None)
    _promise_lu: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        found = self.found
        self._aim_db = self.ceiling_dbtp - LIMITER_MARGIN_DB
        self._peaks = found.peaks
        if found.loudness_lufs is None:
            return
        self._gain_db = min(MOST_GAIN_DB, self.target_lufs - found.loudness_lufs)
        if 20.0 * np.log10(found.peak) + self._gain_db - self._aim_db > GENTLE_LIMITING_DB:
            self._level(threshold_db=found.loudness_lufs + 1.0)

    def _level(self, *, threshold_db: float) -> None:
        """Let the compressor even out passages far above the average, and go on with what it leaves of the peaks."""
        found = self.found
        self._levelling = levelling_of(
            found.levels,
            length_samples=found.length_samples,
            threshold_db=threshold_db,
            ratio=LEVELLING_RATIO,
            sample_rate_hz=found.sample_rate_hz,
        )
        self._peaks = found.peaks.copy()
        for first in range(0, self._peaks.size, CHUNK_EDGES):
            part = slice(first, first + CHUNK_EDGES)
            self._peaks[part] *= np.exp(self._levelling[part] * np.float32(-np.log(10.0) / 20.0))

    def run(self) -> Finish:
        """Return gain and reduction that meet the target, as far as the survey knows."""
        if self.found.loudness_lufs is None:
            return Finish(reduction=np.zeros(edges_of(self.found.length_samples), dtype=np.float32), gain_db=0.0)
        slope, previous = 1.0, None
        for round_no in range(MOST_ROUNDS):
            reduction = self._reduction()
            loudness = self.found.loudness_with(reduction, gain_db=self._gain_db)
            missing_lu = 0.0 if loudness is None else self.target_lufs - self._promise_lu - loudness
            is_spent = self._gain_db >= MOST_GAIN_DB or round_no == MOST_ROUNDS - 1
            if abs(missing_lu) <= LOUDNESS_TOLERANCE_LU / 2 or is_spent:
                break
            if previous is not None and self._gain_db != previous[0]:
                slope = float(np.clip((previous[1] - missing_lu) / (self._gain_db - previous[0]), LEAST_SLOPE, 1.0))
            previous = (self._gain_db, missing_lu)
            self._gain_db = min(MOST_GAIN_DB, self._gain_db + missing_lu / slope)
        return Finish(reduction=reduction, gain_db=self._gain_db)

    def _reduction(self) -> Curve:
        reduction = reduction_db(
            self._peaks, ceiling_db=self._aim_db - self._gain_db, sample_rate_hz=self.found.sample_rate_hz
        )
        if self._levelling is not None:
            reduction += self._levelling
        return reduction

    def is_content_with(self, finish: Finish) -> bool:
        """Tell whether a measured finish is as wanted; where it is not, aim by what was missed."""
        if self.found.loudness_lufs is None or finish.loudness_lufs is None or finish.true_peak_dbtp is None:
            return True
        error_lu = finish.loudness_lufs - self.target_lufs
        excess_db = finish.true_peak_dbtp - self.ceiling_dbtp
        is_met = abs(error_lu) <= LOUDNESS_TOLERANCE_LU or finish.gain_db >= MOST_GAIN_DB
        if is_met and excess_db <= 0.0:
            return True
        self._promise_lu += 0.0 if is_met else error_lu
        self._aim_db -= max(0.0, excess_db)
        return False
