"""Stochastic laws."""

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from grym.domain.composing.formal.stochastic import LAWS, cloud, values
from grym.domain.composing.seeds import stream
from grym.errors import InvariantError

_NORMAL = NormalDist(0.5, 1 / 6)
_EDGE = math.atan(5.0)
_DISTRIBUTIONS: dict[str, Callable[[float], float]] = {
    "uniform": lambda x: x,
    "linear": lambda x: 1 - (1 - x) ** 2,
    "gaussian": lambda x: (_NORMAL.cdf(x) - _NORMAL.cdf(0)) / (_NORMAL.cdf(1) - _NORMAL.cdf(0)),
    "exponential": lambda x: (1 - math.exp(-4 * x)) / (1 - math.exp(-4)),
    "cauchy": lambda x: (math.atan((x - 0.5) / 0.1) + _EDGE) / (2 * _EDGE),
}


@pytest.mark.parametrize("law", _DISTRIBUTIONS)
def test_values_follow_the_truncated_law(law: str) -> None:
    """Kolmogorov and Smirnov find no difference from the distribution function over 4,000 draws."""
    drawn = values(law, 4000, rng=stream(3, "test", law))
    assert stats.kstest(drawn, np.vectorize(_DISTRIBUTIONS[law])).pvalue > 0.01


def test_poisson_counts_have_its_mean_and_variance() -> None:
    """Counts of rare events have four as mean and, truncated at twelve, nearly four as variance."""
    counts = np.array(values("poisson", 4000, rng=stream(3, "test"))) * 12
    weights = stats.poisson.pmf(np.arange(13), 4) / stats.poisson.cdf(12, 4)
    assert np.allclose(counts, np.round(counts))
    assert counts.mean() == pytest.approx(weights @ np.arange(13), abs=0.12)
    assert counts.var() == pytest.approx(weights @ np.arange(13) ** 2 - (weights @ np.arange(13)) ** 2, rel=0.08)


@given(law=st.sampled_from(sorted(LAWS)), seed=st.integers(0, 2**32))
def test_values_stay_in_range_and_come_back(law: str, seed: int) -> None:
    """Every law stays within 0 to 1 and gives the same for the same seed."""
    drawn = values(law, 50, rng=stream(seed, "x"))
    assert all(0 <= value <= 1 for value in drawn)
    assert drawn == values(law, 50, rng=stream(seed, "x"))


@pytest.mark.parametrize("law", sorted(LAWS))
@pytest.mark.parametrize("point", [0.0, 1 - 2**-53])
def test_ends_of_the_unit_interval_are_finite(law: str, point: float) -> None:
    """The least and the greatest number that can be drawn give values in range."""
    assert -1e-12 <= LAWS[law](point) <= 1 + 1e-12


def test_truncation_piles_nothing_up_at_the_ends() -> None:
    """A law with heavy tails never draws an end of its range, as clipping would."""
    assert not {0.0, 1.0} & set(values("cauchy", 2000, rng=stream(5, "tails")))


def test_cloud_has_its_density_and_exponential_waits() -> None:
    """A cloud of 20 events a second for 200 s counts 4,000 ± 3 deviations, with waits of exponential law."""
    times_s = np.array(cloud(20.0, 200.0, rng=stream(2, "cloud")))
    assert abs(len(times_s) - 4000) < 3 * math.sqrt(4000)
    assert stats.kstest(np.diff(times_s), "expon", args=(0, 1 / 20)).pvalue > 0.01
    assert times_s.max() < 200.0


@pytest.mark.parametrize("density_hz", [0.0, -1.0, math.nan, 1e9])
def test_impossible_clouds_are_refused(density_hz: float) -> None:
    """No density, or more events than anybody can hear, is an error rather than a loop without end."""
    with pytest.raises(InvariantError):
        cloud(density_hz, 10.0, rng=stream(0, "x"))
