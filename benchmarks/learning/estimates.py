"""What the learner's estimators say the default would have been worth, beside what it was worth.

The policy in question serves the default always. In the log it was served by lot, with a chance that stands beside
it; what came of that lot is what the estimators have. The truth is what the same requests were rated when the default
served all of them. One listener draws too few lots for an estimate, so a few listeners are one log; rewards are
(stars − 1) / 4 of rated pieces.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.learning.scenarios import Learned, Served
from benchmarks.recognition.report import table
from grym.domain.learning import Estimate, Logged, doubly_robust, snips
from grym.errors import InvalidRequestError

POOLED = 4
"""Listeners whose logs are one."""

BY_LOT = frozenset({"holdout", "default"})
"""Arms that serve the default whatever the guard says."""


def log_of(run: Learned) -> list[list[float]]:
    """Return a row for each rated piece: reward, propensity, target, and what was expected of it and of the default."""
    rows = []
    for piece, proposed in zip(run.served, run.proposed, strict=True):
        if piece.stars is not None:
            default = 0.5 if proposed.expected_default is None else proposed.expected_default
            expected = default if proposed.expected is None else proposed.expected
            by_lot = proposed.arm in BY_LOT
            rows.append([reward(piece.stars), proposed.propensity, float(by_lot), expected, default])
    return rows


def rewards_of(served: Sequence[Served]) -> list[float]:
    """Return the rewards of the rated pieces."""
    return [reward(piece.stars) for piece in served if piece.stars is not None]


def reward(stars: int) -> float:
    """Return stars as a utility 0–1."""
    return (stars - 1) / 4


def estimates_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return how far the estimates lie from the truth."""
    pools = [rows[at : at + POOLED] for at in range(0, len(rows) - POOLED + 1, POOLED)]
    lines = [_line(name, estimator, pools) for name, estimator in (("SNIPS", snips), ("doubly robust", doubly_robust))]
    head = ["value of the default", "logs", "refused", "bias", "RMSE", "truth inside 95 %", "effective size"]
    return table(head, lines)


def _line(name: str, estimator: Any, pools: Sequence[Sequence[Mapping[str, Any]]]) -> list[str]:
    """Return one estimator's row."""
    found: list[tuple[Estimate, float]] = []
    for pool in pools:
        truth = float(np.mean([one for row in pool for one in row["default's rewards"]]))
        try:
            found.append((estimator([_logged(line) for row in pool for line in row["log"]]), truth))
        except InvalidRequestError:
            continue
    refused = str(len(pools) - len(found))
    if not found:
        return [name, str(len(pools)), refused, *["–"] * 4]
    errors = np.array([estimate.value - truth for estimate, truth in found])
    inside = sum(estimate.low <= truth <= estimate.high for estimate, truth in found)
    size = np.mean([estimate.effective_n for estimate, _ in found])
    numbers = [
        f"{errors.mean():+.3f}",
        f"{np.sqrt(np.mean(errors**2)):.3f}",
        f"{inside} of {len(found)}",
        f"{size:.0f}",
    ]
    return [name, str(len(pools)), refused, *numbers]


def _logged(line: Sequence[float]) -> Logged:
    reward_, propensity, target, expected, expected_target = line
    return Logged(
        reward=reward_, propensity=propensity, target=target, expected=expected, expected_target=expected_target
    )
