"""Sounds for recognition: made-up tunes, seeded, whose every note is known."""

import numpy as np

from grym.domain.signal import FloatArray, Signal

RATE_HZ = 22_050
SCALE = (0, 2, 4, 5, 7, 9, 11, 12, 14, 16)
PARTIALS = 5


def tune(seed: int, *, seconds: float = 12.0, semitones: int = 0, tempo: float = 1.0) -> FloatArray:
    """Return a melody over a slower bass, plucked, shape (samples,); the notes follow from the seed alone."""
    rng = np.random.default_rng(seed)
    key = int(rng.integers(55, 65))
    samples = np.zeros(round((seconds / tempo + 2.0) * RATE_HZ))
    for octave, lengths in ((12, (0.15, 0.3, 0.45)), (0, (0.6, 0.9))):
        start_s = 0.0
        while start_s < seconds:
            length_s = float(rng.choice(lengths))
            pitch = key + octave + int(rng.choice(SCALE)) + semitones
            _pluck(samples, pitch, start_s / tempo, length_s / tempo)
            start_s += length_s
    return (0.1 * samples[: round(seconds / tempo * RATE_HZ)]).astype(np.float32)


def _pluck(
    samples: "np.ndarray[tuple[int], np.dtype[np.float64]]", pitch: int, start_s: float, length_s: float
) -> None:
    times = np.arange(round(min(1.5 * length_s, 1.0) * RATE_HZ)) / RATE_HZ
    hertz = 440.0 * 2.0 ** ((pitch - 69) / 12)
    tone = sum(np.sin(2 * np.pi * hertz * part * times) / part**1.2 for part in range(1, PARTIALS + 1))
    fade = np.minimum(times / 0.01, 1.0) * np.exp(-4.0 * times) * np.minimum((times[-1] - times) / 0.02, 1.0)
    begin = round(start_s * RATE_HZ)
    end = min(begin + len(times), len(samples))
    samples[begin:end] += (tone * fade)[: end - begin]


def signal(samples: FloatArray) -> Signal:
    """Return samples as a sound of one channel."""
    return Signal(samples=np.ascontiguousarray(samples[None], dtype=np.float32), sample_rate_hz=RATE_HZ)


def excerpt(samples: FloatArray, start_s: float, length_s: float) -> FloatArray:
    """Return a part of a sound."""
    return samples[round(start_s * RATE_HZ) : round((start_s + length_s) * RATE_HZ)]


def noisy(samples: FloatArray, snr_db: float, *, seed: int = 0) -> FloatArray:
    """Return a sound in white noise of a level relative to its own."""
    noise = np.random.default_rng(seed).normal(size=len(samples))
    noise *= np.sqrt(np.mean(samples**2)) * 10 ** (-snr_db / 20)
    return (samples + noise).astype(np.float32)
