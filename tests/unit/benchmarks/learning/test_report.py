"""Bars are judged by the numbers in the rows."""

from typing import Any

import pytest

from benchmarks.learning.report import told


def normal(grym: float, fixed: float, random: float) -> dict[str, Any]:
    """Return a row of one seed with these regrets."""

    def summary(regret: float) -> dict[str, float]:
        return {"regret": regret, "utility": 1 - regret / 1000, "first": 0.5, "last": 0.5}

    return {
        "grym": summary(grym),
        "fixed default": summary(fixed),
        "uniform random": summary(random),
        "decision_ms": {"median": 3.0, "p95": 9.0},
        "arms": {"learned": 8, "holdout": 2},
    }


@pytest.mark.parametrize(("grym", "held"), [(300.0, True), (480.0, False)])
def test_regret_is_judged_beside_the_default(grym: float, *, held: bool) -> None:
    """Three quarters of the default's regret is the most that is let pass."""
    rows = [normal(grym + shift, 600.0 + shift, 1000.0 + shift) for shift in (-10.0, 0.0, 10.0)]
    report, bars = told({"normal": rows})
    assert [bar.held for bar in bars if bar.name == "regret ≤ 0.75 × fixed default"] == [held]
    assert ("MISSED" in report) is not held
    assert "learned 80%" in report


def test_a_changed_taste_must_be_caught_up_with() -> None:
    """Whoever stays below the default for ever has never come back; who is above at once has."""
    behind = {"grym": [0.3] * 400, "fixed default": [0.4] * 400}
    ahead = {"grym": [0.5] * 400, "fixed default": [0.4] * 400}
    assert [bar.held for bar in told({"change": [behind]})[1]] == [False]
    assert [bar.held for bar in told({"change": [ahead]})[1]] == [True]
