"""Profiles: clusters of what was liked, found again where they are near, and none where nothing is."""

import numpy as np
import pytest

from grym.domain.sessions.profiles import ALPHA, LIKENESS, MOST_PROFILES, likeness, profiles_of, recommended
from tests.unit.grym.domain.sessions.attempts import attempt

SLOW = {"pace": 0.1, "minor": 1.0, "strings": 0.9}
FAST = {"pace": 0.9, "minor": 0.0, "strings": 0.1}


def test_two_tastes_become_two_profiles() -> None:
    """Each with its own count."""
    rated = [attempt(n, stars=5, parameters=SLOW if n % 2 else FAST) for n in range(6)]
    profiles = profiles_of(rated)
    assert [(profile.uses, profile.successes) for profile in profiles] == [(3, 3), (3, 3)]
    assert profiles[1].vector == SLOW


def test_a_profile_moves_by_three_tenths() -> None:
    """Towards the newest liked piece."""
    (profile,) = profiles_of(
        [attempt(1, stars=5, parameters=SLOW), attempt(2, stars=4, parameters=SLOW | {"pace": 0.2})]
    )
    assert profile.vector["pace"] == pytest.approx(0.1 + ALPHA * 0.1)


def test_a_disliked_piece_counts_and_moves_nothing() -> None:
    """Success is four stars and more."""
    (profile,) = profiles_of([attempt(1, stars=5, parameters=SLOW), attempt(2, stars=3.9, parameters=SLOW)])
    assert (profile.uses, profile.successes, profile.vector) == (2, 1, SLOW)


def test_nothing_liked_is_no_profile() -> None:
    """Ratings below four found none."""
    assert profiles_of([attempt(n, stars=2, parameters=SLOW) for n in range(5)]) == ()


def test_profiles_are_bounded() -> None:
    """The least liked one goes."""
    corners = [
        {"a": float(n & 1), "b": float(n >> 1 & 1), "c": float(n >> 2 & 1), "d": float(n >> 3)} for n in range(16)
    ]
    twice = [attempt(99, stars=5, parameters=corners[0])]
    rated = [attempt(n, stars=5, parameters=corners[n]) for n in range(16)]
    profiles = profiles_of([rated[0], *twice, *rated[1:]])
    assert len(profiles) == MOST_PROFILES
    assert profiles[0].successes == 2


def test_a_wish_near_to_a_profile_finds_it() -> None:
    """From a likeness of 0.8 on."""
    profiles = profiles_of([attempt(1, stars=5, parameters=SLOW)])
    found = recommended(profiles, SLOW | {"pace": 0.3})
    assert found.profile == profiles[0]
    assert found.likeness >= LIKENESS


def test_a_wish_near_to_none_is_told_so() -> None:
    """With how near the nearest is."""
    profiles = profiles_of([attempt(1, stars=5, parameters=SLOW)])
    found = recommended(profiles, FAST)
    assert found.profile is None
    assert 0.0 <= found.likeness < LIKENESS
    assert recommended((), FAST).likeness == 0.0


def test_two_shared_names_are_too_few() -> None:
    """A taste is more than two numbers."""
    assert likeness({"pace": 0.5, "minor": 0.5}, {"pace": 0.5, "minor": 0.5}) == 0.0


def test_chance_pairs_are_seldom_alike() -> None:
    """Of random pairs of nine values hardly any is alike by 0.8, where the cosine calls a third of them so."""
    pairs = np.random.default_rng(7).uniform(size=(2000, 2, 9))
    names = [f"p{n}" for n in range(9)]
    alike = np.mean(
        [likeness(dict(zip(names, a, strict=True)), dict(zip(names, b, strict=True))) >= 0.8 for a, b in pairs]
    )
    cosines = np.sum(pairs[:, 0] * pairs[:, 1], axis=1) / np.prod(np.linalg.norm(pairs, axis=2), axis=1)
    assert alike < 0.01
    assert np.mean(cosines >= 0.8) > 0.3
