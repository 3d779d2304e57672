"""Sounds whose shape is known because it was drawn: glissandi, swells, clouds, bells."""

from collections.abc import Callable, Sequence

import numpy as np

from grym.domain.signal import FloatArray

RATE_HZ = 44_100


def times(seconds: float) -> np.ndarray:
    """Instants of the samples."""
    return np.arange(round(seconds * RATE_HZ)) / RATE_HZ


def gliding(hz_of: Callable[[np.ndarray], np.ndarray], *, seconds: float, harmonics: int = 5) -> FloatArray:
    """A tone whose frequency follows a function of time."""
    phase = 2.0 * np.pi * np.cumsum(hz_of(times(seconds))) / RATE_HZ
    return np.asarray(0.1 * sum(np.sin(k * phase) / k for k in range(1, harmonics + 1)), dtype=np.float32)


def partials(ratios: Sequence[float], *, hz: float, seconds: float, decay_per_s: float = 0.0) -> FloatArray:
    """Partials at given ratios, all decaying alike."""
    time = times(seconds)
    tone = sum(np.sin(2.0 * np.pi * hz * ratio * time) / (1 + n) for n, ratio in enumerate(ratios))
    return np.asarray(0.1 * tone * np.exp(-decay_per_s * time), dtype=np.float32)


def enveloped(shape: Callable[[np.ndarray], np.ndarray], *, seconds: float, hz: float = 440.0) -> FloatArray:
    """A sine whose amplitude follows a function of time."""
    time = times(seconds)
    return np.asarray(0.3 * np.sin(2.0 * np.pi * hz * time) * shape(time), dtype=np.float32)


def cloud(starts_s: Sequence[float], *, seconds: float, grain_s: float, seed: int) -> FloatArray:
    """Hann-shaped grains of random pitch, 500 to 2,000 Hz."""
    rng = np.random.default_rng(seed)
    sound = np.zeros(round(seconds * RATE_HZ))
    length = round(grain_s * RATE_HZ)
    for start_s in starts_s:
        start = round(start_s * RATE_HZ)
        grain = np.hanning(length) * np.sin(2.0 * np.pi * rng.uniform(500.0, 2_000.0) * np.arange(length) / RATE_HZ)
        room = sound[start : start + length]
        room += grain[: len(room)]
    return (0.2 * sound).astype(np.float32)
