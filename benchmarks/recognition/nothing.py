"""Sounds that are no tune: whatever is asked of them, the answer has to be that they are not known."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.recognition.distortions import noise
from benchmarks.recognition.playing import dice
from benchmarks.recognition.synth import RATE_HZ
from grym.domain.signal import Signal


def nothings(length_s: float) -> dict[str, Signal]:
    """Return sounds without music, each so many seconds long."""
    times_s = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    flat = np.full(len(times_s), 1e-3, dtype=np.float32)
    made: dict[str, NDArray[np.floating]] = {
        "silence": np.zeros(len(times_s)),
        "white noise": noise(snr_db=-50, pink=False)(flat, dice("white", length_s)),
        "pink noise": noise(snr_db=-50, pink=True)(flat, dice("pink", length_s)),
        "sine of 440 Hz": 0.5 * np.sin(2 * np.pi * 440 * times_s),
        "mains hum": sum((np.sin(2 * np.pi * 50 * n * times_s) / n for n in range(1, 12)), np.zeros(len(times_s))),
        "sweep": 0.5 * np.sin(2 * np.pi * (100 * times_s + 200 * times_s**2)),
        "clicks, two a second": (np.arange(len(times_s)) % (RATE_HZ // 2) < 20).astype(np.float64),
        "one chord": sum((np.sin(2 * np.pi * hz * times_s) for hz in (261.63, 329.63, 392.0)), np.zeros(len(times_s))),
        "chromatic scale": np.sin(2 * np.pi * np.cumsum(261.63 * 2 ** (np.floor(times_s * 4) % 13 / 12)) / RATE_HZ),
    }
    return {
        name: Signal(
            samples=(samples / max(np.abs(samples).max(), 1.0))[None].astype(np.float32), sample_rate_hz=RATE_HZ
        )
        for name, samples in made.items()
    }
