"""Where beats may fall: curves over time that each tell one reason, and what they say together.

A listener taps where notes begin, where the bass moves, where it is loud, where long notes start and where the harmony
changes. Each reason is one curve with a value per frame of the shared spectrum, divided by what is usual around it, so
that neither level nor density of a passage matters. Their weighed sum is the logarithm of the odds that a beat lies in
a frame.

References: Davies and Plumbley (2007), "Context-dependent beat tracking of musical audio" (curves against their mean);
Lerdahl and Jackendoff (1983), "A generative theory of tonal music", chapter 4 (preference rules for strong beats:
event, stress, length, bass and harmony).
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, uniform_filter1d

from grym.domain.chroma import Chroma
from grym.domain.rhythm.begun import begun
from grym.domain.signal import FloatArray
from grym.domain.stft import Framing

SMOOTHING_FRAMES = 1.0
LEVEL_REACH_S = 3.0
LEVEL_FLOOR_SHARE = 0.05
STRENGTH_S = 0.1
"""How loud a note is shows within a tenth of a second."""

NEAR_S, FAR_S = 0.06, 0.325
"""What begins between 60 and 325 ms after a frame makes its own note short, or before it, itself an afterthought."""

CHANGE_REACH_S = 0.4
USUAL_REACH_S = 4.0
USUAL_LOCAL_SHARE = 0.8
"""Curves are divided by the root mean square of the 4 s around, mixed with a fifth of that of the whole."""

WEIGHTS = {
    "full": 0.28,
    "bass": 0.33,
    "low": 0.29,
    "high": 0.15,
    "strength": 0.2,
    "following": -0.67,
    "preceding": -0.25,
    "change": 0.24,
}
"""Of the curves in the sum: a logistic regression of the notated beats of dev works, then each moved as long as the
beats found in half of the works came closer to the score; the other half agreed."""

BIAS = -3.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curves:
    """Reasons for a beat, each of shape (frames,) and ≥ 0.

    Parameters
    ----------
    frame_rate_hz
        Frames per second.
    full, bass, low, high
        How much begins: in all bands, below 200 Hz, from there to 1 kHz, above 4 kHz.
    strength
        How loud the next 100 ms are.
    following, preceding
        How much begins soon after and shortly before.
    change
        How much the harmony changes.
    stress
        How much louder than usual the bands sound that rise, in units of 6 dB; below 0 where softer.
    raw
        `full` before it is divided: 0 where nothing sounds.
    """

    frame_rate_hz: float
    full: FloatArray
    bass: FloatArray
    low: FloatArray
    high: FloatArray
    strength: FloatArray
    following: FloatArray
    preceding: FloatArray
    change: FloatArray
    stress: FloatArray
    raw: FloatArray

    def salience(self) -> FloatArray:
        """Return the logarithm of the odds that a beat lies in each frame, shape (frames,)."""
        total = sum((np.float32(weight) * getattr(self, name) for name, weight in WEIGHTS.items()), np.float32(BIAS))
        return np.asarray(total, dtype=np.float32)


def beat_curves(mel_power: FloatArray, *, framing: Framing, pitch: Chroma) -> Curves:
    """Compute the reasons for a beat.

    Parameters
    ----------
    mel_power
        Shape (frames, bands), power.
    framing
        Of those frames.
    pitch
        Pitch classes of the same sound.
    """
    rate_hz = framing.frame_rate_hz
    begins = begun(mel_power, framing)
    full = begins.full
    following, preceding = _neighbours(full, rate_hz=rate_hz)
    parts = {"full": full, "bass": begins.bass, "low": begins.low, "high": begins.high}
    context = {
        "strength": _strength(mel_power, rate_hz=rate_hz),
        "following": following,
        "preceding": preceding,
        "change": _change(pitch, frames=len(full), rate_hz=rate_hz),
    }
    smooth = {name: gaussian_filter1d(values, SMOOTHING_FRAMES) for name, values in parts.items()}
    usual = {name: _against_usual(values, rate_hz=rate_hz) for name, values in (smooth | context).items()}
    return Curves(frame_rate_hz=rate_hz, raw=smooth["full"], stress=begins.stress, **usual)


def _against_usual(values: np.ndarray, *, rate_hz: float) -> FloatArray:
    """Return a curve divided by its root mean square around; zeros where there is nothing."""
    power = np.square(values, dtype=np.float64)
    around = uniform_filter1d(power, 2 * round(USUAL_REACH_S * rate_hz) + 1, mode="nearest")
    usual = USUAL_LOCAL_SHARE * around + (1.0 - USUAL_LOCAL_SHARE) * power.mean()
    return np.asarray(values / np.sqrt(np.maximum(usual, 1e-12)), dtype=np.float32)


def _strength(mel_power: FloatArray, *, rate_hz: float) -> np.ndarray:
    """Return the highest magnitude of the next 100 ms against the mean of three seconds on both sides."""
    magnitude = np.sqrt(mel_power.sum(axis=1))
    mean = uniform_filter1d(magnitude, 2 * round(LEVEL_REACH_S * rate_hz) + 1, mode="nearest")
    length = max(1, round(STRENGTH_S * rate_hz))
    coming = maximum_filter1d(magnitude, length, origin=-(length // 2))
    return np.asarray(coming / np.maximum(mean + LEVEL_FLOOR_SHARE * magnitude.max(initial=0.0), 1e-12))


def _neighbours(full: np.ndarray, *, rate_hz: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean rise between 60 and 325 ms after each frame, and before it."""
    near, far = round(NEAR_S * rate_hz), round(FAR_S * rate_hz)
    sums = np.concatenate([[0.0], np.cumsum(full, dtype=np.float64)])
    at, last = np.arange(len(full)), len(full)
    after = sums[np.minimum(last, at + far)] - sums[np.minimum(last, at + near)]
    before = sums[np.maximum(0, at - near)] - sums[np.maximum(0, at - far)]
    return after / (far - near), before / (far - near)


def _change(pitch: Chroma, *, frames: int, rate_hz: float) -> np.ndarray:
    """Return the cosine distance of the pitch classes of the next and the last 0.4 s, at frames of the short window."""
    weights = np.sqrt(np.maximum(pitch.weights, 0.0), dtype=np.float64)
    sums = np.vstack([np.zeros((1, weights.shape[1])), np.cumsum(weights, axis=0)])
    reach = max(1, round(CHANGE_REACH_S * pitch.frame_rate_hz))
    at, count = np.arange(len(weights)), len(weights)
    before = sums[at] - sums[np.maximum(0, at - reach)]
    after = sums[np.minimum(count, at + 1 + reach)] - sums[np.minimum(count, at + 1)]
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    alike = (before * after).sum(axis=1) / np.maximum(lengths, 1e-9)
    change = np.where(lengths > 1e-9, 1.0 - alike, 0.0)  # noqa: PLR2004 (rounding)
    return np.interp(np.arange(frames) / rate_hz, at / pitch.frame_rate_hz, change)
