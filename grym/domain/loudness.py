"""How loud a sound is to a listener, and how high its waveform peaks between the samples.

Loudness is in LUFS, ranges in LU, peaks in dBTP. What cannot be measured is None: silence has no loudness, and
nothing shorter than one block of 0.4 s has one. Channels follow the order of WAV files (L R C LFE Ls Rs).

References: ITU-R BS.1770-4 (2015), annex 1 (K-weighting tables 1 and 2, gating) and annex 2 (true peak);
EBU Tech 3341 (momentary, short-term) and 3342 (loudness range).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import firwin, sosfilt, upfirdn

from grym.domain.signal import FloatArray, Signal

TABLE_RATE_HZ = 48_000
SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
"""Numerator and denominator of the two stages at 48 kHz, BS.1770-4 tables 1 and 2."""

OFFSET_LUFS = -0.691
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
RANGE_GATE_LU = -20.0
RANGE_PERCENTILES = (10.0, 95.0)
STEP_S = 0.1
MOMENTARY_STEPS = 4
SHORT_TERM_STEPS = 30
SURROUND_GAIN = 1.41
"""Weight of the surround channels, BS.1770-4 table 3."""

FULL_SCALE_FLOOR = 1e-10

OVERSAMPLING = 4
TAPS_PER_PHASE = 12
PEAK_BLOCK_SAMPLES = 512
PEAK_BATCH_BLOCKS = 256
PEAK_STRETCH_SAMPLES = 1 << 21


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Loudness:
    """Loudness of a sound.

    Parameters
    ----------
    integrated_lufs
        Of the whole; None for silence or below 0.4 s.
    range_lu
        Loudness range; None below 3 s or for silence.
    momentary_lufs, short_term_lufs
        Over 0.4 s and 3 s, every 0.1 s; −inf where silent.
    """

    integrated_lufs: float | None
    range_lu: float | None
    momentary_lufs: NDArray[np.float64]
    short_term_lufs: NDArray[np.float64]

    @property
    def momentary_max_lufs(self) -> float | None:
        """Loudest 0.4 s; None for silence or below 0.4 s."""
        return _highest(self.momentary_lufs)

    @property
    def short_term_max_lufs(self) -> float | None:
        """Loudest 3 s; None for silence or below 3 s."""
        return _highest(self.short_term_lufs)


def measure_loudness(signal: Signal) -> Loudness:
    """Measure integrated loudness (LUFS), loudness range (LU) and their courses."""
    power = _step_power(signal)
    momentary = _mean_power(power, MOMENTARY_STEPS)
    short_term = _mean_power(power, SHORT_TERM_STEPS)
    return Loudness(
        integrated_lufs=_integrated(momentary),
        range_lu=_range(short_term),
        momentary_lufs=lufs_of(momentary),
        short_term_lufs=lufs_of(short_term),
    )


def integrated_lufs(step_power: NDArray[np.float64]) -> float | None:
    """Return the integrated loudness of sound whose weighted mean square is known for every step of 0.1 s."""
    return _integrated(_mean_power(step_power, MOMENTARY_STEPS))


def stretch_peak(samples: FloatArray, *, floor: float) -> float:
    """Return the highest interpolated magnitude of a stretch of sound, at least `floor`.

    Parameters
    ----------
    samples
        Shape (channels, samples): the stretch with `TAPS_PER_PHASE` samples of what lies around it at both ends.
    floor
        What was found already, full scale 1: what cannot exceed it is not interpolated.
    """
    phases, margin = interpolator(), TAPS_PER_PHASE
    missing = -(samples.shape[1] - 2 * margin) % PEAK_BLOCK_SAMPLES
    padded = np.pad(samples, ((0, 0), (0, missing)))
    peak = max(floor, float(np.abs(samples[:, margin:-margin]).max(initial=0.0)))
    for channel in padded:
        peak = _stretch_peak(channel, phases, reach=_reach(), floor=peak)
    return peak


def true_peak_dbtp(signal: Signal) -> float | None:
    """Return the highest peak of the fourfold oversampled waveform in dBTP; None for silence.

    Blocks are taken from the loudest down; the rest is skipped as soon as no interpolation between its samples can
    exceed the peak found so far, which leaves the result as it is and most of the work undone.

    References
    ----------
    BS.1770-4, annex 2: four phases of 12 taps; own windowed-sinc design, phase 0 being the samples themselves.
    """
    phases = interpolator()
    reach = _reach()
    peak = max(float(signal.samples.max(initial=0.0)), -float(signal.samples.min(initial=0.0)))
    if peak < FULL_SCALE_FLOOR:
        return None
    for channel in signal.samples:
        peak = max(peak, _channel_peak(channel, phases, reach=reach, floor=peak))
    return 20.0 * float(np.log10(peak))


def k_weighting(sample_rate_hz: int) -> NDArray[np.float64]:
    """Return the K-weighting filter as second-order sections, shape (2, 6).

    The tables of the Recommendation hold for 48 kHz. Each stage is taken back to the analogue plane by the inverse
    bilinear transform and brought to the wanted rate with its corner frequency kept, which reproduces the tables at
    48 kHz.
    """
    return np.array(_k_weighting(sample_rate_hz))


@lru_cache(maxsize=8)
def _k_weighting(sample_rate_hz: int) -> NDArray[np.float64]:
    return np.array([_at_rate(*stage, sample_rate_hz=sample_rate_hz) for stage in (SHELF, HIGH_PASS)])


def _at_rate(
    numerator: tuple[float, ...], denominator: tuple[float, ...], *, sample_rate_hz: int
) -> NDArray[np.float64]:
    """Move a second-order section from 48 kHz to another rate, keeping its corner frequency."""
    analogue = [_to_analogue(polynomial) for polynomial in (numerator, denominator)]
    corner = float(np.sqrt(analogue[1][0] / analogue[1][2]))
    corner_hz = np.arctan(corner) * TABLE_RATE_HZ / np.pi
    stretch = corner / np.tan(np.pi * corner_hz / sample_rate_hz)
    b, a = (_to_digital(polynomial * stretch ** np.arange(3)) for polynomial in analogue)
    return np.asarray(np.concatenate([b, a]) / a[0])


def _to_analogue(polynomial: tuple[float, ...]) -> NDArray[np.float64]:
    """Substitute z = (1 + s) / (1 − s) into c0 z² + c1 z + c2; coefficients of 1, s, s²."""
    c0, c1, c2 = polynomial
    return np.array([c0 + c1 + c2, 2.0 * (c0 - c2), c0 - c1 + c2])


def _to_digital(polynomial: NDArray[np.float64]) -> NDArray[np.float64]:
    """Substitute s = (z − 1) / (z + 1); coefficients of z², z, 1."""
    p0, p1, p2 = polynomial
    return np.array([p0 + p1 + p2, 2.0 * (p0 - p2), p0 - p1 + p2])


def channel_weights(channels: int) -> NDArray[np.float64]:
    """Return the weight of each channel: surrounds 1.41, the low-frequency channel of 5.1 and 7.1 none."""
    weights = np.ones(channels)
    five, with_low = 5, 6
    if channels == five:
        weights[3:] = SURROUND_GAIN
    elif channels >= with_low:
        weights[3] = 0.0
        weights[4:] = SURROUND_GAIN
    return weights


def _step_power(signal: Signal) -> NDArray[np.float64]:
    """Return the weighted mean square of every whole step of 0.1 s, channels added."""
    step = round(STEP_S * signal.sample_rate_hz)
    steps = signal.length_samples // step
    sections = k_weighting(signal.sample_rate_hz)
    power = np.zeros(steps)
    for samples, weight in zip(signal.samples, channel_weights(signal.channels), strict=True):
        if not weight:
            continue
        for first, filtered in _filtered(samples[: steps * step], sections, chunk=step * 100):
            squares = np.square(filtered).reshape(-1, step).mean(axis=1)
            power[first // step : first // step + len(squares)] += weight * squares
    return power


def _filtered(samples: FloatArray, sections: NDArray[np.float64], *, chunk: int) -> Iterator[tuple[int, np.ndarray]]:
    """Yield position and samples of filtered chunks; the filter's memory is carried over."""
    state = np.zeros((len(sections), 2))
    for first in range(0, len(samples), chunk):
        filtered, state = sosfilt(sections, samples[first : first + chunk].astype(np.float64), zi=state)
        yield first, filtered


def _mean_power(power: NDArray[np.float64], steps: int) -> NDArray[np.float64]:
    """Return the mean over a sliding window of `steps`; empty where the sound is shorter."""
    if len(power) < steps:
        return np.empty(0)
    means: NDArray[np.float64] = np.lib.stride_tricks.sliding_window_view(power, steps).mean(axis=1)
    return means


def lufs_of(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weighted mean squares as loudness in LUFS, −inf for silence (BS.1770-4, equation 2)."""
    with np.errstate(divide="ignore"):
        levels: NDArray[np.float64] = OFFSET_LUFS + 10.0 * np.log10(power)
    return levels


def _highest(levels: NDArray[np.float64]) -> float | None:
    highest = float(levels.max(initial=-np.inf))
    return highest if np.isfinite(highest) else None


def _gated(power: NDArray[np.float64], relative_lu: float) -> NDArray[np.float64]:
    """Return the blocks above the absolute gate and above the relative gate counted from their mean."""
    audible = power[lufs_of(power) > ABSOLUTE_GATE_LUFS]
    if not len(audible):
        return audible
    return audible[lufs_of(audible) > float(lufs_of(audible.mean(keepdims=True))[0]) + relative_lu]


def _integrated(momentary: NDArray[np.float64]) -> float | None:
    """Return the integrated loudness: the mean of the gated blocks of 0.4 s (BS.1770-4, equations 5 to 7)."""
    kept = _gated(momentary, RELATIVE_GATE_LU)
    return float(lufs_of(kept.mean(keepdims=True))[0]) if len(kept) else None


def _range(short_term: NDArray[np.float64]) -> float | None:
    """Return the spread between the 10th and 95th percentile of the gated short-term loudness (EBU Tech 3342)."""
    kept = _gated(short_term, RANGE_GATE_LU)
    if not len(kept):
        return None
    low, high = np.percentile(lufs_of(kept), RANGE_PERCENTILES)
    return float(high - low)


@lru_cache(maxsize=1)
def interpolator() -> NDArray[np.float32]:
    """Return the windowed sinc of 48 taps: cut-off at the original half rate, unity at the samples."""
    length = OVERSAMPLING * TAPS_PER_PHASE
    taps = firwin(length + 1, 1.0 / OVERSAMPLING, window=("kaiser", 5.0))[:-1] * OVERSAMPLING
    return taps.astype(np.float32)


@lru_cache(maxsize=1)
def _reach() -> float:
    """Return how far above the samples around it an interpolated value may lie at most."""
    return float(np.abs(interpolator()).reshape(TAPS_PER_PHASE, OVERSAMPLING).sum(axis=0).max())


def _channel_peak(samples: FloatArray, phases: NDArray[np.float32], *, reach: float, floor: float) -> float:
    """Return the highest interpolated magnitude of one channel, at least `floor`; it is copied a stretch at a time."""
    peak, margin = floor, TAPS_PER_PHASE
    for start in range(0, len(samples), PEAK_STRETCH_SAMPLES):
        length = min(PEAK_STRETCH_SAMPLES, len(samples) - start)
        span = samples[max(0, start - margin) : start + length + margin]
        before = max(0, margin - start)
        whole = -(-length // PEAK_BLOCK_SAMPLES) * PEAK_BLOCK_SAMPLES + 2 * margin
        padded = np.pad(span, (before, whole - before - len(span)))
        peak = _stretch_peak(padded, phases, reach=reach, floor=peak)
    return peak


def _stretch_peak(padded: FloatArray, phases: NDArray[np.float32], *, reach: float, floor: float) -> float:
    """Return the highest interpolated magnitude of whole blocks with a margin at both ends, at least `floor`."""
    margin = TAPS_PER_PHASE
    count = (len(padded) - 2 * margin) // PEAK_BLOCK_SAMPLES
    blocks = np.lib.stride_tricks.sliding_window_view(padded, PEAK_BLOCK_SAMPLES + 2 * margin)[::PEAK_BLOCK_SAMPLES]
    bounds = np.maximum(blocks.max(axis=1), -blocks.min(axis=1)) * reach
    order = np.argsort(bounds)[::-1]
    peak = floor
    for start in range(0, count, PEAK_BATCH_BLOCKS):
        batch = order[start : start + PEAK_BATCH_BLOCKS]
        if bounds[batch[0]] <= peak:
            break
        between = upfirdn(phases, blocks[batch], up=OVERSAMPLING, axis=1)
        between = between[:, len(phases) : -len(phases)]  # the cut ends of a block ring
        peak = max(peak, float(np.abs(between).max()))
    return peak
