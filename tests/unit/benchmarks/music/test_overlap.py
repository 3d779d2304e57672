"""The overlap of distributions whose answer is known."""

import numpy as np
import pytest

from benchmarks.music.overlap import Judged, compare, halves, overlap, weights_of


def test_a_sample_overlaps_with_itself_wholly() -> None:
    """Equal samples have the overlap one, far ones none, an empty one none."""
    values = np.random.default_rng(1).normal(size=50)
    assert overlap(values, values) == pytest.approx(1, abs=0.01)
    assert overlap(values, values + 100) == pytest.approx(0, abs=1e-6)
    assert overlap(values, np.empty(0)) == 0


def test_shifted_normals_overlap_as_theory_says() -> None:
    """Normals one deviation apart share 0.617 of their area: twice the tail beyond half a deviation."""
    rng = np.random.default_rng(2)
    assert overlap(rng.normal(size=4000), rng.normal(size=4000) + 1) == pytest.approx(0.617, abs=0.04)


def test_constant_values_overlap_where_they_are_equal() -> None:
    """What is always the same in both is alike, and unlike where it differs."""
    zeros = np.zeros(20)
    assert overlap(zeros, zeros) == pytest.approx(1, abs=0.01)
    assert overlap(zeros, zeros + 1) == pytest.approx(0, abs=1e-6)


def _windows(count: int, *, shift: float, seed: int, per_work: int = 1) -> list[Judged]:
    rng = np.random.default_rng(seed)
    rows = [{"tonal": {"a": float(rng.normal() + shift), "b": float(rng.normal())}} for _ in range(count)]
    return [Judged(group=str(at // per_work), values=row) for at, row in enumerate(rows)]


def test_another_distribution_stays_below_the_ceiling() -> None:
    """What is drawn from the same is as alike as real halves; what is shifted is less, in that measure only."""
    real = _windows(80, shift=0, seed=1)
    same, other = compare(real, _windows(40, shift=0, seed=2)), compare(real, _windows(40, shift=3, seed=3))
    flat = dict.fromkeys(same.real, 1.0)
    ceiling, reached = (draws.mean() for draws in same.of(["tonal"], flat))
    assert reached == pytest.approx(ceiling, abs=0.08)
    assert other.other["tonal", "a"].mean() < 0.3
    assert other.other["tonal", "b"].mean() > 0.7


def test_measures_count_by_what_baselines_miss() -> None:
    """A measure in which the baseline is as good as real music has next to no weight."""
    weights = weights_of([compare(_windows(80, shift=0, seed=1), _windows(80, shift=3, seed=2))])
    assert weights["tonal", "a"] > 0.5
    assert weights["tonal", "b"] < 0.1


def test_halves_share_no_work() -> None:
    """Windows of one work are on one side; the sides are about equal."""
    real = _windows(60, shift=0, seed=1, per_work=3)
    first, second = halves(real, np.random.default_rng(1))
    assert not {one.group for one in first} & {one.group for one in second}
    assert abs(len(first) - len(second)) <= 3


def test_a_single_work_is_dealt_out() -> None:
    """Where there is only one work its windows are halved, since nothing else is there."""
    first, second = halves(_windows(10, shift=0, seed=1, per_work=10), np.random.default_rng(1))
    assert (len(first), len(second)) == (5, 5)
