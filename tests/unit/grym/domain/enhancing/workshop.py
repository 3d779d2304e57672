"""Sounds to repair, made so that what is wrong with them is known."""

import numpy as np
from numpy.typing import NDArray

from grym.domain.enhancing.sound import Repair, Sound, apply_to, sound_of
from grym.domain.reels import ArrayReel
from grym.domain.signal import Signal

RATE_HZ = 44_100
Samples = NDArray[np.float32]


def music(*, seconds: float = 10.0, rate_hz: int = RATE_HZ, channels: int = 2, seed: int = 1) -> Samples:
    """Return plucked chords and a melody with overtones, rests between them, peak 0.5; shape (channels, samples)."""
    rng = np.random.default_rng(seed)
    length = round(seconds * rate_hz)
    piece = np.zeros((channels, length + 2 * rate_hz))
    for start_s in np.arange(0.0, seconds, 0.25):
        for pitch in rng.choice([45, 52, 57, 60, 64, 67, 69, 72, 76, 81], size=2, replace=False):
            start, times_s = round(start_s * rate_hz), np.arange(rate_hz) / rate_hz
            hz = 440.0 * 2.0 ** ((pitch - 69) / 12.0)
            partials = [n for n in range(1, 40) if n * hz < 0.42 * rate_hz]
            note = sum(np.sin(2 * np.pi * n * hz * times_s) * np.exp(-times_s * (4 + n)) / n**1.2 for n in partials)
            note *= np.minimum(1.0, times_s / 0.004)
            piece[:, start : start + rate_hz] += rng.uniform(0.3, 1.0, (channels, 1)) * note
    piece = piece[:, :length]
    return np.asarray(0.5 * piece / np.abs(piece).max(), dtype=np.float32)


def as_sound(samples: Samples, *, rate_hz: int = RATE_HZ) -> Sound:
    """Return samples as a sound in repair."""
    return sound_of(Signal(samples=np.ascontiguousarray(samples, dtype=np.float32), sample_rate_hz=rate_hz))


def repaired(sound: Sound, repair: Repair, *, block_samples: int | None = None) -> Samples:
    """Return a repaired sound, applied in blocks of a length."""
    target = ArrayReel(np.zeros((sound.channels, sound.length_samples), dtype=np.float32))
    apply_to(sound, repair, target, block_samples=block_samples)
    return target.samples


def sdr_db(original: Samples, other: Samples) -> float:
    """Return the ratio of signal to distortion in decibels, all channels as one."""
    error = np.square(original.astype(np.float64) - other).sum()
    return float(10.0 * np.log10(np.square(original.astype(np.float64)).sum() / max(float(error), 1e-30)))


def hum(length: int, *, hz: float = 50.1, level: float = 0.02, rate_hz: int = RATE_HZ) -> NDArray[np.float64]:
    """Return the hum of a mains with six partials, its loudest of a level."""
    times_s = np.arange(length) / rate_hz
    waves = [np.sin(2 * np.pi * n * hz * times_s + n) / n for n in (1, 2, 3, 4, 5, 7)]
    return np.asarray(level * np.sum(waves, axis=0))
