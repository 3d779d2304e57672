"""Decoded values that threads share."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from grym.memory.caching.decoded import DecodedCache
from grym.memory.caching.settings import CacheSettings
from grym.memory.caching.sizing import SizingSettings


def name(number: int) -> str:
    """Return the value of a number: ten letters."""
    return f"value {number:4d}"


def cache(budget: int) -> DecodedCache[str]:
    """Return a cache of so many letters."""
    sizing = SizingSettings(first_bytes=budget, least_bytes=1, most_bytes=budget)
    return DecodedCache(len, settings=CacheSettings(sizing=sizing, prefetch=False))


def test_a_value_is_made_once() -> None:
    """As long as there is room."""
    made: list[int] = []
    part = cache(100).part()

    def make() -> str:
        made.append(1)
        return "value"

    assert [part.get_or_make(1, make) for _ in range(5)] == ["value"] * 5
    assert len(made) == 1


def test_parts_have_numbers_of_their_own_and_one_budget() -> None:
    """Two collections may both have a pattern 1, and together no more room than one."""
    whole = cache(10)
    one, other = whole.part(), whole.part()
    assert one.get_or_make(1, lambda: "first") == "first"
    assert other.get_or_make(1, lambda: "other") == "other"
    assert one.get_or_make(1, lambda: "again") == "first"
    assert one.get_or_make(2, lambda: "third") == "third"
    assert whole.used_bytes == whole.budget_bytes == 10


def test_threads_get_what_belongs_to_their_number() -> None:
    """Whatever leaves meanwhile."""
    whole = cache(40)
    part = whole.part()

    def work(seed: int) -> bool:
        numbers = [(seed * at * at) % 17 for at in range(2_000)]
        return all(part.get_or_make(number, partial(name, number)) == name(number) for number in numbers)

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(work, range(4)))
    assert whole.used_bytes <= 40
    assert whole.counts.requests == 8_000
