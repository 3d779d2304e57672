"""Waiting for the first of several things."""

import asyncio

import pytest

from consumers.waits import (
    Bell,
    TimeLimitError,
    cancel_all,
    first_of,
    raise_if_cancelled,
    sleep_unless,
    within,
)
from grym.errors import TransientError
from tests.contract.fakes import LoopClock, run_virtual

CLOCK = LoopClock()


def test_first_of_cancels_the_rest() -> None:
    """The shortest wait decides; the others have ended when it returns."""

    async def work() -> None:
        ended: list[str] = []

        async def long() -> None:
            try:
                await asyncio.sleep(100)
            finally:
                ended.append("long")

        await first_of(long(), asyncio.sleep(2))
        assert (ended, CLOCK.monotonic_s()) == (["long"], 2.0)

    run_virtual(work())


def test_first_of_raises_the_first_error() -> None:
    """An error counts as the end of a wait."""

    async def fail() -> None:
        await asyncio.sleep(1)
        raise ZeroDivisionError

    async def work() -> None:
        with pytest.raises(ZeroDivisionError):
            await first_of(fail(), asyncio.sleep(2))

    run_virtual(work())


def test_bell_wakes_now_and_remembers_one_ring() -> None:
    """A ring before the wait is not lost; it is used up by it."""

    async def work() -> None:
        bell = Bell()
        bell.ring()
        bell.ring()
        await bell.wait(CLOCK, timeout_s=5.0)
        assert CLOCK.monotonic_s() == 0.0
        await bell.wait(CLOCK, timeout_s=5.0)
        assert CLOCK.monotonic_s() == 5.0

    run_virtual(work())


def test_bell_without_a_limit_waits_for_the_ring() -> None:
    """Nobody else ends the wait."""

    async def work() -> None:
        bell = Bell()
        asyncio.get_running_loop().call_later(50.0, bell.ring)
        await bell.wait(CLOCK, timeout_s=None)
        assert CLOCK.monotonic_s() == 50.0

    run_virtual(work())


def test_within_returns_raises_and_limits() -> None:
    """The work's result or error, or the limit's error with the work cancelled."""

    async def answer(after_s: float) -> int:
        await asyncio.sleep(after_s)
        return 42

    async def fail() -> int:
        raise ZeroDivisionError

    async def work() -> None:
        assert await within(5.0, answer(1.0)) == 42
        with pytest.raises(ZeroDivisionError):
            await within(5.0, fail())
        with pytest.raises(TimeLimitError) as caught:
            await within(5.0, answer(10.0))
        assert caught.value.code == "runner.time_limit"
        assert CLOCK.monotonic_s() == 6.0

    run_virtual(work())


def test_within_tells_an_inner_cancellation_from_its_own() -> None:
    """Work that was cancelled from inside is a transient failure; a cancelled caller is cancelled."""

    async def give_up() -> int:
        raise asyncio.CancelledError

    async def work() -> None:
        with pytest.raises(TransientError) as caught:
            await within(5.0, give_up())
        assert caught.value.code == "runner.cancelled"
        task = asyncio.create_task(within(500.0, asyncio.sleep(100)))
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run_virtual(work())


def test_cancel_all_waits_for_the_end_and_swallows_it() -> None:
    """However a task ends, it has ended; one that is over already is fine too."""

    async def stubborn() -> None:
        try:
            await asyncio.sleep(100)
        except asyncio.CancelledError:
            raise ZeroDivisionError from None

    async def work() -> None:
        tasks = [asyncio.create_task(stubborn()), asyncio.create_task(asyncio.sleep(0))]
        await asyncio.sleep(1)
        await cancel_all(*tasks)
        assert all(task.done() for task in tasks)

    run_virtual(work())


def test_sleep_ends_early_when_stopped() -> None:
    """A stop, also one from before, cuts a wait short."""

    async def work() -> None:
        stop = asyncio.Event()
        await sleep_unless(stop, CLOCK, 3.0)
        assert CLOCK.monotonic_s() == 3.0
        asyncio.get_running_loop().call_later(1.0, stop.set)
        await sleep_unless(stop, CLOCK, 100.0)
        assert CLOCK.monotonic_s() == 4.0
        await sleep_unless(stop, CLOCK, 100.0)
        assert CLOCK.monotonic_s() == 4.0

    run_virtual(work())


def test_cancellation_behind_a_failure_is_found_again() -> None:
    """Who is cancelled while a task of its group fails hears of the failure only, and asks."""

    async def fail_when_cancelled() -> None:
        try:
            await asyncio.sleep(100)
        except asyncio.CancelledError:
            raise ZeroDivisionError from None

    async def clumsy() -> str:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(fail_when_cancelled())
        except ExceptionGroup:  # not `except*`: Python 3.11.2, Debian's, would wrap what is raised in it
            raise_if_cancelled()
        return "went on"

    async def work() -> None:
        raise_if_cancelled()
        task = asyncio.create_task(clumsy())
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()

    run_virtual(work())
