"""Which of several takes of one wish is the best: by failed checks first, then by how well graded ones are met."""

from collections.abc import Sequence

from grym.domain.quality.check import Check

GRADED = {"music.in_key": 1.0, "music.ends_on_cadence": 1.0, "music.range": 1.0, "music.not_monotonous": 2.0}
"""Checks whose value says how good, with the value beyond which more is not better: of variety, twice what suffices."""


def merit(checks: Sequence[Check]) -> tuple[int, float]:
    """Return how good a take is, the better the greater: minus the failed checks, then a mean of grades 0–1."""
    grades = [
        min(1.0, max(0.0, check.value / GRADED[check.name]))
        for check in checks
        if check.name in GRADED and check.value is not None
    ]
    return -sum(not check.passed for check in checks), sum(grades) / len(grades) if grades else 0.0


def ranks(takes: Sequence[Sequence[Check]]) -> tuple[int, ...]:
    """Return the rank of each take from 1, the best; equals in the order given."""
    order = sorted(range(len(takes)), key=lambda at: merit(takes[at]), reverse=True)
    return tuple(order.index(at) + 1 for at in range(len(takes)))
