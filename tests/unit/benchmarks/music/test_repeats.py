"""Repeat signs and endings are played."""

from benchmarks.music.repeats import played_order


def test_without_signs_bars_are_played_once() -> None:
    """Five bars follow each other."""
    assert played_order(5, begins=set(), ends=set()) == [0, 1, 2, 3, 4]


def test_two_repeated_halves() -> None:
    """The second sign repeats from where the first left off."""
    assert played_order(4, begins=set(), ends={1, 3}) == [0, 1, 0, 1, 2, 3, 2, 3]
    assert played_order(5, begins={3}, ends={1, 4}) == [0, 1, 0, 1, 2, 3, 4, 3, 4]


def test_first_and_second_endings() -> None:
    """The bar below the first bracket is played the first time only."""
    assert played_order(4, begins=set(), ends={2}, endings={2: [1], 3: [2]}) == [0, 1, 2, 0, 1, 3]
    assert played_order(5, begins=set(), ends={2}, endings={2: [1], 3: [2]}) == [0, 1, 2, 0, 1, 3, 4]


def test_a_damaged_score_ends() -> None:
    """Brackets that are never left do not play forever."""
    assert len(played_order(3, begins=set(), ends={2}, endings={2: [9]})) <= 13
