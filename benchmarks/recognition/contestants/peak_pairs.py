"""A fingerprint of peak pairs, dense, after Wang (2003) and Ellis's audfprint (2014).

Peaks of a log spectrum that stand above a threshold which decays over time and spreads over frequency, forwards and
backwards; pairs of them as hashes; votes for (tune, offset). Excerpts are taken in four phases of a frame, since the
frames of two recordings never begin together. Three times as many peaks as audfprint keeps by default.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy.signal import lfilter, stft

from benchmarks.recognition.contestants.base import Answer, Guess
from grym.domain.signal import Signal

RATE_HZ = 11_025
WINDOW = 512
HOP = 256
SPREAD_BINS = 15.0
"""Standard deviation of the mask around a peak."""

DECAY = 0.985
"""Of the mask, a frame; audfprint's own for 20 peaks a second is 0.9893 at its default density."""

PEAKS_A_FRAME = 5
FAN_OUT = 6
REACH_FRAMES = 63
REACH_BINS = 31
PHASES = 4

Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(slots=True)
class _Store:
    """Hashes in order, and where each was heard."""

    hashes: NDArray[np.int64]
    tunes: NDArray[np.int64]
    frames: NDArray[np.int64]


class PeakPairs:
    """The fingerprint."""

    name = "peak pairs"

    def __init__(self) -> None:
        self._names: list[str] = []
        self._store = _Store(*(np.zeros(0, dtype=np.int64),) * 3)

    def take(self, signal: Signal) -> Pairs:
        """Return hashes and their frames."""
        return _pairs(_samples(signal))

    def bytes_of(self, taken: Pairs) -> int:
        """Return four bytes a hash and four for its place, as audfprint stores them."""
        return 8 * len(taken[0])

    def learn(self, names: list[str], taken: list[Any]) -> None:
        """Sort all hashes."""
        self._names = names
        hashes = np.concatenate([pairs[0] for pairs in taken])
        frames = np.concatenate([pairs[1] for pairs in taken])
        tunes = np.repeat(np.arange(len(taken)), [len(pairs[0]) for pairs in taken])
        order = np.argsort(hashes, kind="stable")
        self._store = _Store(hashes[order], tunes[order], frames[order])

    def ask(self, signal: Signal) -> Answer:
        """Let the hashes of all phases vote."""
        samples = _samples(signal)
        phases = [_pairs(samples[phase * HOP // PHASES :]) for phase in range(PHASES)]
        asked = np.unique(np.concatenate([np.stack(pairs) for pairs in phases], axis=1), axis=1)
        tunes, offsets, votes = self._votes(asked[0], asked[1])
        if not len(votes):
            return Answer(guesses=(), evidence=(0.0,) * 4)
        best = _best_of_each(tunes, votes)[:5]
        second = float(votes[best[1]]) if len(best) > 1 else 0.0
        top, many = float(votes[best[0]]), float(asked.shape[1])
        return Answer(
            guesses=tuple(
                Guess(name=self._names[tunes[place]], offset_s=float(offsets[place]) * HOP / RATE_HZ) for place in best
            ),
            evidence=(np.log1p(top), top / np.sqrt(many), top / many, np.log((top + 1) / (second + 1))),
        )

    def _votes(self, hashes: NDArray[np.int64], frames: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
        """Return tune, offset in frames, and votes of each place with its neighbours."""
        store = self._store
        first, last = np.searchsorted(store.hashes, hashes), np.searchsorted(store.hashes, hashes, side="right")
        counts = last - first
        places = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(first, counts)
        keys = (store.tunes[places] << 32) + store.frames[places] - np.repeat(frames, counts) + (1 << 20)
        keys, votes = np.unique(keys, return_counts=True)
        wide = votes.copy()
        beside = np.diff(keys) == 1
        wide[1:] += votes[:-1] * beside
        wide[:-1] += votes[1:] * beside
        return keys >> 32, (keys & ((1 << 32) - 1)) - (1 << 20), wide


def _best_of_each(tunes: NDArray[np.int64], votes: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the best place of each tune, best first."""
    order = np.lexsort((-votes, tunes))
    first = np.concatenate(([True], np.diff(tunes[order]) != 0))
    best = order[first]
    return best[np.argsort(-votes[best], kind="stable")]


def _samples(signal: Signal) -> NDArray[np.float32]:
    return np.asarray(soxr.resample(signal.mono(), signal.sample_rate_hz, RATE_HZ), dtype=np.float32)


def _pairs(samples: NDArray[np.float32]) -> Pairs:
    """Return the hash of each pair of peaks (8 bits frequency, 6 difference, 6 time between) and its frame."""
    if len(samples) < WINDOW:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    frames, bins = _peaks(_spectrum(samples))
    hashes, starts = [], []
    for step in range(1, 60):
        between, across = frames[step:] - frames[:-step], bins[step:] - bins[:-step]
        near = (between >= 2) & (between <= REACH_FRAMES) & (np.abs(across) <= REACH_BINS)
        hashes.append(np.where(near, (bins[:-step] << 12) + ((across + 32) << 6) + between, -1))
        starts.append(frames[:-step])
    table = np.full((len(hashes), len(frames)), -1, dtype=np.int64)
    for row, own in zip(table, hashes, strict=True):
        row[: len(own)] = own
    # Of each peak, its first partners in time.
    kept = (table >= 0) & (np.cumsum(table >= 0, axis=0) <= FAN_OUT)
    return table[kept], np.broadcast_to(frames, table.shape)[kept]


def _spectrum(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the log spectrum without its slow part, shape (frames, bins)."""
    magnitude = np.abs(stft(samples, nperseg=WINDOW, noverlap=WINDOW - HOP, boundary=None, padded=False)[2][:256])
    loudness = np.log(np.maximum(magnitude, magnitude.max(initial=1e-9) / 1e6))
    loudness -= loudness.mean()
    return np.asarray(lfilter([1, -1], [1, -0.98], loudness, axis=1).T, dtype=np.float32)


def _peaks(spectrum: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return frame and bin of each peak that stands above the mask in both directions, by frame."""
    bins = np.arange(spectrum.shape[1])
    mask_shapes = np.exp(-0.5 * ((bins[:, None] - bins[None, :]) / SPREAD_BINS) ** 2).astype(np.float32)
    local = np.zeros_like(spectrum, dtype=bool)
    local[:, 1:-1] = (spectrum[:, 1:-1] > spectrum[:, :-2]) & (spectrum[:, 1:-1] >= spectrum[:, 2:])
    kept = np.zeros_like(local)
    mask = (mask_shapes * spectrum[:10].max(axis=0)).max(axis=1)
    for frame, row in enumerate(spectrum):
        above = np.flatnonzero(local[frame] & (row > mask))
        above = above[np.argsort(-row[above])][:PEAKS_A_FRAME]
        kept[frame, above] = True
        for peak in above:
            np.maximum(mask, row[peak] * mask_shapes[peak], out=mask)
        mask *= DECAY
    mask = (mask_shapes * spectrum[-1]).max(axis=1)
    for frame in range(len(spectrum) - 1, -1, -1):
        for peak in np.flatnonzero(kept[frame]):
            if spectrum[frame, peak] > mask[peak]:
                np.maximum(mask, spectrum[frame, peak] * mask_shapes[peak], out=mask)
            else:
                kept[frame, peak] = False
        mask *= DECAY
    frames, found = np.nonzero(kept)
    return frames.astype(np.int64), found.astype(np.int64)
