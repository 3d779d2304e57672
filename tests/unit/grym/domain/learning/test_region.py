"""Where is looked: near the default at first, and about the best that were heard."""

import numpy as np

from grym.domain.learning.kernel import Hyper
from grym.domain.learning.lots import generator
from grym.domain.learning.observing import observed
from grym.domain.learning.posterior import posterior
from grym.domain.learning.region import CANDIDATES, FIRST_RADIUS, LARGEST_RADIUS, candidates, digest, radius
from grym.domain.learning.values import Taste
from tests.unit.grym.domain.learning.tastes import piece, rated

DEFAULT = np.array([0.5, 0.5, 0.5, 0.5])


def test_the_region_grows_with_opinions_as_far_as_there_is_trust() -> None:
    """A tenth at first and without trust; at most four tenths."""
    assert radius(0, trust=1.0) == radius(400, trust=0.0) == FIRST_RADIUS
    assert radius(25, trust=1.0) == 0.2
    assert radius(10_000, trust=1.0) == LARGEST_RADIUS


def test_half_of_the_candidates_lie_near_the_default_and_half_near_the_best() -> None:
    """Fixed settings are what they are; every number has three digits and lies within 0–1."""
    taste = rated(rated(Taste(), piece(0, pace=0.1), 5.0), piece(1, pace=0.9), 1.0)
    known = posterior(observed(taste), Hyper(matters=(1.0,) * 4))
    found, near = candidates(
        known, DEFAULT, style="waltz", mood="", fixed={0: 0.25}, reach=0.1, chance=generator("r", "candidates")
    )
    assert (found.shape, near) == ((CANDIDATES, 4), CANDIDATES // 2)
    assert set(found[:, 0]) == {0.25}
    assert found.min() >= 0.0
    assert found.max() <= 1.0
    assert np.array_equal(found, found.round(3))
    assert abs(found[:near, 2].mean() - 0.5) < 0.1


def test_the_digest_is_of_names_and_settings() -> None:
    """Another name or another thousandth is another set."""
    settings = np.array([[0.123, 0.5]])
    assert digest(("a", "b"), settings) == digest(("a", "b"), settings.copy())
    assert digest(("a", "b"), settings) != digest(("a", "c"), settings)
    assert digest(("a", "b"), settings) != digest(("a", "b"), settings + 0.001)
