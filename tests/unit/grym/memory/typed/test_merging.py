"""Merging: one ranking of several stores, page by page, and a store that fails is left out by name."""

from hypothesis import given, settings
from hypothesis import strategies as st

from grym.adapters.clock import VirtualClock
from grym.memory.typed.merging import PAGE, merged
from grym.ports.entries import Query
from tests.unit.grym.memory.typed.fakes import Flaky, entry

QUERIES = (Query(order_by="key"), Query(order_by="key", direction="desc"), Query(text="one", order_by="score"))


async def keys(stores: dict[str, Flaky], query: Query, notes: list[str]) -> list[str]:
    """Return the keys in merged order."""
    return [candidate.result.entry.key async for candidate in merged(stores, query, notes)]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 2), max_size=40), st.sampled_from(QUERIES))
async def test_the_order_is_that_of_one_store(places: list[int], query: Query) -> None:
    """However entries are spread over stores, they come as if all were in one."""
    clock = VirtualClock()
    stores = {str(n): Flaky(clock=clock, name=str(n)).opened() for n in range(3)}
    everything = Flaky(clock=clock, name="all").opened()
    for number, place in enumerate(places):
        one = entry(f"k{number:02}", f"one {'two ' * (number % 4)}")
        await stores[str(place)].store(one)
        await everything.store(one)
    assert await keys(stores, query, []) == await keys({"all": everything}, query, [])


async def test_pages_follow_each_other() -> None:
    """Stores with more than a page are read to the end."""
    clock = VirtualClock()
    stores = {name: Flaky(clock=clock, name=name).opened() for name in "ab"}
    for name, store in stores.items():
        await store.store_all([entry(f"{n:04}{name}") for n in range(PAGE + 50)])
    found = await keys(stores, Query(order_by="key", limit=1), [])
    assert len(found) == 2 * (PAGE + 50)
    assert found == sorted(found)


async def test_a_store_that_fails_is_named_and_left_out() -> None:
    """The others answer."""
    clock = VirtualClock()
    stores = {name: Flaky(clock=clock, name=f"store {name}").opened() for name in "ab"}
    await stores["b"].store(entry())
    stores["a"].away = True
    notes: list[str] = []
    assert await keys(stores, Query(), notes) == ["a"]
    assert notes == ["a"]
