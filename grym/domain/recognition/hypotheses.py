"""Hypotheses: in which key, at which tempo and where in which pattern a sound may lie, by its windows.

A few windows of the sound are asked for in all twelve keys and at several tempi. Every remembered window that is near
one of them votes for a pattern, a key, a tempo and a place; windows of the right piece agree with one another, windows
of strangers do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grym.domain.recognition.alignment import glance
from grym.domain.recognition.imprint import FloatArray, Imprint, Tonal
from grym.domain.recognition.library import Library, NearWindows
from grym.domain.recognition.overlay import Lay
from grym.domain.recognition.spectrum import FRAME_RATE_HZ
from grym.domain.recognition.tonal import RATE_HZ
from grym.domain.recognition.windows import CLASSES, HOP_FRAMES, STEPS, windows_at

SAME_TEMPO = (1.0,)
OTHER_TEMPI = (0.81, 0.905, 1.11, 1.23)
"""Steps of about 11 %: a window of two seconds bears half a step, which moves its ends by 55 ms."""

ASKED_WINDOWS = 5
ASKED_HOP_FRAMES = 2.0
NEIGHBOURS = 20

LEAST_SIMILARITY = 0.3
"""Windows less alike than this are alike by chance."""

HOP_S = HOP_FRAMES / RATE_HZ
BESIDE = 0.7
"""What a vote counts in the place beside its own, 0.37 s away."""

PLACES = 1 << 16
MIDDLE = PLACES // 2
TEMPI = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """How a sound may lie upon a pattern, as its windows have it.

    Parameters
    ----------
    number
        The pattern.
    window
        One of the pattern's windows that voted.
    asked_s
        Where in the sound that window's counterpart begins.
    tempo_ratio
        The sound's tempo over the pattern's.
    classes
        Semitones, 0 to 11, by which the sound lies above the pattern or, less twelve, below it.
    votes
        How much the windows agree.
    """

    number: int
    window: int
    asked_s: float
    tempo_ratio: float
    classes: int
    votes: float

    def glanced(self, query: Tonal, pattern: Tonal) -> float:
        """Return how far the pitches of both agree, −1 to 1, where no tempo is to be found.

        The window stands for its time here: where the pattern is silent in between, that is a little early.
        """
        offset_s = self.window * HOP_S - self.asked_s
        return max(glance(query, pattern, offset_s=offset_s, semitones=semitones) for semitones in self._semitones())

    def _semitones(self) -> tuple[int, ...]:
        """Return by how much the sound lies above the pattern: the nearer way, or both."""
        return {6: (6, -6)}.get(self.classes, ((self.classes + 5) % CLASSES - 5,))

    def lays(self, query: Tonal, pattern: Imprint) -> tuple[Lay, ...]:
        """Return where that puts the sound: one way, or two where six semitones may be up or down."""
        start_s = float(pattern.windows.starts_s[self.window]) - self.tempo_ratio * self.asked_s
        fine = (query.tuning_cents - pattern.tonal.tuning_cents) / 100.0
        return tuple(
            Lay(
                offset_frames=start_s * FRAME_RATE_HZ,
                tempo_ratio=self.tempo_ratio,
                semitones=semitones + fine,
                transposition=semitones,
            )
            for semitones in self._semitones()
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Asked:
    """Windows that are asked for: vectors (n, 96), and of each its tempo by place in `tempi`, key and start."""

    vectors: FloatArray
    tempi: NDArray[np.int64]
    classes: NDArray[np.int64]
    starts_s: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Votes:
    """Neighbours that count.

    Parameters
    ----------
    numbers, windows, asked
        Shape (n,): pattern, its window, and the row of the window that was asked for.
    weights
        Shape (n,): how much each counts.
    places
        Shape (n,): pattern, key, tempo, and place in steps of `HOP_S`, packed into one number.
    """

    numbers: NDArray[np.int32]
    windows: NDArray[np.int32]
    asked: NDArray[np.intp]
    weights: NDArray[np.float64]
    places: NDArray[np.int64]


def hypotheses(query: Imprint, library: Library, *, tempi: Sequence[float], most: int) -> list[Hypothesis]:
    """Return the hypotheses that windows agree on most, each pattern, key and tempo once, most votes first."""
    asked = _asked(query.tonal, tempi)
    if not len(asked.vectors) or not len(library):
        return []
    votes = _votes(asked, library.nearest(asked.vectors, k=NEIGHBOURS), np.asarray(tempi))
    distinct, first, inverse = np.unique(votes.places, return_index=True, return_inverse=True)
    sums = _with_neighbours(distinct, np.bincount(inverse, votes.weights, minlength=len(distinct)).astype(np.float64))
    order = np.argsort(-sums, kind="stable")
    _, earliest = np.unique(distinct[order] // PLACES, return_index=True)
    return [
        Hypothesis(
            number=int(votes.numbers[vote]),
            window=int(votes.windows[vote]),
            asked_s=float(asked.starts_s[votes.asked[vote]]),
            tempo_ratio=float(tempi[asked.tempi[votes.asked[vote]]]),
            classes=int(asked.classes[votes.asked[vote]]),
            votes=float(sums[place]),
        )
        for place in order[np.sort(earliest)[:most]]
        for vote in [first[place]]
    ]


def _asked(tonal: Tonal, tempi: Sequence[float]) -> _Asked:
    """Return windows from all over a sound, at every tempo and in every key."""
    vectors: list[FloatArray] = [np.zeros((0, STEPS * CLASSES), dtype=np.float32)]
    starts: list[FloatArray] = [np.zeros(0, dtype=np.float32)]
    for ratio in tempi:
        windows = windows_at(tonal, ratio=ratio, hop_frames=ASKED_HOP_FRAMES)
        count = len(windows.starts_s)
        chosen = np.unique(np.rint(np.linspace(0, count - 1, min(ASKED_WINDOWS, count))).astype(np.int64))
        steps = windows.vectors[chosen].reshape(-1, STEPS, CLASSES)
        vectors += [np.roll(steps, -classes, axis=2).reshape(-1, STEPS * CLASSES) for classes in range(CLASSES)]
        starts += [windows.starts_s[chosen]] * CLASSES
    counts = [len(rows) for rows in starts[1:]]
    return _Asked(
        vectors=np.concatenate(vectors),
        tempi=np.repeat(np.arange(len(counts)) // CLASSES, counts),
        classes=np.repeat(np.arange(len(counts)) % CLASSES, counts),
        starts_s=np.concatenate(starts),
    )


def _votes(asked: _Asked, near: NearWindows, ratios: NDArray[np.float64]) -> _Votes:
    """Return the neighbours that are near enough, and what each of them speaks for."""
    rows, columns = np.nonzero((near.numbers >= 0) & (near.similarities > LEAST_SIMILARITY))
    numbers, windows = near.numbers[rows, columns], near.windows[rows, columns]
    starts = windows - ratios[asked.tempi[rows]] * asked.starts_s[rows] / HOP_S
    kinds = (numbers.astype(np.int64) * CLASSES + asked.classes[rows]) * TEMPI + asked.tempi[rows]
    return _Votes(
        numbers=numbers,
        windows=windows,
        asked=rows,
        weights=(near.similarities[rows, columns].astype(np.float64) - LEAST_SIMILARITY) ** 2,
        places=kinds * PLACES + np.rint(starts).astype(np.int64) + MIDDLE,
    )


def _with_neighbours(places: NDArray[np.int64], votes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the votes of each place, with part of those beside it."""
    beside = np.diff(places) == 1
    sums = votes.copy()
    sums[:-1] += np.where(beside, BESIDE * votes[1:], 0.0)
    sums[1:] += np.where(beside, BESIDE * votes[:-1], 0.0)
    return sums
