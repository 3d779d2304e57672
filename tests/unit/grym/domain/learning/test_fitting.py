"""The kernel's shape: found where it is known, and no taste where there is none."""

import numpy as np
import pytest

from grym.domain.learning.fitting import fitted, log_likelihood
from grym.domain.learning.observing import Observations, Row


def observations(values: np.ndarray, settings: np.ndarray) -> Observations:
    """Return utilities of settings as they are observed, of one style."""
    rows: tuple[Row, ...] = tuple(
        Row(settings=tuple(row), away=tuple(row - 0.5), style="waltz", mood="") for row in settings
    )
    return Observations(
        names=tuple("abcd"[: settings.shape[1]]),
        rows=rows,
        first=tuple(range(len(rows))),
        second=(-1,) * len(rows),
        values=tuple(values.tolist()),
    )


def settings(count: int, *, seed: int) -> np.ndarray:
    """Return settings anywhere."""
    return np.random.default_rng(seed).uniform(0.0, 1.0, (count, 4))


def test_what_matters_is_found() -> None:
    """Pleasure that depends on the first setting alone leaves the other three out, with much evidence."""
    heard = settings(60, seed=1)
    noise = 0.1 * np.random.default_rng(2).standard_normal(60)
    found = fitted(observations(np.exp(-np.square(heard[:, 0] - 0.2) / 0.1) + noise, heard))
    assert found.hyper.matters == (1.0, 0.0, 0.0, 0.0)
    assert found.evidence > 10.0


@pytest.mark.parametrize("seed", range(6))
def test_chance_is_no_evidence(seed: int) -> None:
    """Evenly drawn stars are not twenty times likelier by a taste."""
    stars = np.random.default_rng(seed).integers(1, 6, 50)
    assert fitted(observations((stars - 1) / 4, settings(50, seed=100 + seed))).evidence < 3.0


def test_the_same_is_found_again() -> None:
    """The search is kept, and gives the same when it is made anew."""
    heard = observations(settings(20, seed=4)[:, 0], settings(20, seed=4))
    found = fitted(heard)
    fitted.cache_clear()
    assert fitted(heard) == found


def test_the_likelihood_is_that_of_a_normal_density() -> None:
    """Against the formula for independent values, but for its constant."""
    values = np.array([0.3, -0.1])
    expected = -0.5 * np.sum(values**2 / 0.5) - 0.5 * 2 * np.log(0.5)
    assert log_likelihood(np.diag([0.4, 0.4]), values, 0.1) == pytest.approx(expected)
