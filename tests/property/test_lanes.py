"""Lanes under every load: order within a key, one run of a key at a time, and never more than allowed."""

import asyncio
from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from consumers.running.budget import Budget
from consumers.running.lanes import Lanes
from tests.simulation.loop import run_simulated

Things = list[tuple[int, int, float]]
"""Key, bytes, and seconds the thing takes."""

THINGS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 50), st.sampled_from([0.0, 0.1, 0.5, 2.0])), min_size=1, max_size=40
)


@given(things=THINGS, concurrency=st.integers(1, 4), max_run=st.integers(1, 5), max_count=st.integers(1, 10))
def test_order_is_kept_and_bounds_are_held(things: Things, concurrency: int, max_run: int, max_count: int) -> None:
    """Whatever takes how long: each key in its order and alone, runs and keys at once bounded, all given back."""

    async def live() -> None:
        done: dict[int, list[int]] = defaultdict(list)
        busy: list[int] = []
        budget = Budget(max_count=max_count, max_bytes=100)

        async def work(run: list[int]) -> None:
            key = things[run[0]][0]
            assert {things[number][0] for number in run} == {key}
            assert key not in busy
            assert len(run) <= max_run
            busy.append(key)
            assert len(busy) <= concurrency
            await asyncio.sleep(sum(things[number][2] for number in run))
            busy.remove(key)
            done[key] += run

        async with asyncio.TaskGroup() as group:
            lanes: Lanes[int] = Lanes(group, work, concurrency=concurrency, max_run=max_run, budget=budget)
            for number, (key, size, _) in enumerate(things):
                await budget.wait_for_room()
                assert budget.count < max_count
                lanes.put(key, number, size_bytes=size)
            await budget.wait_until_empty()
        for key, numbers in done.items():
            assert numbers == [number for number, thing in enumerate(things) if thing[0] == key]
        assert sum(map(len, done.values())) == len(things)
        assert (budget.count, budget.size_bytes) == (0, 0)

    run_simulated(live())


@given(things=THINGS, after_s=st.sampled_from([0.0, 0.05, 0.3, 1.0]))
def test_what_is_dropped_stops_at_once_and_in_order(things: Things, after_s: float) -> None:
    """After a drop nothing goes on; what was done until then is the beginning of each key."""

    async def live() -> None:
        done: dict[int, list[int]] = defaultdict(list)

        async def work(run: list[int]) -> None:
            await asyncio.sleep(things[run[0]][2])
            done[things[run[0]][0]] += run

        async with asyncio.TaskGroup() as group:
            budget = Budget(max_count=100, max_bytes=10_000)
            lanes: Lanes[int] = Lanes(group, work, concurrency=3, max_run=2, budget=budget)
            for number, (key, size, _) in enumerate(things):
                lanes.put(key, number, size_bytes=size)
            await asyncio.sleep(after_s)
            lanes.drop()
            until_then = {key: list(numbers) for key, numbers in done.items()}
        assert done == until_then
        for key, numbers in done.items():
            assert numbers == [number for number, thing in enumerate(things) if thing[0] == key][: len(numbers)]

    run_simulated(live())
