"""Damage done to a waveform: holes, clicks, rounded tops. Each is counted by what music does not do by itself.

A hole falls by 40 dB within 3 ms and comes back as fast; music dies away. A click is over within 1.5 ms and stands far
above what the samples around it predict; a drum rings on. Rounded tops crowd the samples below the peak of the loudest
moments.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.linalg import solve_toeplitz
from scipy.ndimage import maximum_filter1d, median_filter

from grym.domain.signal import FloatArray, Signal

STEP_S = 0.001
"""A cycle of 50 Hz crosses zero within a sixth of its height in this time, so the tone itself makes no hole."""
FALL_STEPS = 3
FALLEN = 0.01
"""40 dB."""
BACK = 0.25
"""Music goes on after a hole about as loud as before: within 12 dB."""
AUDIBLE = 3e-3
LONGEST_HOLE_STEPS = 500
HELD_S = 0.003
BELOW_TOP = 0.95
LEAP = 0.04
"""Of the peak, on both sides: what is held in silence, or as a coarse step of a quiet tone, begins and ends gently."""
MOST_HELD_PER_S = 10.0
"""More often than this a held value is the shape of a wave (squares, steps), not a hole."""

PREDICTED_SAMPLES = 1 << 16
PREDICTOR_ORDER = 20
CLICK_SAMPLES = 32
CLICK_RATIO = 20.0
CLICK_ALONE = 0.2
"""A click stands 26 dB above the median of 47 ms around it; within 10 ms nothing else reaches a fifth of it."""
CLICK_FLOOR = 1e-5
NEIGHBOURS = (*range(-10, -2), *range(3, 11))
MARGIN = 12

SHAPE_SAMPLES = 2_048
LOUDEST_PERCENTILE = 98.0
LOUD = 0.89
"""Within 1 dB of the level that one frame in fifty exceeds."""
QUIETER = 0.5
LEAST_QUIET_FRAMES = 10
FRAMES_AT_ONCE = 512
"""4 MB of samples: no measure copies a whole recording."""
TOP, BELOW = 0.9, (0.5, 0.7)


def dropouts_per_min(signal: Signal) -> float:
    """Return how many holes a minute interrupt the worst channel."""
    if not signal.length_samples:
        return 0.0
    most = max(_holes(channel, signal.sample_rate_hz) for channel in signal.samples)
    return 60.0 * most / signal.duration_s


def _holes(samples: FloatArray, sample_rate_hz: int) -> int:
    step = max(1, round(STEP_S * sample_rate_hz))
    count = len(samples) // step
    if count <= FALL_STEPS:
        return 0
    steps = samples[: count * step].reshape(count, step)
    level = np.maximum(steps.max(axis=1), -steps.min(axis=1))
    return _interruptions(level) + _held(samples, sample_rate_hz)


def _interruptions(level: FloatArray) -> int:
    """Count falls that end as suddenly as they began."""
    before = np.zeros_like(level)
    for shift in range(1, FALL_STEPS + 1):
        np.maximum(before[shift:], level[:-shift], out=before[shift:])
    found, reached = 0, -1
    for start in np.flatnonzero((level < FALLEN * before) & (before > AUDIBLE)).tolist():
        if start <= reached:
            continue
        height = float(before[start])
        rising = np.flatnonzero(level[start : start + LONGEST_HOLE_STEPS] > FALLEN * FALL_STEPS * height)
        reached = start + (int(rising[0]) if len(rising) else LONGEST_HOLE_STEPS)
        found += bool(level[reached : reached + FALL_STEPS].max(initial=0.0) >= BACK * height)
    return found


def _held(samples: FloatArray, sample_rate_hz: int) -> int:
    """Count stretches in which a value other than silence is held, out of the middle of sound."""
    still = np.concatenate([[False], samples[1:] == samples[:-1], [False]])
    edges = np.flatnonzero(still[1:] != still[:-1])
    starts, ends = edges[::2], edges[1::2]
    peak = float(np.abs(samples).max(initial=0.0))
    value = np.abs(samples[starts])
    inside = (value > AUDIBLE) & (value < BELOW_TOP * peak)  # at the top it is clipping
    long = inside & (ends - starts >= HELD_S * sample_rate_hz)
    if long.sum() > MOST_HELD_PER_S * len(samples) / sample_rate_hz:
        return 0
    reach = round(HELD_S * sample_rate_hz)
    return sum(
        _leap(samples[max(0, start - reach) : start + 1]) > LEAP * peak and _leap(samples[end : end + 2]) > LEAP * peak
        for start, end in zip(starts[long].tolist(), ends[long].tolist(), strict=True)
    )


def _leap(samples: FloatArray) -> float:
    """Return the largest step between neighbouring samples."""
    return float(np.abs(np.diff(samples)).max(initial=0.0))


def clicks_per_s(signal: Signal) -> float:
    """Return how many clicks a second the worst channel has."""
    if not signal.length_samples:
        return 0.0
    return max(_clicks(_unpredicted(channel)) for channel in signal.samples) / signal.duration_s


def _unpredicted(samples: FloatArray) -> FloatArray:
    """Return the highest error of each 32 samples when every sample is predicted from the 20 before it.

    References
    ----------
    Godsill and Rayner (1998), "Digital audio restoration", section 5.2: detection by the residual of a linear
    prediction; the coefficients are those of the autocorrelation of 1.5 s.
    """
    highest = [_highest(_residual(piece)) for piece in _pieces(samples)]
    return np.concatenate(highest) if highest else np.zeros(0, dtype=np.float32)


def _highest(error: FloatArray) -> FloatArray:
    """Return the highest magnitude of each whole run of 32 samples."""
    count = len(error) // CLICK_SAMPLES
    highest: FloatArray = np.abs(error[: count * CLICK_SAMPLES]).reshape(count, CLICK_SAMPLES).max(axis=1)
    return highest


def _pieces(samples: FloatArray) -> Iterator[FloatArray]:
    """Yield stretches with the samples before them that their first samples are predicted from."""
    for first in range(0, len(samples), PREDICTED_SAMPLES):
        piece = samples[max(0, first - PREDICTOR_ORDER) : first + PREDICTED_SAMPLES]
        if len(piece) > 2 * PREDICTOR_ORDER:
            yield piece


def _residual(piece: FloatArray) -> FloatArray:
    size = fft.next_fast_len(2 * len(piece), real=True)
    correlation = fft.irfft(np.abs(fft.rfft(piece, size)) ** 2, size)[: PREDICTOR_ORDER + 1].astype(np.float64)
    correlation[0] = correlation[0] * (1.0 + 1e-9) + 1e-12
    predictor = solve_toeplitz(correlation[:-1], correlation[1:])
    taps = np.concatenate([[1.0], -predictor]).astype(np.float32)
    residual: FloatArray = np.convolve(piece, taps, mode="valid")
    return residual


def _clicks(highest: FloatArray) -> int:
    """Count what stands alone and high above its surroundings."""
    if len(highest) <= 2 * MARGIN:
        return 0
    usual: NDArray[np.float32] = median_filter(highest, 2 * CLICK_SAMPLES + 1, mode="nearest")
    high = (highest > CLICK_RATIO * np.maximum(usual, CLICK_FLOOR)) & (highest >= maximum_filter1d(highest, 9))
    places = np.flatnonzero(high[MARGIN:-MARGIN]) + MARGIN
    if not len(places):
        return 0
    around = np.stack([highest[places + shift] for shift in NEIGHBOURS]).max(axis=0)
    return int(np.sum(around < CLICK_ALONE * highest[places]))


def saturation(signal: Signal) -> float:
    """Return how much more crowded the tops of loud moments are than those of quieter ones, of the worst channel.

    What counts is the number of samples above 0.9 of a frame's peak against those from 0.5 to 0.7. Music reads 0.1.
    Waves that are full by nature are so at any level; where there are no quieter moments, 0 stands for theirs.
    """
    return max((_crowding(channel) for channel in signal.samples), default=0.0)


def _crowding(samples: FloatArray) -> float:
    count = len(samples) // SHAPE_SAMPLES
    frames = samples[: count * SHAPE_SAMPLES].reshape(count, SHAPE_SAMPLES)
    peaks = np.maximum(frames.max(axis=1, initial=0.0), -frames.min(axis=1, initial=0.0))
    if not count or peaks.max() < AUDIBLE:
        return 0.0
    level = float(np.percentile(peaks, LOUDEST_PERCENTILE))
    quiet = (peaks < QUIETER * level) & (peaks > AUDIBLE)
    usual = _tops(frames, peaks, quiet) if quiet.sum() >= LEAST_QUIET_FRAMES else 0.0
    return max(0.0, _tops(frames, peaks, peaks >= LOUD * level) - usual)


def _tops(frames: FloatArray, peaks: FloatArray, chosen: NDArray[np.bool_]) -> float:
    """Return how many samples of the chosen frames lie near their frame's peak, against those in the middle."""
    top = below = 0
    places = np.flatnonzero(chosen)
    for first in range(0, len(places), FRAMES_AT_ONCE):
        some = places[first : first + FRAMES_AT_ONCE]
        share = np.abs(frames[some]) / peaks[some, None]
        top += int(np.sum(share > TOP))
        below += int(np.sum((share > BELOW[0]) & (share <= BELOW[1])))
    return top / max(1, below)
