"""What another policy would have been worth, from a log of one that drew lots and wrote their chances down.

Each logged reward is weighted by how much likelier the other policy would have done the same. The self-normalised
estimate (Swaminathan and Joachims 2015, "The self-normalized estimator for counterfactual learning", eq. 5) is used
with the doubly robust one (Dudík, Langford and Li 2011, "Doubly robust policy evaluation and learning", eq. 1). Where a
handful of rewards would carry the whole weight, neither is given: the effective size (Kish 1965) must be fifty.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grym.errors import InvalidRequestError

LEAST_EFFECTIVE = 50.0
_NORMAL_95 = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One decision and what came of it.

    Parameters
    ----------
    reward
        Utility 0–1.
    propensity, target
        How likely the decision was under the policy that took it, above 0 to 1, and under the one in question, 0–1.
    expected, expected_target
        What a model expects of the decision, and of the policy in question in its place; for `doubly_robust` only.
    """

    reward: float
    propensity: float
    target: float
    expected: float = 0.5
    expected_target: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value 0–1 with a 95 % interval, and how many equally weighted rewards it is worth."""

    value: float
    low: float
    high: float
    effective_n: float


def snips(logged: Sequence[Logged]) -> Estimate:
    """Return the self-normalised estimate of the value of the policy in question.

    Raises
    ------
    InvalidRequestError
        ``learning.too_few`` below an effective size of 50; ``learning.propensity`` for chances that are none, or a
        reward that is no number.
    """
    weights, rewards, effective = _weighted(logged)
    total = float(weights.sum())
    value = float(weights @ rewards) / total
    deviation = float(np.sqrt(np.sum(np.square(weights * (rewards - value))))) / total
    return _estimate(value, deviation, effective)


def doubly_robust(logged: Sequence[Logged]) -> Estimate:
    """Return the doubly robust estimate: right where the model or the chances are. Raises as `snips`."""
    weights, rewards, effective = _weighted(logged)
    expected = np.array([one.expected for one in logged])
    targets = np.array([one.expected_target for one in logged])
    corrections = weights * (rewards - expected) * (len(logged) / weights.sum())
    parts = targets + corrections
    return _estimate(float(parts.mean()), float(parts.std(ddof=1)) / float(np.sqrt(len(parts))), effective)


def _weighted(logged: Sequence[Logged]) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    propensities = np.array([one.propensity for one in logged], dtype=np.float64)
    targets = np.array([one.target for one in logged], dtype=np.float64)
    rewards = np.array([one.reward for one in logged], dtype=np.float64)
    sound = (propensities > 0.0) & (propensities <= 1.0) & (targets >= 0.0) & (targets <= 1.0) & np.isfinite(rewards)
    if not sound.all():
        raise InvalidRequestError("a chance lies outside 0 to 1, or a reward is no number", code="learning.propensity")
    weights = targets / propensities
    squares = float(np.square(weights).sum())
    effective = float(weights.sum()) ** 2 / squares if squares else 0.0
    if effective < LEAST_EFFECTIVE:
        raise InvalidRequestError(
            f"{effective:.0f} effective decisions are too few to judge another policy by",
            code="learning.too_few",
            hint=f"Gather ratings until there are {LEAST_EFFECTIVE:.0f}.",
            details={"effective_n": round(effective, 1)},
        )
    return weights, rewards, effective


def _estimate(value: float, deviation: float, effective: float) -> Estimate:
    reach = _NORMAL_95 * deviation
    return Estimate(
        value=min(1.0, max(0.0, value)),
        low=max(0.0, value - reach),
        high=min(1.0, value + reach),
        effective_n=effective,
    )
