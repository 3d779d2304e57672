"""Laying a sound upon a remembered one: how many peaks meet, and how many would by chance.

Peaks meet when they lie within one frame and one bin. The same two sounds laid on each other a little earlier and
later share key, instruments and density but not the moment, so what meets there is what chance gives; the excess over
it, in units of its own spread, tells a recording from a stranger of the same style.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grym.domain.recognition.imprint import Peaks

AROUND_FRAMES = 60
"""How far (1.4 s) to either side chance is measured."""

NEAR_FRAMES = 8
"""Places so close to the best one still share its notes and say nothing of chance."""

SLACK_FRAMES = 1
SLACK_BINS = 1
REFINED_FRAMES = 2
"""The place that meets best may lie so far from the one that was voted for."""

FEW = 0.5
"""Added to the spread: of a handful of peaks none may meet by chance, which is no certainty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """How well the peaks of a sound meet those of a pattern at one place.

    Parameters
    ----------
    offset_frames
        Where the sound begins within the pattern.
    met
        Peaks of the pattern that meet one of the sound.
    expected, spread
        What chance gives: median and standard deviation of `met` at the places around.
    rival
        The most that meet at any of those places.
    peaks
        Peaks of the pattern under the sound.
    """

    offset_frames: int
    met: float
    expected: float
    spread: float
    rival: float
    peaks: int

    @property
    def deviations(self) -> float:
        """`met` over what chance gives, in standard deviations."""
        return (self.met - self.expected) / (self.spread + FEW)

    @property
    def share(self) -> float:
        """Peaks of the pattern that meet beyond chance, as a share of those under the sound."""
        return (self.met - self.expected) / max(self.peaks, 1)


def overlay(query: Peaks, pattern: Peaks, *, offset_frames: int) -> Overlay:
    """Lay a sound upon a pattern where it was voted to lie."""
    met = meetings(query, pattern, offset_frames=offset_frames)
    around = np.r_[met[: AROUND_FRAMES - NEAR_FRAMES], met[AROUND_FRAMES + NEAR_FRAMES + 1 :]]
    near = met[AROUND_FRAMES - REFINED_FRAMES : AROUND_FRAMES + REFINED_FRAMES + 1]
    shift = int(near.argmax()) - REFINED_FRAMES
    return Overlay(
        offset_frames=offset_frames + shift,
        met=float(near.max()),
        expected=float(np.median(around)),
        spread=float(around.std()),
        rival=float(around.max()),
        peaks=_under(query, pattern, offset_frames + shift),
    )


def meetings(query: Peaks, pattern: Peaks, *, offset_frames: int) -> NDArray[np.float64]:
    """Return how many peaks meet at each place from `AROUND_FRAMES` before to as many after, shape (121,).

    Peaks of one sound are never closer than the slack, so each meets at most one and pairs can be counted.
    """
    if not len(query.frames) or not len(pattern.frames):
        return np.zeros(2 * AROUND_FRAMES + 1)
    reach = AROUND_FRAMES + SLACK_FRAMES
    first = np.searchsorted(pattern.frames, offset_frames + query.frames[0] - reach)
    last = np.searchsorted(pattern.frames, offset_frames + query.frames[-1] + reach, side="right")
    shifts = _shifts(query, pattern.frames[first:last] - offset_frames, pattern.bins[first:last])
    counts = np.bincount(shifts[(shifts >= -reach) & (shifts <= reach)] + reach, minlength=2 * reach + 1)
    return np.convolve(counts, np.ones(2 * SLACK_FRAMES + 1), mode="valid")


def _shifts(query: Peaks, frames: NDArray[np.int32], bins: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the frames from each peak of the sound to each of the pattern in the same bin or beside it."""
    order = np.argsort(query.bins, kind="stable")
    asked = query.bins[order]
    first = np.searchsorted(asked, bins - SLACK_BINS)
    counts = np.searchsorted(asked, bins + SLACK_BINS, side="right") - first
    ends = np.cumsum(counts)
    places = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts - first, counts)
    return np.asarray(np.repeat(frames, counts) - query.frames[order][places], dtype=np.int64)


def _under(query: Peaks, pattern: Peaks, offset_frames: int) -> int:
    """Return how many peaks of the pattern lie between the first and the last of the sound."""
    if not len(query.frames):
        return 0
    first, last = offset_frames + query.frames[0], offset_frames + query.frames[-1]
    return int(np.searchsorted(pattern.frames, last, side="right") - np.searchsorted(pattern.frames, first))
