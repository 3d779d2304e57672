"""Which periods a sound has: the lags at which its curves resemble themselves, and their kin.

A pulse shows at its own period and at every multiple, so each lag that stands out may be the beat, a part of it or a
group of beats. All of them become candidates; which one is the beat is for `grym.domain.rhythm.levels` to say.

References: Percival and Tzanetakis (2014), "Streamlined tempo estimation based on autocorrelation and cross-correlation
with pulses", section II; Klapuri, Eronen and Astola (2006), "Analysis of the meter of acoustic musical signals".
"""

import numpy as np
from scipy import fft
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

SLOWEST_BPM = 30.0
FASTEST_BPM = 250.0
SEARCHED_BPM = (28.0, 260.0)
"""Peaks a little outside still have kin inside."""

STRONGEST = 5
MOST_CANDIDATES = 10
"""With five peaks and ten candidates the notated tempo is among them in 98 % of dev works; more add confusion."""

KIN = (1.0, 2.0, 0.5, 3.0, 1.0 / 3.0, 1.5, 2.0 / 3.0)
KIN_PRICE = 0.9
SAME_SHARE = 0.05
SMOOTHING_S = 0.0175
"""Hands and rubato place a beat some 20 ms off."""

LEAST_PEAK = 0.02
NEAR_FRAMES = 2
LOCAL_MEAN_S = 1.0
NOISE_SIGMAS = 6.0
"""Peaks of the autocorrelation of n independent frames stay below 6/√n (its deviation is 1/√n)."""

LEAST_PERIODICITY = 0.12
"""Normalised autocorrelation that some period of a sound with a pulse reaches."""


def autocorrelation(values: np.ndarray) -> np.ndarray:
    """Return the autocorrelation by lag, 1 at lag 0, each lag weighed by how much of the sound it compares.

    Parameters
    ----------
    values
        Shape (frames,).
    """
    centred = values - values.mean()
    size = fft.next_fast_len(2 * len(centred), real=True)
    products = fft.irfft(np.abs(fft.rfft(centred, size)) ** 2, size)[: len(centred)]
    unbiased = products / np.arange(len(centred), 0, -1)
    return np.asarray(unbiased / unbiased[0]) if unbiased[0] > 0.0 else np.zeros(len(centred))


def similarity_by_lag(*curves: np.ndarray, frame_rate_hz: float) -> np.ndarray:
    """Return the mean autocorrelation of smoothed curves, shape (frames,)."""
    sigma = SMOOTHING_S * frame_rate_hz
    similarities = [autocorrelation(gaussian_filter1d(curve.astype(np.float64), sigma)) for curve in curves]
    return np.asarray(np.mean(similarities, axis=0))


def at_lag(similarity: np.ndarray, lag: float) -> float:
    """Return the highest similarity within two frames of a lag, 0 beyond the end."""
    nearest = round(lag)
    near = similarity[max(0, nearest - NEAR_FRAMES) : nearest + NEAR_FRAMES + 1]
    return float(near.max()) if len(near) > NEAR_FRAMES else 0.0


def has_period(envelope: np.ndarray, *, frame_rate_hz: float) -> bool:
    """Return whether an onset envelope repeats more than independent noise would."""
    if len(envelope) < 2 or envelope.max(initial=0.0) <= 0.0:  # noqa: PLR2004 (nothing to compare)
        return False
    size = 2 * round(LOCAL_MEAN_S * frame_rate_hz / 2.0) + 1
    above = np.maximum(0.0, envelope - uniform_filter1d(envelope, size, mode="nearest"))
    similarity = autocorrelation(gaussian_filter1d(above.astype(np.float64), 1.0))
    shortest, longest = _lags(len(envelope), SLOWEST_BPM, FASTEST_BPM, frame_rate_hz=frame_rate_hz)
    threshold = max(LEAST_PERIODICITY, NOISE_SIGMAS / float(np.sqrt(len(envelope))))
    return any(height >= threshold for height, _ in _peaks(similarity, shortest=shortest, longest=longest))


def candidate_lags(similarity: np.ndarray, *, frame_rate_hz: float) -> list[float]:
    """Return the periods that may be the beat, in frames, likelier ones first.

    Parameters
    ----------
    similarity
        Result of `similarity_by_lag`.
    frame_rate_hz
        Frames per second.
    """
    shortest, longest = _lags(len(similarity), *SEARCHED_BPM, frame_rate_hz=frame_rate_hz)
    peaks = sorted(_peaks(similarity, shortest=shortest, longest=longest), reverse=True)[:STRONGEST]
    weighed = []
    for height, lag in peaks:
        for ratio in KIN:
            own = height if ratio == 1.0 else KIN_PRICE * at_lag(similarity, ratio * lag)
            if SLOWEST_BPM <= 60.0 * frame_rate_hz / (ratio * lag) <= FASTEST_BPM:
                weighed.append((own, ratio * lag))
    kept: list[float] = []
    for _, lag in sorted(weighed, reverse=True):
        if all(abs(lag / other - 1.0) > SAME_SHARE for other in kept):
            kept.append(lag)
    return kept[:MOST_CANDIDATES]


def _lags(frames: int, slowest_bpm: float, fastest_bpm: float, *, frame_rate_hz: float) -> tuple[float, float]:
    """Return the shortest and the longest lag of a range of tempi, in frames; half the sound at most."""
    return 60.0 / fastest_bpm * frame_rate_hz, min(60.0 / slowest_bpm * frame_rate_hz, frames / 2.0)


def _peaks(similarity: np.ndarray, *, shortest: float, longest: float) -> list[tuple[float, float]]:
    """Return height and lag of the local maxima between two lags, the lag interpolated by a parabola."""
    first, last = max(1, int(shortest)), min(len(similarity) - 2, int(longest))
    if last < first:
        return []
    left, middle, right = (similarity[first + shift : last + 1 + shift] for shift in (-1, 0, 1))
    tops = np.flatnonzero((middle > left) & (middle >= right) & (middle > LEAST_PEAK))
    bend = np.minimum(left[tops] - 2.0 * middle[tops] + right[tops], -1e-12)  # three on a line, but for rounding
    lags = first + tops + 0.5 * (left[tops] - right[tops]) / bend
    return [(float(height), float(lag)) for height, lag in zip(middle[tops], lags, strict=True)]
