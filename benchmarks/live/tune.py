"""What plays in these measurements: music by hand, so that every part of listening has something to do.

Plucked chords of four bars in A minor, a bass, and a hat on every eighth, at 120 BPM; all from a seed.
"""

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 44_100
TEMPO_BPM = 120.0
CHORDS = ((57, 60, 64), (53, 57, 60), (48, 55, 64), (55, 59, 62))
PARTIALS = 8


def tune(seconds: float, *, seed: int = 1) -> NDArray[np.float32]:
    """Return mono sound at 44.1 kHz, shape (1, samples), peak 0.5; the seed turns the chords and the noise."""
    chance = np.random.default_rng(seed)
    sound = np.zeros(round(seconds * RATE_HZ))
    step_s = 60.0 / TEMPO_BPM / 2
    for number in range(int(seconds / step_s)):
        chord = CHORDS[(number // 8 + seed) % len(CHORDS)]
        _add(sound, number * step_s, _hat(chance))
        if number % 2 == 0:
            _add(sound, number * step_s, np.sum([_pluck(pitch) for pitch in chord], axis=0))
        if number % 8 == 0:
            _add(sound, number * step_s, 1.5 * _pluck(chord[0] - 24))
    peak = float(np.abs(sound).max()) or 1.0
    return np.asarray(0.5 * sound / peak, dtype=np.float32)[np.newaxis]


def _pluck(pitch: int) -> NDArray[np.float64]:
    at_s = np.arange(round(0.5 * RATE_HZ)) / RATE_HZ
    frequency_hz = 440.0 * 2 ** ((pitch - 69) / 12)
    waves = (np.sin(2 * np.pi * k * frequency_hz * at_s) / k * np.exp(-3 * k**0.5 * at_s) for k in range(1, PARTIALS))
    return np.asarray(sum(waves) * np.minimum(1.0, at_s / 0.004))


def _hat(chance: np.random.Generator) -> NDArray[np.float64]:
    at_s = np.arange(round(0.05 * RATE_HZ)) / RATE_HZ
    return np.asarray(0.4 * chance.standard_normal(at_s.size) * np.exp(-at_s / 0.01))


def _add(sound: NDArray[np.float64], at_s: float, what: NDArray[np.float64]) -> None:
    start = round(at_s * RATE_HZ)
    end = min(sound.size, start + what.size)
    sound[start:end] += what[: end - start]
