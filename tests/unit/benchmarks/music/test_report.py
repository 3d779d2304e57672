"""The tables name what costs most and say which way to go."""

import numpy as np
import pytest

from benchmarks.music.likeness import Kind
from benchmarks.music.overlap import Comparison, Judged
from benchmarks.music.report import by_family, furthest, overall, rows_of

RANGE, CADENCE, STEPS = ("melodic", "range"), ("form", "cadence"), ("melodic", "steps")


def _judged(group: str, values: tuple[float, float, float]) -> Judged:
    spread, cadence, steps = values
    return Judged(group=group, values={"melodic": {"range": spread, "steps": steps}, "form": {"cadence": cadence}})


def _compared(range_: float, cadence: float, steps: float) -> Comparison:
    """Return real halves that overlap by 0.8 in everything, and the other side by what is said."""
    real = dict.fromkeys((RANGE, CADENCE, STEPS), np.full(5, 0.8))
    return Comparison(
        real=real, other={RANGE: np.full(5, range_), CADENCE: np.full(5, cadence), STEPS: np.full(5, steps)}
    )


def _kind(works: int = 8) -> Kind:
    real = [_judged(str(at), (12.0, 1.0, 0.6)) for at in range(works)]
    mine = [_judged("g", (20.0, 1.0, 0.5))] * 4
    compared = {
        "grym": _compared(0.2, 0.8, 0.7),
        "markov": _compared(0.4, 0.4, 0.4),
        "shuffled": _compared(0.6, 0.6, 0.6),
    }
    return Kind(
        name="march",
        real=real,
        sides=dict.fromkeys(compared, mine),
        compared=compared,
        weights={RANGE: 0.4, CADENCE: 0.4, STEPS: 0.0},
        pieces=4,
    )


def test_the_worst_measure_comes_first_with_both_means() -> None:
    """The range costs most: 12 in real music, 20 here, so lower it; steps have no weight and cost nothing."""
    lines = furthest(_kind(), count=3).splitlines()
    assert lines[2].startswith("| melodic: range | 0.600 | 0.80 | 0.20 | 12 ± 0 | 20 ± 0 | lower it |")
    assert "| form: cadence | 0.000 " in "\n".join(lines[3:])


def test_the_whole_is_told_beside_the_goals() -> None:
    """Half of melody and all of form are 0.625 of the ceiling; the goals lie between chain and shuffled bars here."""
    told = overall([_kind()])
    assert "| grym | all | 0.800 | 0.500 (0.50–0.50) | 0.625 (0.62–0.62) | 0.72; here 0.66 |" in told
    assert "| grym | repetition, form | 0.800 | 0.800 (0.80–0.80) | 1.000 (1.00–1.00) | 0.78; here 0.71 |" in told


def test_families_are_told_for_every_side() -> None:
    """Each family has a row of its own, and kinds of few works say that they do not count."""
    told = by_family(_kind())
    assert "| melodic | 0.800 (0.80–0.80) | 0.200 | 0.400 | 0.600 |" in told
    assert "left out of the whole" not in told
    assert "left out of the whole" in by_family(_kind(works=3))


def test_plain_values_hold_what_the_tables_hold() -> None:
    """Ceiling, overlap, weight and means of every measure and side."""
    rows = rows_of([_kind()])
    assert [row["side"] for row in rows] == ["grym", "markov", "shuffled"]
    found = rows[0]["measures"]["melodic: range"]
    assert (found["ceiling"], found["overlap"], found["weight"]) == pytest.approx((0.8, 0.2, 0.4))
    assert (found["real"][0], found["mine"][0]) == (12.0, 20.0)
