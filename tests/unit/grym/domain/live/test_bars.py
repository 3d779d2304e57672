"""Places in the bar, from marks that come beat by beat."""

from itertools import pairwise

import numpy as np
import pytest

from grym.domain.live.bars import LEAST_BEATS, NAMES, BarFollower


def places(marks: list[float]) -> list[tuple[int, int]]:
    """What is said of beats whose bass and strength are given."""
    follower = BarFollower()
    row = {name: np.array([name in {"bass", "strength"} for name in NAMES], dtype=float) for name in NAMES}["bass"]
    return [follower.follow(1.0 + mark * row) for mark in marks]


@pytest.mark.parametrize("metre", [2, 3, 4])
def test_marked_beats_are_counted_as_one(metre: int) -> None:
    """After six bars each marked beat is the first of its bar."""
    said = places([1.0 if beat % metre == 0 else 0.0 for beat in range(12 * metre)])
    assert said[6 * metre :] == [(beat % metre + 1, metre) for beat in range(6 * metre)]


def test_the_first_beats_have_no_place() -> None:
    """Too little is known before eight beats."""
    assert places([1.0, 0.0] * 8)[: LEAST_BEATS - 1] == [(0, 0)] * (LEAST_BEATS - 1)


def test_the_metre_does_not_flicker() -> None:
    """Three odd bars in a long piece of threes do not make it one of twos and back."""
    marks = [1.0 if beat % 3 == 0 else 0.0 for beat in range(60)] + [1.0, 0.0, 1.0, 0.0, 0.5, 0.0]
    said = [metre for _, metre in places([*marks, *marks])][24:]
    changes = sum(one != other for one, other in pairwise(said))
    assert said[0] == 3
    assert changes <= 1


def test_restored_it_counts_on() -> None:
    """A restored follower says the same."""
    marks = [np.ones(len(NAMES)) * (2.0 if beat % 3 == 0 else 1.0) for beat in range(40)]
    one = BarFollower()
    for mark in marks[:20]:
        one.follow(mark)
    other = BarFollower()
    other.restore(one.state())
    assert [one.follow(mark) for mark in marks[20:]] == [other.follow(mark) for mark in marks[20:]]
