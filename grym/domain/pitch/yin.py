"""How periodic a sound is at every lag, and which lags may be its period: the probabilistic YIN.

Everything happens at 16 kHz in frames of 63 ms: 45 ms are compared with the same 45 ms later, by at most the longest
period. Frames are rows. Levels do not matter: a frame's difference is divided by its own mean over shorter lags.

References
----------
de Cheveigné and Kawahara (2002), "YIN, a fundamental frequency estimator for speech and music", equations 6 to 8.
Mauch and Dixon (2014), "pYIN: a fundamental frequency estimator using probabilistic threshold distributions".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import fft
from scipy.signal import resample_poly
from scipy.special import betainc

from grym.domain.signal import FloatArray
from grym.domain.stft import stretch

WORKING_RATE_HZ = 16_000
"""A period of 1,760 Hz still has nine samples, and five of its overtones are heard."""

HOP_S = 0.01
COMPARED_S = 0.045
"""Half of pYIN's frame of 2,048 samples at 44.1 kHz twice over: two and a half periods of 55 Hz."""

CENTRE_LAG_S = 0.004
"""A comparison at lag τ is centred τ/2 later; frames are placed for a period of 4 ms, at most 7 ms wrong."""

PRIOR = (2.0, 18.0)
"""Beta distribution of the threshold below which a difference counts as periodic: mean 0.1 (Mauch and Dixon 2014)."""

BELOW_EVERY_THRESHOLD = 0.01
"""The deepest trough is taken with this weight where no trough lies under the threshold (the paper's p_a)."""

FINENESS = 4
FINE_BELOW_SAMPLES = 64
"""Periods under 4 ms (above 250 Hz) are looked for in quarters of a sample: at whole samples the troughs of 1,500 Hz
are missed, and their octave below is taken."""

EDGE = 1.01
"""Frequencies are admitted up to a sixth of a semitone beyond the range: an estimate at its edge may err so far."""

BLOCK_FRAMES = 256
LOUDNESS_STRETCHES = 1_000
MOST_CANDIDATES = 6
SILENCE_SHARE = 1e-7
"""Differences 70 dB under the loudest frame are rounding and count as aperiodic."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """What the period of each frame may be.

    Parameters
    ----------
    hz
        Frequencies, shape (frames, 6), 0 where there are fewer.
    probability
        Of each being the fundamental, shape (frames, 6), sum ≤ 1 by frame.
    aperiodicity
        The least normalised difference of the frame, 0 (periodic) to about 1, shape (frames,).
    """

    hz: FloatArray
    probability: FloatArray
    aperiodicity: FloatArray


def at_working_rate(mono: FloatArray, sample_rate_hz: int) -> FloatArray:
    """Resample a sound to 16 kHz, shape (samples,)."""
    common = gcd(sample_rate_hz, WORKING_RATE_HZ)
    up, down = WORKING_RATE_HZ // common, sample_rate_hz // common
    if up == down:
        return mono
    resampled: FloatArray = resample_poly(mono, up, down).astype(np.float32, copy=False)
    return resampled


def candidates(sound: FloatArray, *, lowest_hz: float, highest_hz: float) -> Candidates:
    """Return the possible fundamentals of every 10 ms of a sound.

    Parameters
    ----------
    sound
        Shape (samples,), at 16 kHz.
    lowest_hz, highest_hz
        Where fundamentals are looked for.
    """
    lags = _lags(lowest_hz)
    parts = []
    for differences in _normalised_differences(sound, lags):
        differences[:, lags < WORKING_RATE_HZ / highest_hz - 1.0] = np.inf
        parts.append(_of_block(differences, lags))
    found = Candidates(
        hz=np.concatenate([part.hz for part in parts]),
        probability=np.concatenate([part.probability for part in parts]),
        aperiodicity=np.concatenate([part.aperiodicity for part in parts]),
    )
    found.probability[(found.hz < lowest_hz / EDGE) | (found.hz > highest_hz * EDGE)] = 0.0
    return found


def _lags(lowest_hz: float) -> FloatArray:
    """Return the lags that are looked at, in samples, ascending: quarters where periods are short, then integers."""
    longest = int(np.ceil(WORKING_RATE_HZ / lowest_hz)) + 2
    short = np.arange(0, FINE_BELOW_SAMPLES * FINENESS) / FINENESS
    lags: FloatArray = np.concatenate([short, np.arange(FINE_BELOW_SAMPLES, longest)]).astype(np.float32)
    return lags


def _normalised_differences(sound: FloatArray, lags: FloatArray) -> Iterator[FloatArray]:
    """Yield YIN's d′ of consecutive frames, shape (frames, lags)."""
    hop = round(HOP_S * WORKING_RATE_HZ)
    compared = round(COMPARED_S * WORKING_RATE_HZ)
    longest = int(lags[-1]) + 1
    count = 1 + len(sound) // hop
    before = (compared + round(CENTRE_LAG_S * WORKING_RATE_HZ)) // 2
    floor = np.float32(SILENCE_SHARE * _loudest(sound, -before, compared) + np.finfo(np.float32).tiny)
    for start in range(0, count, BLOCK_FRAMES):
        after = min(start + BLOCK_FRAMES, count)
        samples = stretch(sound, start * hop - before, (after - 1) * hop + compared + longest - before)
        product = _lagged_products(sliding_window_view(samples, compared + longest)[::hop], compared, longest)
        energy = _between(_energies(samples, compared, longest)[::hop], lags)
        difference = np.maximum(energy[:, :1] + energy - 2.0 * product, 0.0)
        yield _by_cumulative_mean(difference, lags, floor)


def _loudest(sound: FloatArray, first: int, compared: int) -> float:
    """Return the greatest energy of stretches of `compared` samples from `first` on, some seconds at a time."""
    edges = np.arange(0, LOUDNESS_STRETCHES * compared, compared)
    return max(
        float(np.add.reduceat(np.square(stretch(sound, start, start + edges[-1] + compared)), edges).max())
        for start in range(first, len(sound), LOUDNESS_STRETCHES * compared)
    )


def _energies(samples: FloatArray, compared: int, longest: int) -> FloatArray:
    """Return the energy of `compared` samples from every sample and lag on, shape (samples, lags)."""
    total = np.concatenate([[0.0], np.cumsum(np.square(samples, dtype=np.float64))])
    return sliding_window_view((total[compared:] - total[:-compared]).astype(np.float32), longest)


def _between(values: FloatArray, lags: FloatArray) -> FloatArray:
    """Interpolate what is known at whole lags, shape (frames, whole lags), to all lags."""
    below = np.minimum(lags.astype(np.intp), values.shape[1] - 2)
    share = lags - below.astype(np.float32)
    between: FloatArray = values[:, below] * (1.0 - share) + values[:, below + 1] * share
    return between


def _lagged_products(frames: FloatArray, compared: int, longest: int) -> FloatArray:
    """Return Σ x(j)·x(j + τ) over the first `compared` samples of each frame, by way of the spectrum.

    A longer inverse transform gives the products between the samples exactly, as the sound is band-limited.
    """
    size = fft.next_fast_len(frames.shape[1], real=True)
    size += size % 2
    spectrum = fft.rfft(frames, size, axis=1)
    spectrum *= np.conj(fft.rfft(frames[:, :compared], size, axis=1))
    fine = fft.irfft(spectrum, size * FINENESS, axis=1) * np.float32(FINENESS)
    knee = FINE_BELOW_SAMPLES * FINENESS
    products: FloatArray = np.concatenate([fine[:, :knee], fine[:, knee : longest * FINENESS : FINENESS]], axis=1)
    return products


def _by_cumulative_mean(difference: FloatArray, lags: FloatArray, floor: np.float32) -> FloatArray:
    """Divide each difference by the mean over all shorter lags (YIN, equation 8); 1 at lag 0 and in silence."""
    difference[:, 1:] += floor
    total = np.cumsum(difference * np.diff(lags, prepend=np.float32(0.0)), axis=1)
    difference *= lags
    difference[:, 1:] /= total[:, 1:]
    difference[:, 0] = 1.0
    return difference


def _of_block(difference: FloatArray, lags: FloatArray) -> Candidates:
    """Weigh the troughs of each frame by the thresholds that would choose them.

    A threshold chooses the first trough below it, so trough i answers to the thresholds between its own depth and the
    least depth before it. The paper sums over a hundred thresholds; the distribution's integral is exact.
    """
    middle = difference[:, 1:-1]
    trough = (middle < difference[:, :-2]) & (middle <= difference[:, 2:])
    depth = np.where(trough, middle, np.float32(1.0))
    deepest = np.minimum.accumulate(depth, axis=1)
    earlier = np.ones_like(deepest)
    earlier[:, 1:] = deepest[:, :-1]
    frame, column = np.nonzero(depth < earlier)
    value = depth[frame, column]
    probability = betainc(*PRIOR, earlier[frame, column]) - betainc(*PRIOR, value)
    last = np.diff(frame, append=-1) != 0
    probability += last * BELOW_EVERY_THRESHOLD * betainc(*PRIOR, value)
    hz = WORKING_RATE_HZ / _lag_of_trough(difference, lags, frame, column + 1)
    table = _strongest(frame, hz, probability, count=len(difference))
    return Candidates(hz=table[0], probability=table[1], aperiodicity=deepest[:, -1])


def _lag_of_trough(difference: FloatArray, lags: FloatArray, frame: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Place a trough between the lags by the parabola through three differences, evenly spaced or not."""
    left, centre, right = (difference[frame, column + shift].astype(np.float64) for shift in (-1, 0, 1))
    back, ahead = (np.abs(lags[column + shift] - lags[column]).astype(np.float64) for shift in (-1, 1))
    rise_left, rise_right = np.minimum(left - centre, 1e6) / back, (right - centre) / ahead
    moved = (back * rise_right - ahead * rise_left) / (2.0 * np.maximum(rise_left + rise_right, 1e-12))
    placed: np.ndarray = lags[column] - np.clip(moved, -ahead / 2.0, back / 2.0)
    return placed


def _strongest(
    frame: np.ndarray, hz: np.ndarray, probability: np.ndarray, *, count: int
) -> tuple[FloatArray, FloatArray]:
    """Arrange the most probable candidates of each frame in tables of shape (count, 6)."""
    order = np.lexsort((-probability, frame))
    frame, hz, probability = frame[order], hz[order], probability[order]
    rank = np.arange(len(frame)) - np.searchsorted(frame, frame)
    kept = (rank < MOST_CANDIDATES) & (probability > 0.0)
    tables = np.zeros((2, count, MOST_CANDIDATES), dtype=np.float32)
    tables[0, frame[kept], rank[kept]] = hz[kept]
    tables[1, frame[kept], rank[kept]] = probability[kept]
    return tables[0], tables[1]
