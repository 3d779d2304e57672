"""Sounds whose fundamental is known at every moment."""

from collections.abc import Sequence

import numpy as np

from grym.domain.signal import FloatArray, Signal

RATE_HZ = 44_100
SUNG = (1.0, 0.5, 0.3, 0.2, 0.1, 0.1)


def voice(f0_hz: np.ndarray, partials: Sequence[float] = SUNG, *, rate_hz: int = RATE_HZ) -> np.ndarray:
    """Sum partials over a fundamental given for every sample, at −20 dB; partials beyond half the rate are left out."""
    phase = 2.0 * np.pi * np.cumsum(f0_hz) / rate_hz
    sound = np.zeros(len(f0_hz))
    for index, amplitude in enumerate(partials):
        sound += amplitude * np.sin((index + 1) * phase) * (f0_hz * (index + 1) < rate_hz / 2)
    return sound / np.std(sound) * 0.1


def in_noise(sound: np.ndarray, *, snr_db: float | None, seed: int = 0) -> Signal:
    """A sound in white noise as a signal at 44.1 kHz; None for no noise."""
    if snr_db is not None:
        noise = np.random.default_rng(seed).standard_normal(len(sound))
        sound = sound + noise * np.std(sound) * 10.0 ** (-snr_db / 20.0)
    return Signal(samples=sound[None].astype(np.float32), sample_rate_hz=RATE_HZ)


def seconds(length_s: float) -> np.ndarray:
    """The time of every sample."""
    return np.arange(round(length_s * RATE_HZ)) / RATE_HZ


def cents(found_hz: FloatArray, true_hz: np.ndarray) -> np.ndarray:
    """How far each frequency is off, upwards positive."""
    off: np.ndarray = 1200.0 * np.log2(np.maximum(found_hz, 1e-3) / true_hz)
    return off
