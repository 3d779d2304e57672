"""The place of each beat in its bar, while the beats come.

As offline (`grym.domain.rhythm.bars`), but a beat is judged without the one after it, and what was long ago counts
less.
"""

from typing import Any

import numpy as np

from grym.domain.live.rising import CURVES
from grym.domain.rhythm.bars import BIAS, CHANGE_PRICE, METRES, WEIGHTS

NAMES = (*CURVES, "strength")
WEIGHED = np.array([WEIGHTS[name][:2] if name in WEIGHTS else (0.0, 0.0) for name in NAMES])
"""Shape (5, 2): of a mark on the beat before, and on the beat."""

FADING = 0.97
"""After thirty beats a bar line counts a third."""

LEAST_BEATS = 8
HELD_BEATS = 4
"""Beats for which another metre must have led before somebody who counts along is told of it.

On dev works downbeats are found at F 0.46 with it and 0.48 without, within the intervals of either."""

LARGEST = max(METRES)


class BarFollower:
    """Takes the marks of each beat, gives its place in the bar."""

    def __init__(self) -> None:
        self._seen = 0
        self._mean = np.zeros(len(NAMES))
        self._square = np.zeros(len(NAMES))
        self._before = np.zeros(len(NAMES))
        self._told: int | None = None
        self._led = 0
        self._scores = np.full((len(METRES), LARGEST), -np.inf)
        for row, metre in enumerate(METRES):
            self._scores[row, :metre] = 0.0

    def follow(self, marks: np.ndarray) -> tuple[int, int]:
        """Take a beat and return its place in the bar from 1 and the beats per bar; zeros while they are not known.

        Parameters
        ----------
        marks
            Shape (5,): the curves of `Rising` at the beat, against what is usual.
        """
        standard = self._standardised(marks)
        odds = float(standard @ WEIGHED[:, 1] + self._before @ WEIGHED[:, 0]) + BIAS
        self._before = standard
        yes, no = -float(np.logaddexp(0.0, -odds)), -float(np.logaddexp(0.0, odds))
        rows = [_moved_on(row[:metre], yes, no) for row, metre in zip(self._scores.tolist(), METRES, strict=True)]
        best_score = max(map(max, rows))
        for place, row in enumerate(rows):
            self._scores[place, : len(row)] = [score - best_score for score in row]
        if self._seen < LEAST_BEATS:
            return 0, 0
        told = self._told = self._metre()
        return int(self._scores[told].argmax()) + 1, METRES[told]

    def _metre(self) -> int:
        """Return the row of the metre: the one told before, unless another has led for some beats."""
        likeliest = int(self._scores.max(axis=1).argmax())
        if self._told is None or likeliest == self._told:
            self._led = 0
            return likeliest
        self._led += 1
        return likeliest if self._led >= HELD_BEATS else self._told

    def state(self) -> dict[str, Any]:
        """Return what `restore` needs."""
        return {
            "seen": self._seen,
            "mean": self._mean,
            "square": self._square,
            "before": self._before,
            "told": self._told,
            "led": self._led,
            "scores": np.nan_to_num(self._scores, neginf=-1e30),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where `state` was taken."""
        self._seen, self._mean, self._square = state["seen"], state["mean"], state["square"]
        self._before = state["before"]
        self._told, self._led = state.get("told"), state.get("led", 0)
        self._scores = np.where(state["scores"] < -1e29, -np.inf, state["scores"])  # noqa: PLR2004 (what stands for −∞)

    def _standardised(self, marks: np.ndarray) -> np.ndarray:
        """Return the marks against mean and deviation of the beats so far, older ones counting less."""
        self._seen += 1
        share = max(1.0 - FADING, 1.0 / self._seen)
        self._mean = self._mean + share * (marks - self._mean)
        self._square = self._square + share * (np.square(marks) - self._square)
        deviation = np.sqrt(np.maximum(self._square - np.square(self._mean), 1e-3))
        return np.asarray((marks - self._mean) / deviation)


def _moved_on(scores: list[float], yes: float, no: float) -> list[float]:
    """Return the scores of a metre's places one beat on, given what speaks for a first beat and for another one."""
    faded = [score * FADING for score in scores]
    least = max(faded) - CHANGE_PRICE
    moved = [max(score, least) for score in (faded[-1], *faded[:-1])]
    return [score + (no if place else yes) for place, score in enumerate(moved)]
