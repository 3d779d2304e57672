"""From evidence to confidence: the share of findings of this strength that were right.

A logistic model, fitted on sounds of a development set under all distortions, half of them strangers; the sounds that
the benchmark is judged by had no part in it. `python -m benchmarks.recognition.calibrate` fits it anew and prints what
belongs here.

References
----------
John Platt, "Probabilistic Outputs for Support Vector Machines", 1999.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from grym.domain.recognition.evidence import Evidence

FloatArray = NDArray[np.float64]

FEATURES = ("share", "met", "peaks", "similarity", "lead", "ahead", "alone")
WEIGHTS = (3.48, 1.353, 1.704, 11.966, 2.71, 0.586, 6.412)
BIAS = -18.354

LEAST_RIVAL = (7.0, 3.4, 0.22)
"""Strength, deviations and value that the best of 60 wrong patterns reaches for three sounds in four; where memory
holds few patterns, or none, the rival is taken to be as strong."""

FEW = 2.0
"""Added to strengths before they are compared: twice next to nothing is not twice as much."""

PRIOR = 4.0
"""A pattern counts as if it had been confirmed and denied so many times before anybody said anything."""

HALF_LIFE_S = 180 * 24 * 3600.0
"""What somebody said counts half after half a year without hearing the pattern."""

MOST_SHIFT = 1.0
"""Experience may move the odds by a factor of e, not make a stranger known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experience:
    """What became of earlier findings of a pattern.

    Parameters
    ----------
    confirmed, denied
        How often somebody said that it was right, or wrong; verdicts may count in part.
    idle_s
        Time since the pattern was heard last.
    """

    confirmed: float = 0
    denied: float = 0
    idle_s: float = 0.0

    @property
    def shift(self) -> float:
        """By how much it moves the logarithm of the odds; 0 where nobody said anything."""
        odds = log((self.confirmed + PRIOR) / (self.denied + PRIOR))
        faded = odds * float(0.5 ** (max(self.idle_s, 0.0) / HALF_LIFE_S))
        return min(max(faded, -MOST_SHIFT), MOST_SHIFT)


def confidences(evidence: Sequence[Evidence], experience: Callable[[int], Experience] | None = None) -> list[float]:
    """Return how sure it is that a sound is each of these patterns, 0 to 1.

    Parameters
    ----------
    evidence
        All that was found for one sound, one of each pattern.
    experience
        What became of earlier findings of a pattern, by its number.
    """
    odds = features(evidence) @ np.array(WEIGHTS) + BIAS
    return [
        logistic(float(value) + (experience(one.number).shift if experience else 0.0))
        for one, value in zip(evidence, odds, strict=True)
    ]


def features(evidence: Sequence[Evidence]) -> FloatArray:
    """Return what the model weighs, shape (patterns, 7) in the order of `FEATURES`.

    The last three compare with the best of the other patterns: by them the sound itself says how strong chance is.
    """
    strength, deviations, value = LEAST_RIVAL
    strengths = np.array([one.strength for one in evidence])
    values = np.array([one.agreement.value for one in evidence])
    pitches = np.array([one.agreement.deviations for one in evidence])
    peaks = np.array([[one.overlay.share, one.overlay.met, one.overlay.deviations] for one in evidence]).reshape(-1, 3)
    return np.stack(
        [
            peaks[:, 0],
            np.log1p(peaks[:, 1]),
            np.log1p(np.maximum(peaks[:, 2], 0.0)),
            values,
            np.log((strengths + FEW) / (np.maximum(rivals(strengths), strength) + FEW)),
            pitches - np.maximum(rivals(pitches), deviations),
            values - np.maximum(rivals(values), value),
        ],
        axis=1,
    )


def rivals(values: FloatArray) -> FloatArray:
    """Return the greatest of the other values for each, at least 0."""
    if not len(values):
        return values
    best = int(values.argmax())
    others = np.full(len(values), max(float(values[best]), 0.0))
    others[best] = max(float(np.delete(values, best).max(initial=0.0)), 0.0)
    return others


def logistic(odds: float) -> float:
    """Return the probability of log-odds, safe for any size."""
    return 1.0 / (1.0 + exp(-odds)) if odds >= 0 else exp(odds) / (1.0 + exp(odds))
