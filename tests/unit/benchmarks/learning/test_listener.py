"""The listeners like their own points best, rate as often as they should, and are who they were."""

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.learning.held_out import PlateauListener
from benchmarks.learning.listener import BellListener, Listener
from benchmarks.learning.world import realised, requests_of

REQUESTS = requests_of("ann", count=400, seed=1)
KINDS = pytest.mark.parametrize("kind", [BellListener, PlateauListener])


@KINDS
def test_nothing_pleases_more_than_the_best(kind: Callable[..., Listener]) -> None:
    """At its own point a listener has all the pleasure there is, and less at the default on the whole."""
    listener = kind(seed=1, person="ann")
    best = [listener.utility(request, listener.best(request)) for request in REQUESTS[:40]]
    default = [listener.utility(request, realised(request, {}, seed=1)) for request in REQUESTS[:40]]
    assert min(best) == pytest.approx(1.0)
    assert np.mean(default) < 0.8


@KINDS
def test_four_of_ten_are_rated_with_whole_stars(kind: Callable[..., Listener]) -> None:
    """Ratings are 1 to 5, about forty in a hundred, and the same when asked again."""
    listener = kind(seed=1, person="ann")
    stars = [listener.stars(request, realised(request, {}, seed=1)) for request in REQUESTS]
    assert stars == [listener.stars(request, realised(request, {}, seed=1)) for request in REQUESTS]
    given = [one for one in stars if one is not None]
    assert 0.3 <= len(given) / len(stars) <= 0.5
    assert set(given) <= {1, 2, 3, 4, 5}


@KINDS
def test_stars_follow_pleasure(kind: Callable[..., Listener]) -> None:
    """What pleases most gets more stars than what pleases little."""
    listener = kind(seed=1, person="ann")
    liked = [listener.stars(request, listener.best(request)) for request in REQUESTS]
    chance = np.random.default_rng(0)
    others = [
        listener.stars(request, realised(request, dict.fromkeys(listener.best(request), chance.random()), seed=1))
        for request in REQUESTS
    ]
    assert np.mean([one for one in liked if one]) > 1.0 + np.mean([one for one in others if one])


@KINDS
def test_another_taste_is_another_point(kind: Callable[..., Listener]) -> None:
    """Persons differ, and so does one person after a change of taste."""
    first = kind(seed=1, person="ann").best(REQUESTS[0])
    assert kind(seed=1, person="ann").best(REQUESTS[0]) == first
    assert kind(seed=1, person="ann", taste=1).best(REQUESTS[0]) != first
    assert kind(seed=1, person="bob").best(REQUESTS[0]) != first
