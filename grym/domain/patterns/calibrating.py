"""What verdicts teach about confidence: the weights of recognition, learned anew in each context, within bounds.

Recognition finds the same piece by different evidence: landmarks where it is the same recording in the same key,
windows where key or tempo differ, pitches alone where others play it. How much each kind of evidence is worth depends
on what a collection holds. So the verdicts of a collection are sorted by that context, and in each the logarithm of the
odds becomes a weighted sum of itself, of how far pitches agree, of the lead over the next pattern, and of how many more
peaks meet than by chance.

The prior says: as it is. Few verdicts change little; fewer than five change nothing, and fewer than twenty half as much
as more may (mastery, F86). Whatever is said, the odds move by `MOST_SHIFT` at most. Everything is computed from the
verdicts that count, in the order of the events, so one that is taken back has never been.

One person cannot carry it far: of all that one says no more counts than of `MOST_OF_A_PERSON` verdicts, and what one
says counts by how far it agrees with what recognition is nearly certain of, since that is right in 97 of 100 cases. Who
says the contrary of it as often as not is not learned from here.

References
----------
John Platt, "Probabilistic Outputs for Support Vector Machines", 1999; Bishop, "Pattern Recognition and Machine
Learning", 2006, section 4.5 (the mode of Bayesian logistic regression, by Newton's method).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log, tanh
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from grym.domain.patterns.values import Verdict

FloatArray = NDArray[np.float64]
Mastery = Literal["novice", "competent", "expert"]
Context = Literal["landmarks", "moved", "pitches"]

CONTEXTS: tuple[Context, ...] = ("landmarks", "moved", "pitches")

COMPETENT, EXPERT = 5, 20
"""Verdicts in a context from which on what they say counts half, and whole."""

MOST_SHIFT: Mapping[Mastery, float] = {"novice": 0.0, "competent": 1.0, "expert": 2.0}
"""Of the logarithm of the odds: a confidence of 0.88 can become 0.5, one of 0.98 stays well above."""

UNIT_ODDS = 3.0
PRIOR = np.array([0.0, UNIT_ODDS, 0.0, 0.0, 0.0])
DEVIATIONS = np.array([1.0, 0.75, 1.0, 1.0, 1.0])
"""Weights of `features` before anybody said anything, and how far from them they may as well be."""

USUAL_AGREEMENT, UNIT_AGREEMENT = 0.6, 0.2
UNIT_MARGIN = 5.0
LEAST_GAIN = 0.1
"""Centre and unit of what is weighed, so that one deviation suits all; they bound nothing."""

MOST_OF_A_PERSON = 200.0
"""Weight of all verdicts of one person in a context."""

SURE = 0.95
ASSUMED = 4.0
"""Verdicts on nearly certain findings that everybody is taken to have given in agreement."""

SAME_TEMPO = 0.02
"""Difference of tempi, as a share, below which landmarks still speak of one recording."""

LEAST_CONFIDENCE = 1e-4
"""Answers are told with four digits."""

STEPS = 40
CONVERGED = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What is made of the odds of findings in one context.

    Parameters
    ----------
    exposures
        How many verdicts speak of the context.
    weights
        Of `features`.
    """

    exposures: int = 0
    weights: tuple[float, ...] = tuple(map(float, PRIOR))

    @property
    def mastery(self) -> Mastery:
        """How well the context is known."""
        return mastery_of(self.exposures)

    def shift(self, odds: float, evidence: Mapping[str, float]) -> float:
        """Return by how much the logarithm of the odds moves: within the bounds of what is mastered."""
        most = MOST_SHIFT[self.mastery]
        learned = float(features(odds, evidence) @ np.array(self.weights))
        return min(max(learned - odds, -most), most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """What the verdicts of a collection teach, by context."""

    by_context: Mapping[str, Lesson] = field(default_factory=dict)

    @property
    def change_anything(self) -> bool:
        """Whether any confidence may differ from what recognition says."""
        return any(lesson.mastery != "novice" for lesson in self.by_context.values())

    def confidence_of(self, confidence: float, context: str, evidence: Mapping[str, float]) -> float:
        """Return the confidence of a finding, 0–1; the very same number in a context that nobody knows yet."""
        lesson = self.by_context.get(context)
        if lesson is None or lesson.mastery == "novice":
            return confidence
        odds = odds_of(confidence)
        return _logistic(odds + lesson.shift(odds, evidence))


def context_of(*, landmarks: float, transposition_semitones: int, tempo_ratio: float) -> Context:
    """Return by which evidence a match was found."""
    if transposition_semitones or abs(tempo_ratio - 1.0) > SAME_TEMPO:
        return "moved"
    return "landmarks" if landmarks > 0 else "pitches"


def odds_of(confidence: float) -> float:
    """Return the logarithm of the odds of a confidence, 9.2 at most either way."""
    bounded = min(max(confidence, LEAST_CONFIDENCE), 1.0 - LEAST_CONFIDENCE)
    return log(bounded / (1.0 - bounded))


def mastery_of(exposures: int) -> Mastery:
    """Return how well something is known that was met so often."""
    if exposures < COMPETENT:
        return "novice"
    return "competent" if exposures < EXPERT else "expert"


def features(odds: float, evidence: Mapping[str, float]) -> FloatArray:
    """Return what is weighed, shape (5,): one, the odds, agreement of pitches, lead, and peaks over chance."""
    met, expected = evidence.get("peaks_met", 0.0), evidence.get("peaks_by_chance", 0.0)
    return np.array(
        [
            1.0,
            odds / UNIT_ODDS,
            (evidence.get("tonal_agreement", USUAL_AGREEMENT) - USUAL_AGREEMENT) / UNIT_AGREEMENT,
            tanh(evidence.get("margin", 0.0) / UNIT_MARGIN),
            log(max(met / max(expected, 1e-3), LEAST_GAIN)) if met else 0.0,
        ]
    )


def lessons_of(verdicts: Iterable[Verdict]) -> Lessons:
    """Return what verdicts teach; those that spread, or that say nothing of the odds, teach nothing here."""
    told = sorted((one for one in verdicts if _teaches(one)), key=lambda one: (one.seq, one.event_id))
    trusts = {who: trust_of([one for one in told if one.who == who]) for who in sorted({one.who for one in told})}
    by_context: defaultdict[str, list[Verdict]] = defaultdict(list)
    for verdict in told:
        by_context[verdict.context].append(verdict)
    return Lessons(by_context={name: _lesson(by_context[name], trusts) for name in sorted(by_context)})


def _teaches(verdict: Verdict) -> bool:
    return not verdict.spread_from and verdict.odds is not None and verdict.context in CONTEXTS


def trust_of(verdicts: Sequence[Verdict]) -> float:
    """Return how much the verdicts of one person count, 0–1, by those on findings that are nearly certain."""
    agreed = disagreed = 0
    for one in verdicts:
        chance = _logistic(one.odds or 0.0)
        if max(chance, 1.0 - chance) >= SURE:
            agreed += one.right is (chance > 0.5)  # noqa: PLR2004 - more likely than not
            disagreed += one.right is not (chance > 0.5)  # noqa: PLR2004 - as above
    return max(0.0, 2.0 * (agreed + ASSUMED) / (agreed + disagreed + ASSUMED) - 1.0)


def _lesson(verdicts: Sequence[Verdict], trusts: Mapping[str, float]) -> Lesson:
    """Return the lesson of the verdicts of one context."""
    counted = [one for one in verdicts if trusts[one.who] > 0.0]
    if mastery_of(len(counted)) == "novice":
        return Lesson(exposures=len(counted))
    rows = np.stack([features(one.odds or 0.0, one.evidence) for one in counted])
    right = np.array([float(one.right) for one in counted])
    fitted = _fitted(rows, right, np.array(_weights(counted, trusts)))
    return Lesson(exposures=len(counted), weights=tuple(round(float(weight), 6) for weight in fitted))


def _weights(verdicts: Sequence[Verdict], trusts: Mapping[str, float]) -> list[float]:
    """Return what each verdict counts: whoever says much is taken down to what one person may say."""
    sums: defaultdict[str, float] = defaultdict(float)
    for one in verdicts:
        sums[one.who] += one.weight
    return [one.weight * trusts[one.who] * min(1.0, MOST_OF_A_PERSON / sums[one.who]) for one in verdicts]


def _fitted(rows: FloatArray, right: FloatArray, counts: FloatArray) -> FloatArray:
    """Return the mode of the posterior: the objective is strictly convex, and bounded steps keep it from leaping."""
    weights, precision = PRIOR.copy(), 1.0 / DEVIATIONS**2
    for _ in range(STEPS):
        chances = 1.0 / (1.0 + np.exp(-np.clip(rows @ weights, -40.0, 40.0)))
        slope = rows.T @ (counts * (chances - right)) + precision * (weights - PRIOR)
        curve = (rows * (counts * chances * (1.0 - chances))[:, np.newaxis]).T @ rows + np.diag(precision)
        step = np.linalg.solve(curve, slope)
        weights = weights - step / max(1.0, float(np.abs(step).max()))
        if float(np.abs(step).max()) < CONVERGED:
            break
    return weights


def _logistic(odds: float) -> float:
    return 1.0 / (1.0 + exp(-odds)) if odds >= 0 else exp(odds) / (1.0 + exp(odds))
