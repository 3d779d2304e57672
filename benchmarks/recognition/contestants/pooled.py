"""Pooled cosine: what most music services do first; the mean and spread of timbre and chroma over five seconds."""

from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy.fft import dct
from scipy.signal import stft

from benchmarks.recognition.contestants.base import Answer, Guess
from grym.domain.signal import Signal

RATE_HZ = 11_025
WINDOW = 2_048
HOP = 512
POOL = round(5.0 * RATE_HZ / HOP)
STEP = round(1.0 * RATE_HZ / HOP)
BANDS = 40

FloatArray = NDArray[np.float32]


class PooledCosine:
    """The nearest pooled vector, each number centred and scaled by what was learned."""

    name = "pooled cosine"

    def __init__(self) -> None:
        self._names: list[str] = []
        self._tunes = np.zeros(0, dtype=np.int64)
        self._steps = np.zeros(0, dtype=np.int64)
        self._mean = self._spread = np.zeros(0, dtype=np.float32)
        self._vectors = np.zeros((0, 0), dtype=np.float32)

    def take(self, signal: Signal) -> FloatArray:
        """Return a vector for each second, shape (seconds, numbers)."""
        frames = _frames(signal)
        starts = range(0, max(len(frames) - POOL, 0) + 1, STEP)
        return np.array([_pooled(frames[start : start + POOL]) for start in starts], dtype=np.float32)

    def bytes_of(self, taken: FloatArray) -> int:
        """Return four bytes a number."""
        return 4 * taken.size

    def learn(self, names: list[str], taken: list[Any]) -> None:
        """Keep all vectors, centred and scaled."""
        self._names = names
        self._tunes = np.repeat(np.arange(len(taken)), [len(vectors) for vectors in taken])
        self._steps = np.concatenate([np.arange(len(vectors)) for vectors in taken])
        every = np.concatenate(taken)
        self._mean, self._spread = every.mean(axis=0), every.std(axis=0) + 1e-6
        self._vectors = self._normal(every)

    def ask(self, signal: Signal) -> Answer:
        """Return the tunes with the most similar vectors."""
        asked = self._normal(_pooled(_frames(signal))[None])[0]
        similarities = self._vectors @ asked
        best = np.full(len(self._names), -1.0)
        np.maximum.at(best, self._tunes, similarities)
        order = np.argsort(-best)[:5]
        places = [
            int(np.flatnonzero(self._tunes == tune)[similarities[self._tunes == tune].argmax()]) for tune in order
        ]
        return Answer(
            guesses=tuple(
                Guess(name=self._names[tune], offset_s=float(self._steps[place]) * STEP * HOP / RATE_HZ)
                for tune, place in zip(order, places, strict=True)
            ),
            evidence=(float(best[order[0]]), float(best[order[0]] - best[order[min(1, len(order) - 1)]])),
        )

    def _normal(self, vectors: FloatArray) -> FloatArray:
        centred = (vectors - self._mean) / self._spread
        return np.asarray(centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def _pooled(frames: FloatArray) -> FloatArray:
    return np.asarray(np.concatenate((frames.mean(axis=0), frames.std(axis=0))), dtype=np.float32)


def _frames(signal: Signal) -> FloatArray:
    """Return 20 cepstral coefficients and 12 chroma a frame."""
    samples = soxr.resample(signal.mono(), signal.sample_rate_hz, RATE_HZ)
    frequencies_hz, _, spectrum = stft(
        np.pad(samples, WINDOW // 2), fs=RATE_HZ, nperseg=WINDOW, noverlap=WINDOW - HOP, boundary=None, padded=False
    )
    power = np.abs(spectrum) ** 2
    power /= max(float(power.mean()), 1e-12)
    bands = np.log(_bands(frequencies_hz) @ power + 1e-4)
    classes = _classes(frequencies_hz) @ power
    chroma = classes / np.maximum(classes.sum(axis=0), 1e-9)
    return np.asarray(np.concatenate((dct(bands, axis=0, norm="ortho")[1:21], chroma)).T, dtype=np.float32)


def _bands(frequencies_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return triangles on the mel scale, shape (40, bins)."""
    mels = 2_595 * np.log10(1 + frequencies_hz / 700)
    centres = np.linspace(0, mels.max(), BANDS + 2)
    heights = 1 - np.abs(mels[None, :] - centres[1:-1, None]) / (centres[1] - centres[0])
    return np.asarray(np.maximum(heights, 0.0))


def _classes(frequencies_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return which bins belong to each pitch class, shape (12, bins)."""
    pitches = 69 + 12 * np.log2(np.maximum(frequencies_hz, 1.0) / 440.0)
    within = (frequencies_hz > 80) & (frequencies_hz < 4_000)
    nearest = np.where(within, np.round(pitches) % 12, -1)
    return np.equal(nearest[None, :], np.arange(12)[:, None]).astype(np.float64)
