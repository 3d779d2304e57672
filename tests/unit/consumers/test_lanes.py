"""Serial per key, concurrent over keys, bounded."""

import asyncio

import pytest

from consumers.lanes import Lanes, Work
from tests.contract.fakes import run_virtual


def test_one_at_a_time_per_key() -> None:
    """Work of one key runs in order and never overlaps; other keys run beside it."""

    async def work() -> None:
        running: dict[str, int] = {}
        order: list[str] = []

        def piece(key: str, number: int) -> Work:
            async def run() -> None:
                running[key] = running.get(key, 0) + 1
                assert running[key] == 1
                await asyncio.sleep(1)
                running[key] -= 1
                order.append(f"{key}{number}")

            return run

        async with asyncio.TaskGroup() as group:
            lanes = Lanes(group, concurrency=4, capacity=100)
            for number in range(3):
                for key in "ab":
                    lanes.put(key, piece(key, number))
            await lanes.wait_until_empty()
        assert [name for name in order if name[0] == "a"] == ["a0", "a1", "a2"]
        assert asyncio.get_running_loop().time() == 3.0

    run_virtual(work())


def test_concurrency_is_bounded() -> None:
    """Six keys of one second each take three seconds in two lanes."""

    async def work() -> None:
        async def nap() -> None:
            await asyncio.sleep(1)

        async with asyncio.TaskGroup() as group:
            lanes = Lanes(group, concurrency=2, capacity=100)
            for key in range(6):
                lanes.put(key, nap)
            await lanes.wait_until_empty()
        assert asyncio.get_running_loop().time() == 3.0

    run_virtual(work())


def test_room_counts_what_is_in_hand() -> None:
    """Room shrinks with every piece of work and comes back as it ends."""

    async def work() -> None:
        async def nap() -> None:
            await asyncio.sleep(1)

        async with asyncio.TaskGroup() as group:
            lanes = Lanes(group, concurrency=1, capacity=2)
            lanes.put("a", nap)
            assert lanes.room == 1
            lanes.put("a", nap)
            assert lanes.room == 0
            await lanes.wait_for_room()
            assert asyncio.get_running_loop().time() == 1.0
            assert (lanes.room, lanes.backlog) == (1, 1)
            await lanes.wait_until_empty()
            assert lanes.room == 2

    run_virtual(work())


def test_a_key_can_come_back() -> None:
    """A lane that ran empty starts again with the next work of its key."""

    async def work() -> None:
        done: list[int] = []

        async def note() -> None:
            done.append(1)

        async with asyncio.TaskGroup() as group:
            lanes = Lanes(group, concurrency=1, capacity=9)
            lanes.put("a", note)
            await lanes.wait_until_empty()
            lanes.put("a", note)
            await lanes.wait_until_empty()
        assert len(done) == 2

    run_virtual(work())


def test_error_ends_the_group() -> None:
    """What work raises is raised by the group the lanes run in."""

    async def work() -> None:
        async def fail() -> None:
            raise ZeroDivisionError

        async def run() -> None:
            async with asyncio.TaskGroup() as group:
                lanes = Lanes(group, concurrency=1, capacity=9)
                lanes.put("a", fail)
                await lanes.wait_until_empty()

        with pytest.raises(ExceptionGroup) as caught:
            await run()
        assert isinstance(caught.value.exceptions[0], ZeroDivisionError)

    run_virtual(work())


def test_drop_cancels_what_is_in_hand() -> None:
    """Dropped work ends without finishing, and the group ends without an error."""

    async def work() -> None:
        done: list[int] = []

        async def nap() -> None:
            await asyncio.sleep(100)
            done.append(1)

        async with asyncio.TaskGroup() as group:
            lanes = Lanes(group, concurrency=2, capacity=9)
            for key in range(4):
                lanes.put(key, nap)
            await asyncio.sleep(1)
            lanes.drop()
        assert (done, asyncio.get_running_loop().time()) == ([], 1.0)

    run_virtual(work())
