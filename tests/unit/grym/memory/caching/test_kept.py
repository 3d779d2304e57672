"""Records in memory: versions, counts, budgets and guesses."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from grym.memory.caching.kept import CHECK_EVERY, Held, KeptRecords
from grym.memory.caching.settings import CacheSettings
from grym.memory.caching.sizing import MIB, SizingSettings


class Tight:
    """A process whose memory is as full as a test says."""

    limit_bytes = 100

    def __init__(self, used: int) -> None:
        self.used = used

    def used_bytes(self) -> int:
        """Return what the test says."""
        return self.used


def held(version: int = 1, size: int = 1) -> Held[int]:
    """Return a record whose value is its version."""
    return Held(version=version, value=version, size_bytes=size)


def small(budget: int = 100) -> KeptRecords[int]:
    """Return a cache of so many bytes."""
    sizing = SizingSettings(first_bytes=budget, least_bytes=1, most_bytes=budget)
    return KeptRecords(CacheSettings(sizing=sizing))


def test_misses_are_told_apart() -> None:
    """The first request, one after an eviction and one for a newer version are three kinds of miss."""
    kept = small(2)
    for key in "abca":
        if kept.find(key, 1) is None:
            kept.keep(key, held())
    assert kept.find("a", 2) is None
    assert kept.find("a", 1) is None
    counts = kept.counts
    assert (counts.compulsory_misses, counts.capacity_misses, counts.version_misses) == (3, 2, 1)
    assert (counts.hits, counts.evictions, counts.requests) == (0, 2, 6)


def test_asking_for_what_left_does_not_forget_it() -> None:
    """It is remembered by name until it is kept again, so that it goes on counting."""
    kept = small(2)
    for key in "abc":
        kept.keep(key, held())
    assert kept.find("a", 1) is None
    assert kept.ghosts == 1


def test_a_newer_version_answers_for_an_older_one() -> None:
    """Whoever knows less than the cache may have what is newer."""
    kept = small()
    kept.keep("a", held(5))
    assert kept.find("a", 3) == 5


def test_an_older_version_replaces_nothing() -> None:
    """Loads may come in another order than they were begun."""
    kept = small()
    kept.keep("a", held(5))
    kept.keep("a", held(4))
    assert kept.find("a", 5) == 5


def test_wrong_guesses_push_out_each_other() -> None:
    """They never take more than a tenth of the budget, however many there are."""
    kept = small(100)
    for at in range(90):
        kept.find(f"asked {at}", 1)
        kept.keep(f"asked {at}", held())
    for at in range(50):
        kept.guess(f"guess {at}", held())
    assert all(f"asked {at}" in kept for at in range(1, 90))
    assert kept.counts.prefetches_wasted == 40
    assert kept.find("guess 49", 1) == 1
    assert (kept.counts.prefetch_hits, kept.counts.hits) == (1, 0)
    assert kept.find("guess 49", 1) == 1
    assert (kept.counts.prefetch_hits, kept.counts.hits) == (1, 1)


def test_a_guess_that_is_known_already_was_in_vain() -> None:
    """It replaces nothing; one that is newer does."""
    kept = small()
    kept.keep("a", held(2))
    kept.guess("a", held(2))
    assert (len(kept), kept.counts.prefetches_wasted) == (1, 1)
    kept.guess("a", held(3))
    assert kept.find("a", 3) == 3
    assert kept.counts.prefetch_hits == 1


def test_every_guess_is_used_or_in_vain() -> None:
    """Evicted, outdated, replaced or dropped: nothing is left over."""
    kept = small(30)
    for key in "abcd":
        kept.guess(key, held())
    assert "a" not in kept
    assert kept.find("b", 2) is None
    kept.keep("c", held(2))
    kept.drop("d")
    assert (kept.counts.prefetches, kept.counts.prefetches_wasted) == (4, 4)


def test_what_is_too_large_is_counted() -> None:
    """It is loaded each time, and pushes out nothing."""
    kept = small(100)
    kept.keep("a", held())
    kept.keep("large", held(size=101))
    assert kept.counts.oversized == 1
    assert kept.find("a", 1) == 1
    assert kept.find("large", 1) is None


def test_short_memory_shrinks_the_budget_to_its_least() -> None:
    """Step by step, while requests go on."""
    memory = Tight(used=95)
    sizing = SizingSettings(first_bytes=8 * MIB, least_bytes=MIB)
    kept: KeptRecords[int] = KeptRecords(CacheSettings(sizing=sizing), memory=memory)
    for at in range(100):
        kept.keep(f"{at}", held(size=100_000))
    assert kept.used_bytes > 7 * MIB
    for _ in range(CHECK_EVERY * 40):
        kept.find("0", 1)
    assert kept.budget_bytes == MIB
    assert kept.used_bytes <= MIB
    memory.used = 10
    assert kept.find("99", 1) == 1


def test_bytes_that_pay_are_taken() -> None:
    """Asked round and round for four times what it holds, a cache grows to its most."""
    sizing = SizingSettings(first_bytes=4 * MIB, least_bytes=MIB, most_bytes=6 * MIB)
    kept: KeptRecords[int] = KeptRecords(CacheSettings(sizing=sizing))
    for at in itertools.islice(itertools.cycle((0, 0, 1, 1, 2, 3, 5, 8, *range(200, 600))), 120_000):
        if kept.find(f"record {at}", 1) is None:
            kept.keep(f"record {at}", held(size=MIB // 50))
    assert kept.budget_bytes > 5 * MIB


steps = st.lists(
    st.tuples(
        st.sampled_from(("find", "keep", "guess", "drop", "resize")),
        st.sampled_from("abcdefgh"),
        st.integers(1, 40),
        st.integers(1, 5),
    ),
    max_size=60,
)


@given(steps)
def test_what_is_kept_adds_up(steps: list[tuple[str, str, int, int]]) -> None:
    """Bytes stay within the budget, a found record is new enough, and each request has one end."""
    kept, budget, finds = small(100), 100, 0
    for what, key, number, version in steps:
        if what == "find":
            finds += 1
            found = kept.find(key, version)
            assert found is None or found >= version
        elif what == "resize":
            budget = number * 5
            kept.resize(budget)
        elif what == "drop":
            kept.drop(key)
        else:
            getattr(kept, what)(key, held(version, number))
        assert 0 <= kept.used_bytes <= budget
        assert (len(kept) == 0) == (kept.used_bytes == 0)
    assert kept.counts.requests == finds
