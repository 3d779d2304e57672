"""Laying a sound upon a remembered one: how many peaks meet, and how many would by chance.

Peaks meet when they lie within one frame and one bin, after the sound was brought to the pattern's key and tempo. The
same two sounds laid on each other a little earlier and later share key, instruments and density but not the moment, so
what meets there is what chance gives; the excess over it, in units of its own spread, tells a recording from a
stranger of the same style.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from grym.domain.recognition.imprint import Int32Array, Peaks

AROUND_FRAMES = 60
"""How far (1.4 s) to either side chance is measured."""

NEAR_FRAMES = 8
"""Places so close to the best one still share its notes and say nothing of chance."""

SLACK_FRAMES = 1
SLACK_BINS = 1
REACH_FRAMES = AROUND_FRAMES + SLACK_FRAMES

MOST_DRIFT = 0.06
"""How far, as a share, the tempi that are tried may lie from the one that was thought of."""

LEAST_PEAKS = 20
"""Of fewer peaks even all are a small share: a click has a handful, all in one frame."""

FEW = 0.5
"""Added to the spread: of a handful of peaks none may meet by chance, which is no certainty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lay:
    """How a sound may lie upon a pattern.

    Parameters
    ----------
    offset_frames
        Where the sound begins within the pattern.
    tempo_ratio
        The sound's tempo over the pattern's.
    semitones
        How far the sound lies above the pattern.
    transposition
        The same between the notes of both, each in its own tuning.
    """

    offset_frames: float
    tempo_ratio: float = 1.0
    semitones: float = 0.0
    transposition: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """How well the peaks of a sound meet those of a pattern.

    Parameters
    ----------
    lay
        Where they meet best.
    met
        Peaks of the pattern that meet one of the sound.
    expected, spread
        What chance gives: median and standard deviation of `met` at the places around.
    rival
        The most that meet at any of those places.
    peaks
        Peaks of the pattern under the sound.
    drift
        How far the tempo lies from the one thought of, as a share.
    """

    lay: Lay
    met: float
    expected: float
    spread: float
    rival: float
    peaks: int
    drift: float = 0.0

    @property
    def deviations(self) -> float:
        """`met` over what chance gives, in standard deviations."""
        return (self.met - self.expected) / (self.spread + FEW)

    @property
    def share(self) -> float:
        """Peaks of the pattern that meet beyond chance, as a share of those under the sound."""
        return (self.met - self.expected) / max(self.peaks, self.met, LEAST_PEAKS)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pairs:
    """Peaks of pattern and sound in the same bin or beside it, near enough in time to meet at a place around.

    Parameters
    ----------
    pattern_frames, query_frames
        Shape (n,), the latter counted from the middle of the sound, so that another tempo does not move the whole.
    """

    pattern_frames: NDArray[np.float64]
    query_frames: NDArray[np.float64]


def overlay(query: Peaks, pattern: Peaks, lay: Lay, *, search_frames: int, ratios: Sequence[float] = (1.0,)) -> Overlay:
    """Lay a sound upon a pattern and find where nearby they meet best.

    Parameters
    ----------
    query, pattern
        Peaks of both.
    lay
        Where the sound is thought to lie.
    search_frames
        How far to either side the best place is looked for.
    ratios
        Tempo ratios that are tried, as multiples of the one thought of.
    """
    if not len(query.frames):
        return Overlay(lay=lay, met=0.0, expected=0.0, spread=0.0, rival=0.0, peaks=0)
    middle = float(query.frames[-1]) / 2.0
    centre = lay.offset_frames + lay.tempo_ratio * middle
    pairs = _pairs(query, pattern, lay, middle=middle)
    profiles = _met(pairs, centre=centre, ratios=lay.tempo_ratio * np.asarray(ratios))
    near = profiles[:, AROUND_FRAMES - search_frames : AROUND_FRAMES + search_frames + 1]
    best, place = divmod(int(near.argmax()), near.shape[1])
    ratio = lay.tempo_ratio * ratios[best]
    offset = centre + place - search_frames - ratio * middle
    found = replace(lay, offset_frames=offset, tempo_ratio=ratio)
    place += AROUND_FRAMES - search_frames
    laid = _overlay(profiles[best], place, found, peaks=_under(query, pattern, found))
    return replace(laid, drift=abs(ratios[best] - 1.0))


def _overlay(profile: NDArray[np.float64], place: int, lay: Lay, *, peaks: int) -> Overlay:
    """Return how far a place stands out of those around it."""
    around = np.r_[profile[: max(0, place - NEAR_FRAMES)], profile[place + NEAR_FRAMES + 1 :]]
    return Overlay(
        lay=lay,
        met=float(profile[place]),
        expected=float(np.median(around)),
        spread=float(around.std()),
        rival=float(around.max()),
        peaks=peaks,
    )


def _met(pairs: _Pairs, *, centre: float, ratios: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many peaks meet at each place from `AROUND_FRAMES` before to as many after, shape (ratios, 121).

    Peaks of one sound are never closer than the slack, so each meets at most one and pairs can be counted.
    """
    width = 2 * REACH_FRAMES + 1
    shifts = np.rint(pairs.pattern_frames - centre - ratios[:, None] * pairs.query_frames).astype(np.int64)
    rows, columns = np.nonzero(np.abs(shifts) <= REACH_FRAMES)
    counts = np.bincount(rows * width + shifts[rows, columns] + REACH_FRAMES, minlength=len(ratios) * width)
    sums = np.cumsum(np.pad(counts.reshape(-1, width), ((0, 0), (1, 0))), axis=1)
    return np.asarray(sums[:, 2 * SLACK_FRAMES + 1 :] - sums[:, : -2 * SLACK_FRAMES - 1], dtype=np.float64)


def _pairs(query: Peaks, pattern: Peaks, lay: Lay, *, middle: float) -> _Pairs:
    """Return the pairs that can meet; `query` has peaks."""
    frames, bins = _within(pattern, lay, first=float(query.frames[0]), last=float(query.frames[-1]))
    asked, asked_frames = _transposed(query, lay.semitones)
    first = np.searchsorted(asked, bins - SLACK_BINS)
    counts = np.searchsorted(asked, bins + SLACK_BINS, side="right") - first
    ends = np.cumsum(counts)
    places = np.arange(counts.sum()) - np.repeat(ends - counts - first, counts)
    pattern_frames, query_frames = np.repeat(frames, counts), asked_frames[places]
    apart = pattern_frames - lay.offset_frames - lay.tempo_ratio * query_frames
    close = np.abs(apart) <= REACH_FRAMES + MOST_DRIFT * middle
    return _Pairs(pattern_frames=pattern_frames[close].astype(np.float64), query_frames=query_frames[close] - middle)


def _within(pattern: Peaks, lay: Lay, *, first: float, last: float) -> tuple[Int32Array, Int32Array]:
    """Return frames and bins of the peaks of a pattern that a sound could meet."""
    begin = np.searchsorted(pattern.frames, lay.offset_frames + lay.tempo_ratio * first - REACH_FRAMES)
    end = np.searchsorted(pattern.frames, lay.offset_frames + lay.tempo_ratio * last + REACH_FRAMES, side="right")
    return pattern.frames[begin:end], pattern.bins[begin:end]


def _transposed(query: Peaks, semitones: float) -> tuple[Int32Array, Int32Array]:
    """Return the bins of a sound in the pattern's key, ascending, and the frames that go with them."""
    bins = np.rint(query.bins * 2.0 ** (-semitones / 12.0)).astype(np.int32) if semitones else query.bins
    order = np.argsort(bins, kind="stable")
    return bins[order], query.frames[order]


def _under(query: Peaks, pattern: Peaks, lay: Lay) -> int:
    """Return how many peaks of the pattern lie between the first and the last of the sound."""
    first, last = lay.offset_frames + lay.tempo_ratio * query.frames[[0, -1]] + [-SLACK_FRAMES, SLACK_FRAMES]
    return int(np.searchsorted(pattern.frames, last, side="right") - np.searchsorted(pattern.frames, first))
