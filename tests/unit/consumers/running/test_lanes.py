"""Serial per key, concurrent over keys, in runs."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from consumers.running.budget import Budget
from consumers.running.lanes import Lanes
from tests.contract.fakes import run_virtual

Work = Callable[[list[str]], Awaitable[None]]


def lanes_in(
    group: asyncio.TaskGroup, work: Work, *, concurrency: int = 4, max_run: int = 1
) -> tuple[Lanes[str], Budget]:
    """Return lanes and what counts for them."""
    budget = Budget(max_count=100, max_bytes=10_000)
    return Lanes(group, work, concurrency=concurrency, max_run=max_run, budget=budget), budget


async def nap(run: list[str]) -> None:
    """Take one second whatever the run."""
    del run
    await asyncio.sleep(1)


def test_one_at_a_time_per_key() -> None:
    """Things of one key come in order and never overlap; other keys go on beside them."""

    async def work() -> None:
        running: set[str] = set()
        order: list[str] = []

        async def step(run: list[str]) -> None:
            (name,) = run
            assert name[0] not in running
            running.add(name[0])
            await asyncio.sleep(1)
            running.discard(name[0])
            order.append(name)

        async with asyncio.TaskGroup() as group:
            lanes, budget = lanes_in(group, step)
            for number in range(3):
                for key in "ab":
                    lanes.put(key, f"{key}{number}")
            await budget.wait_until_empty()
        assert [name for name in order if name[0] == "a"] == ["a0", "a1", "a2"]
        assert asyncio.get_running_loop().time() == 3.0

    run_virtual(work())


def test_what_has_gathered_is_handed_over_at_once() -> None:
    """While the first thing is worked on the others of its key gather, and go together up to the longest run."""

    async def work() -> None:
        runs: list[list[str]] = []

        async def step(run: list[str]) -> None:
            runs.append(run)
            await asyncio.sleep(1)

        async with asyncio.TaskGroup() as group:
            lanes, budget = lanes_in(group, step, max_run=3)
            lanes.put("a", "0")
            await asyncio.sleep(0.5)
            for name in "12345":
                lanes.put("a", name)
            await budget.wait_until_empty()
        assert runs == [["0"], ["1", "2", "3"], ["4", "5"]]

    run_virtual(work())


def test_concurrency_is_bounded() -> None:
    """Six keys of one second each take three seconds in two lanes."""

    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            lanes, budget = lanes_in(group, nap, concurrency=2)
            for key in range(6):
                lanes.put(key, "x")
            await budget.wait_until_empty()
        assert asyncio.get_running_loop().time() == 3.0

    run_virtual(work())


def test_a_key_can_come_back() -> None:
    """A lane that ran empty is not busy, and starts again with the next thing of its key."""

    async def work() -> None:
        done: list[str] = []

        async def note(run: list[str]) -> None:
            done.extend(run)

        async with asyncio.TaskGroup() as group:
            lanes, budget = lanes_in(group, note)
            lanes.put("a", "1")
            assert lanes.busy("a")
            await budget.wait_until_empty()
            assert not lanes.busy("a")
            lanes.put("a", "2")
            await budget.wait_until_empty()
        assert done == ["1", "2"]

    run_virtual(work())


def test_budget_is_given_back_with_the_bytes() -> None:
    """Whatever was counted in is counted out."""

    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            lanes, budget = lanes_in(group, nap, max_run=2)
            for size in (10, 20, 30):
                lanes.put("a", "x", size_bytes=size)
            assert (budget.count, budget.size_bytes) == (3, 60)
            await budget.wait_until_empty()
            assert (budget.count, budget.size_bytes) == (0, 0)

    run_virtual(work())


def test_error_ends_the_group() -> None:
    """What work raises is raised by the group the lanes run in."""

    async def fail(run: list[str]) -> None:
        raise ZeroDivisionError(run)

    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            lanes, budget = lanes_in(group, fail)
            lanes.put("a", "x")
            await budget.wait_until_empty()

    with pytest.raises(ExceptionGroup) as caught:
        run_virtual(work())
    assert isinstance(caught.value.exceptions[0], ZeroDivisionError)


def test_drop_cancels_what_is_in_hand() -> None:
    """Dropped things end without being finished, and the group ends without an error."""

    async def work() -> None:
        done: list[str] = []

        async def long_nap(run: list[str]) -> None:
            await asyncio.sleep(100)
            done.extend(run)

        async with asyncio.TaskGroup() as group:
            lanes, _ = lanes_in(group, long_nap, concurrency=2)
            for key in range(4):
                lanes.put(key, "x")
            await asyncio.sleep(1)
            lanes.drop()
        assert (done, asyncio.get_running_loop().time()) == ([], 1.0)

    run_virtual(work())
