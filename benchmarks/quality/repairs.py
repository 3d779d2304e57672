"""Repairs before recordings whose original is known: nearer to it than before, or not.

Two distances that ignore level: SI-SDR (Le Roux et al. 2019), and the log-spectral distance at the gain that fits best,
over bins within 70 dB of the loudest. What is a matter of level alone is judged by loudness.
"""

import time
import zlib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.damages import DAMAGES
from benchmarks.quality.sources import Take
from grym.domain.enhancing.whole import enhance
from grym.domain.loudness import measure_loudness
from grym.domain.signal import FloatArray, Signal

HEARD_S = 10.0
CLEAN = "clean"
LEAST_SDR_DB = 0.1
LEAST_LSD_DB = 0.05
LEAST_LOUDNESS_LU = 1.0
"""Changes smaller than these are none: they cannot be heard."""

FRAME, HOP = 2_048, 1_024
FLOOR = 1e-7
"""Of the loudest bin's power: -70 dB."""

Wide = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """What became of one sound.

    Parameters
    ----------
    label
        Its damage, or `CLEAN`.
    kept
        Whether the enhanced sound was kept.
    sdr_db, lsd_db
        Before and after; for damages of level, before and after are distances in loudness instead, in both.
    stages
        What was done to it.
    seconds
        Processor time of the repair.
    """

    take: str
    label: str
    kept: bool
    sdr_db: tuple[float, float]
    lsd_db: tuple[float, float]
    stages: tuple[str, ...]
    seconds: float

    @property
    def better(self) -> bool:
        """Whether one of the distances has become smaller."""
        return self._gains[0] > LEAST_SDR_DB or self._gains[1] > LEAST_LSD_DB

    @property
    def worse(self) -> bool:
        """Whether one has become greater and none smaller."""
        return not self.better and (self._gains[0] < -LEAST_SDR_DB or self._gains[1] < -LEAST_LSD_DB)

    @property
    def in_both(self) -> bool:
        """Whether none has become greater and one smaller."""
        return self.better and self._gains[0] >= -LEAST_SDR_DB and self._gains[1] >= -LEAST_LSD_DB

    @property
    def _gains(self) -> tuple[float, float]:
        return self.sdr_db[1] - self.sdr_db[0], self.lsd_db[0] - self.lsd_db[1]


def repaired(takes: Sequence[Take], labels: Sequence[str], *, processes: int) -> list[Repaired]:
    """Return what becomes of real recordings, as they are and with every damage."""
    jobs = [(take, label) for take in takes for label in (CLEAN, *labels)]
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(_of_one, jobs))


def _of_one(job: tuple[Take, str]) -> Repaired:
    take, label = job
    original, rate_hz = take.heard(HEARD_S)
    damaged = original
    if label != CLEAN:
        chance = np.random.default_rng(zlib.crc32(f"{label} {take.name}".encode()))
        damaged = _written(DAMAGES[label].spoil(original, rate_hz, chance))
    began_s = time.process_time()
    better, report = enhance(Signal(samples=damaged, sample_rate_hz=rate_hz))
    took_s = time.process_time() - began_s
    distance = _loudness_distances if label != CLEAN and DAMAGES[label].level else _distances
    before, after = distance(original, damaged, rate_hz), distance(original, better.samples, rate_hz)
    return Repaired(
        take=take.name,
        label=label,
        kept=report.kept == "enhanced",
        sdr_db=(before[0], after[0]),
        lsd_db=(before[1], after[1]),
        stages=tuple(step.stage for step in report.steps if step.outcome == "kept"),
        seconds=took_s,
    )


def _written(samples: Wide) -> FloatArray:
    """Return samples as a file of 24 bit has them, turned down where they would not fit."""
    fitting = samples / max(1.0, float(np.abs(samples).max()))
    return np.ascontiguousarray(np.round(fitting * 2**23) / 2**23, dtype=np.float32)


def _distances(original: FloatArray, other: FloatArray, rate_hz: int) -> tuple[float, float]:
    """Return SI-SDR and log-spectral distance, both in decibels."""
    del rate_hz
    return si_sdr_db(original, other), log_spectral_distance_db(original, other)


def _loudness_distances(original: FloatArray, other: FloatArray, rate_hz: int) -> tuple[float, float]:
    """Return minus the distance in loudness, and the distance, in steps of what counts as a change."""
    one, two = (measure_loudness(Signal(samples=s, sample_rate_hz=rate_hz)).integrated_lufs for s in (original, other))
    away = 100.0 if one is None or two is None else abs(one - two) / LEAST_LOUDNESS_LU * LEAST_SDR_DB
    return -away, away


def si_sdr_db(original: FloatArray, other: FloatArray) -> float:
    """Return the scale-invariant ratio of signal to distortion, all channels as one."""
    one, two = original.astype(np.float64).ravel(), other.astype(np.float64).ravel()
    target = one * (one @ two) / max(float(one @ one), 1e-12)
    error = float(np.sum(np.square(two - target)))
    return float(min(100.0, 10 * np.log10(max(float(target @ target), 1e-12) / max(error, 1e-12))))


def log_spectral_distance_db(original: FloatArray, other: FloatArray) -> float:
    """Return the mean over frames of the root mean square difference of log power spectra, at the best gain."""
    one, two = _log_spectra(original), _log_spectra(other)
    floor = one.max() + 10 * np.log10(FLOOR)
    gain = float(np.median((one - two)[one > floor])) if np.any(one > floor) else 0.0
    difference = np.maximum(one, floor) - np.maximum(two + gain, floor)
    return float(np.sqrt(np.mean(np.square(difference), axis=-1)).mean())


def _log_spectra(samples: FloatArray) -> Wide:
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), FRAME, axis=1)[:, ::HOP]
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(FRAME), axis=-1)))
    return np.asarray(10 * np.log10(power + 1e-12))
