"""Which record leaves: by age alone, by frequency, and never more than there must."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.memory.caching.replacement import FAVOURS, GHOST_BUDGETS, Replacement


def asked(order: Replacement, keys: str, size: int = 1) -> str:
    """Ask for records in turn, admit what is missing, and return the ones that left, in order."""
    left = []
    for key in keys:
        if not order.hit(key):
            left += order.admit(key, size)
    return "".join(left)


def test_without_favour_the_oldest_leaves() -> None:
    """It is LRU then."""
    assert asked(Replacement(3, favour=0.0), "abcad") == "b"


def test_frequency_outweighs_age_by_favour() -> None:
    """What was asked for often stays longer than what was asked for since."""
    assert asked(Replacement(3, favour=0.0), "aaaabcd") == "a"
    assert asked(Replacement(3, favour=3.0), "aaaabcd") == "b"


def test_age_outweighs_frequency_in_the_end() -> None:
    """Nothing stays for ever for what it was once: four requests weigh 2 ** (1 * 2) times."""
    order = Replacement(2, favour=1.0)
    assert asked(order, "aaaab") == ""
    assert asked(order, "cdefghij").count("a") == 1


def test_what_comes_back_goes_on_counting() -> None:
    """A record that left is remembered by its count, so that it is not new again."""
    order = Replacement(2, favour=3.0)
    assert asked(order, "aabc") == "b"
    assert asked(order, "b") == "c"
    assert asked(order, "d") == "a"


def test_an_update_costs_nobody_a_place() -> None:
    """Keeping a record again, as large as before, lets nothing leave; nor does one that grew beyond what is free."""
    order = Replacement(10)
    assert asked(order, "ab", size=5) == ""
    assert order.admit("a", 5) == []
    assert order.admit("a", 3) == []
    assert order.used_bytes == 8
    assert order.admit("a", 6) == ["a"]
    assert "b" in order
    assert order.used_bytes == 5


def test_what_is_larger_than_the_budget_is_not_admitted() -> None:
    """It would only push out everything and then leave itself."""
    order = Replacement(10)
    order.admit("a", 4)
    assert order.admit("large", 11) == ["large"]
    assert "a" in order
    assert "large" not in order


def test_a_smaller_budget_lets_leave_what_weighs_most() -> None:
    """Resizing is an eviction like any other."""
    order = Replacement(4, favour=1.0)
    asked(order, "aaaabcd")
    assert order.resize(2) == ["b", "c"]
    assert order.resize(0) == ["a", "d"]
    assert (len(order), order.used_bytes) == (0, 0)


def test_what_is_admitted_on_a_guess_counts_from_its_first_request() -> None:
    """A guess that was used once weighs as much as a record that was asked for once, so the older one leaves."""
    order = Replacement(2, favour=3.0)
    order.admit("guessed", 1, asked=False)
    assert order.hit("guessed")
    assert asked(order, "a") == ""
    order.hit("nothing")
    assert order.admit("b", 1) == ["guessed"]


def test_ghosts_are_bounded() -> None:
    """Three budgets full of names, however many records came and left."""
    order = Replacement(5)
    for at in range(1_000):
        order.admit(f"{at}", 1)
    assert order.ghosts == GHOST_BUDGETS * 5
    order.resize(2)
    assert order.ghosts == GHOST_BUDGETS * 2


def test_forgetting_leaves_no_ghost() -> None:
    """What was deleted is neither kept nor remembered."""
    order = Replacement(2)
    asked(order, "abc")
    assert order.ghosts == 1
    assert order.forget("c")
    assert not order.forget("a")
    assert (order.ghosts, order.used_bytes) == (0, 1)


@given(
    budget=st.integers(1, 60),
    favour=st.sampled_from((0.0, *FAVOURS)),
    requests=st.lists(st.tuples(st.sampled_from("abcdefghijklmnop"), st.integers(1, 30))),
    resized=st.integers(0, 60),
)
def test_bytes_are_what_is_kept_and_never_more_than_the_budget(
    budget: int, favour: float, requests: list[tuple[str, int]], resized: int
) -> None:
    """The bytes add up whatever is asked for, ghosts stay within theirs, and what leaves was there."""
    order = Replacement(budget, favour=favour)
    kept: dict[str, int] = {}
    for at, (key, size) in enumerate(requests):
        if at == len(requests) // 2:
            budget = resized
            for gone in order.resize(budget):
                del kept[gone]
        assert order.hit(key) == (key in kept)
        kept[key] = size
        for gone in order.admit(key, size):
            del kept[gone]
        assert order.used_bytes == sum(kept.values()) <= budget
        assert order.ghosts <= GHOST_BUDGETS * budget
        assert len(order) == len(kept)


@pytest.mark.parametrize("favour", FAVOURS)
def test_the_same_requests_leave_the_same_records(favour: float) -> None:
    """Neither clock nor chance has a say."""
    keys = "".join(chr(97 + (7 * at * at) % 26) for at in range(500))
    assert asked(Replacement(9, favour=favour), keys) == asked(Replacement(9, favour=favour), keys)
