"""Alignment of chroma: the excerpt laid on every place of every tune, in twelve rotations and eleven tempi.

After Müller, Kurth and Clausen (2005): chroma of log-compressed energies, smoothed and taken five times a second, each
frame without its mean; a place's agreement is the cosine of the two sequences. One Fourier transform over time and
rotation answers all places and rotations of a tempo at once.
"""

from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy import fft
from scipy.signal import stft

from benchmarks.recognition.contestants.base import Answer, Guess
from grym.domain.signal import Signal

RATE_HZ = 11_025
WINDOW = 4_096
HOP = 1_102
FRAMES_A_SECOND = RATE_HZ / HOP / 2
LOWEST_HZ, HIGHEST_HZ = 80.0, 4_000.0
TEMPI = (0.77, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2, 1.26)

FloatArray = NDArray[np.float32]


class ChromaAlignment:
    """The alignment."""

    name = "chroma alignment"

    def __init__(self) -> None:
        self._names: list[str] = []
        self._starts = np.zeros(0, dtype=np.int64)
        self._length = 0
        self._transform: NDArray[np.complex64] = np.zeros((0, 0), dtype=np.complex64)
        self._energy = np.zeros(0)

    def take(self, signal: Signal) -> FloatArray:
        """Return chroma, shape (frames, 12)."""
        return _chroma(signal)

    def bytes_of(self, taken: FloatArray) -> int:
        """Return one byte a number."""
        return taken.size

    def learn(self, names: list[str], taken: list[Any]) -> None:
        """Lay all tunes in one row and transform it."""
        self._names = names
        self._starts = np.cumsum([0, *(len(chroma) for chroma in taken)])[:-1]
        row = np.concatenate(taken)
        self._length = fft.next_fast_len(len(row) + 128, real=True)
        self._energy = np.concatenate(([0.0], np.cumsum(np.square(row, dtype=np.float64).sum(axis=1))))
        self._transform = _transform(row, self._length)

    def ask(self, signal: Signal) -> Answer:
        """Try every tempo and keep the best place of each tune."""
        asked = _chroma(signal)
        if len(asked) < 4 or not asked.any():
            return Answer(guesses=(), evidence=(0.0,) * 4)
        tried = [self._agreements(_stretched(asked, tempo)) for tempo in TEMPI]
        best_tempo = np.argmax([agreement for agreement, _ in tried], axis=0)
        tunes = np.arange(len(self._names))
        agreements = np.array([agreement for agreement, _ in tried])[best_tempo, tunes]
        places = np.array([place for _, place in tried])[best_tempo, tunes]
        order = np.argsort(-agreements)[:5]
        top, second = agreements[order[0]], agreements[order[min(1, len(order) - 1)]]
        spread = (top - np.median(agreements)) / (agreements.std() + 1e-6)
        return Answer(
            guesses=tuple(
                Guess(name=self._names[tune], offset_s=float(places[tune] - self._starts[tune]) / FRAMES_A_SECOND)
                for tune in order
            ),
            evidence=(float(top), float(top - second), float(spread), float(np.log(signal.duration_s))),
        )

    def _agreements(self, asked: FloatArray) -> tuple[FloatArray, NDArray[np.int64]]:
        """Return the best cosine within each tune, over rotations and places, and its place."""
        many = len(self._energy) - 1
        product = self._transform * _transform(asked, self._length).conj()
        met = fft.irfft(fft.ifft(product, axis=1), n=self._length, axis=0)[:many].real.max(axis=1)
        ends = np.minimum(np.arange(many) + len(asked), many)
        energy = self._energy[ends] - self._energy[:-1]
        whole = float(np.square(asked).sum())
        cosines = met / np.sqrt(np.maximum(energy, 0.5 * whole) * whole)
        best = np.maximum.reduceat(cosines, self._starts)
        bounds = [*self._starts[1:], many]
        places = [start + int(cosines[start:end].argmax()) for start, end in zip(self._starts, bounds, strict=True)]
        return best.astype(np.float32), np.array(places)


def _transform(rows: FloatArray, length: int) -> NDArray[np.complex64]:
    """Return the transform over time and rotation."""
    return np.asarray(fft.fft(fft.rfft(rows, n=length, axis=0), axis=1), dtype=np.complex64)


def _stretched(chroma: FloatArray, tempo: float) -> FloatArray:
    """Return the sequence as it would be at the tune's own tempo: a faster excerpt becomes longer."""
    places = np.arange(0, len(chroma) - 1, 1 / tempo)
    left = places.astype(np.int64)
    share = (places - left).astype(np.float32)[:, None]
    return np.asarray(chroma[left] * (1 - share) + chroma[left + 1] * share, dtype=np.float32)


def _chroma(signal: Signal) -> FloatArray:
    samples = soxr.resample(signal.mono(), signal.sample_rate_hz, RATE_HZ)
    samples = np.pad(samples, (WINDOW // 2, max(WINDOW // 2, WINDOW - len(samples))))
    frequencies_hz, _, spectrum = stft(
        samples, fs=RATE_HZ, nperseg=WINDOW, noverlap=WINDOW - HOP, boundary=None, padded=False
    )
    power = np.abs(spectrum) ** 2
    chroma = _folding(frequencies_hz) @ power
    loud = np.log1p(1_000 * chroma / max(float(chroma.max()), 1e-12))
    loud = loud[:, : loud.shape[1] // 2 * 2].reshape(12, -1, 2).mean(axis=2).T
    centred = loud - loud.mean(axis=1, keepdims=True)
    norms = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(norms, 0.1 * norms.max(initial=1e-9) + 1e-9), dtype=np.float32)


def _folding(frequencies_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weight of each bin for each pitch class, shape (12, bins)."""
    pitches = 69 + 12 * np.log2(np.maximum(frequencies_hz, 1.0) / 440.0)
    within = (frequencies_hz >= LOWEST_HZ) & (frequencies_hz <= HIGHEST_HZ)
    away = np.abs((pitches[None, :] - np.arange(12)[:, None] + 6) % 12 - 6)
    return np.where(within[None, :], np.exp(-0.5 * (away / 0.3) ** 2), 0.0)
