"""Off-policy estimates against a truth that is known, and refused where they would be guesses."""

import numpy as np
import pytest

from grym.domain.learning.evaluation import Logged, doubly_robust, snips
from grym.errors import InvalidRequestError

WORTH = np.array([0.2, 0.5, 0.8])
LOGGING = np.array([0.8, 0.1, 0.1])
TARGET = np.array([0.1, 0.2, 0.7])
TRUTH = float(TARGET @ WORTH)


def logged(count: int, *, seed: int, model: np.ndarray = WORTH) -> list[Logged]:
    """Return what a policy that mostly takes the worst of three logged about coins of known worth."""
    chance = np.random.default_rng(seed)
    arms = chance.choice(3, size=count, p=LOGGING)
    return [
        Logged(
            reward=float(chance.random() < WORTH[arm]),
            propensity=float(LOGGING[arm]),
            target=float(TARGET[arm]),
            expected=float(model[arm]),
            expected_target=float(TARGET @ model),
        )
        for arm in arms
    ]


@pytest.mark.parametrize("estimate", [snips, doubly_robust])
def test_the_truth_lies_in_nearly_all_intervals(estimate: object) -> None:
    """Of forty logs of two thousand decisions, whose naive mean is 0.29, at least 34 intervals hold 0.68."""
    assert callable(estimate)
    found = [estimate(logged(2000, seed=seed)) for seed in range(40)]
    assert sum(one.low <= TRUTH <= one.high for one in found) >= 34
    assert np.mean([one.value for one in found]) == pytest.approx(TRUTH, abs=0.02)


def test_a_wrong_model_does_not_mislead() -> None:
    """The doubly robust estimate is right where the chances are, whatever the model says."""
    found = [doubly_robust(logged(2000, seed=seed, model=1.0 - WORTH)).value for seed in range(40)]
    assert np.mean(found) == pytest.approx(TRUTH, abs=0.03)


@pytest.mark.parametrize("estimate", [snips, doubly_robust])
def test_too_few_effective_decisions_are_refused(estimate: object) -> None:
    """Below fifty there is no estimate, but an error that says how many there are."""
    assert callable(estimate)
    with pytest.raises(InvalidRequestError) as caught:
        estimate(logged(100, seed=1))
    assert caught.value.code == "learning.too_few"
    with pytest.raises(InvalidRequestError):
        estimate([])


@pytest.mark.parametrize(
    "broken",
    [
        {"propensity": 0.0},
        {"propensity": 1.5},
        {"propensity": float("nan")},
        {"target": -0.1},
        {"reward": float("nan")},
    ],
)
def test_chances_that_are_none_are_refused(broken: dict[str, float]) -> None:
    """Nothing is divided by nothing, and what is no number does not spread."""
    fields = {"reward": 0.5, "propensity": 0.5, "target": 0.5, **broken}
    with pytest.raises(InvalidRequestError) as caught:
        snips([Logged(**fields)] * 60)
    assert caught.value.code == "learning.propensity"
