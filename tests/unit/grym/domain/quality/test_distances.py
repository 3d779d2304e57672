"""Distances between sets of embeddings: nothing between draws of one distribution, more the further apart."""

import numpy as np
import pytest

from grym.domain.quality.distances import frechet_distance, kernel_distance, likeness
from grym.errors import InvalidRequestError


def draws(count: int, *, shift: float = 0.0, dimensions: int = 8, seed: int = 0) -> np.ndarray:
    """Normal draws about a shifted mean."""
    return np.random.default_rng(seed).standard_normal((count, dimensions)) + shift


def test_draws_of_one_distribution_are_at_no_distance() -> None:
    """The interval holds 0, and the estimate is unbiased: its mean over repetitions is 0."""
    found = [kernel_distance(draws(60, seed=seed), draws(50, seed=seed + 100), embedding="test") for seed in range(20)]
    values = np.array([distance.value for distance in found])
    assert abs(values.mean()) < 3.0 * values.std() / np.sqrt(len(values)) + 1e-9
    assert found[0].counts == (60, 50)
    assert found[0].embedding == "test"


def test_the_further_apart_the_greater() -> None:
    """A shift is told, with an interval that does not hold 0."""
    near, far = (kernel_distance(draws(80), draws(80, shift=shift, seed=1), embedding="test") for shift in (0.5, 2.0))
    assert 0.0 < near.value < far.value
    assert near.low is not None
    assert near.low > 0.0
    assert near.high is not None
    assert near.low < near.value < near.high


def test_the_same_seed_gives_the_same_interval() -> None:
    """Nothing is drawn unseeded."""
    one, other = (kernel_distance(draws(10), draws(10, seed=1), embedding="test", seed=4) for _ in range(2))
    assert one == other


def test_frechet_by_hand() -> None:
    """Between normal distributions that differ by a shift only, it is the squared shift; d · 0.5² here."""
    reference = draws(4_000, dimensions=3)
    found = frechet_distance(reference, reference + 0.5, embedding="test")
    assert found.value == pytest.approx(3 * 0.25, abs=1e-9)
    assert frechet_distance(reference, reference * 2.0, embedding="test").value == pytest.approx(
        np.trace(np.cov(reference, rowvar=False)) + float(np.sum(reference.mean(axis=0) ** 2)), rel=1e-6
    )


def test_too_few_sounds_are_refused() -> None:
    """Four for the kernel, ten a dimension for Fréchet; both name the number needed."""
    with pytest.raises(InvalidRequestError, match="needs 4") as few:
        kernel_distance(draws(3), draws(9), embedding="test")
    assert few.value.code == "quality.too_few"
    with pytest.raises(InvalidRequestError, match="needs 80"):
        frechet_distance(draws(200), draws(79), embedding="test")


def test_spaces_are_not_mixed() -> None:
    """Embeddings of other lengths are refused."""
    with pytest.raises(InvalidRequestError) as refused:
        kernel_distance(draws(9), draws(9, dimensions=5), embedding="test")
    assert refused.value.code == "quality.embedding"


def test_likeness_is_a_cosine() -> None:
    """One for the same direction, none for silence."""
    assert likeness(np.array([3.0, 4.0]), np.array([6.0, 8.0])) == pytest.approx(1.0)
    assert likeness(np.zeros(2), np.array([1.0, 0.0])) == 0.0
