"""Work that is waited for together: once for all who ask at the same time, whoever of them goes away."""

import asyncio

import pytest

from grym.memory.recognising.sharing import Shared


class Work:
    """Counts how often it is done; ends when a test lets it."""

    def __init__(self) -> None:
        self.begun = 0
        self.free = asyncio.Event()
        self.fault: Exception | None = None

    async def done(self) -> int:
        """Return which time this was."""
        self.begun += 1
        which = self.begun
        await self.free.wait()
        if self.fault is not None:
            raise self.fault
        return which


async def waiting(shared: Shared[int]) -> "asyncio.Task[int]":
    """Begin to wait."""
    task = asyncio.create_task(shared.result())
    for _ in range(3):
        await asyncio.sleep(0)
    return task


async def test_all_who_ask_meanwhile_share_it() -> None:
    """And it goes on when the first of them is cancelled; who asks later begins anew."""
    work = Work()
    shared = Shared(work.done)
    first, second = await waiting(shared), await waiting(shared)
    first.cancel()
    work.free.set()
    assert (await second, await shared.result()) == (1, 2)


async def test_who_asks_after_it_was_left_behind_begins_anew() -> None:
    """Though it is still under way for others."""
    work = Work()
    shared = Shared(work.done)
    first = await waiting(shared)
    shared.leave_behind()
    second = await waiting(shared)
    work.free.set()
    assert (await first, await second) == (1, 2)


async def test_a_fault_is_everybodys_and_the_next_tries_again() -> None:
    """Nothing is kept of it."""
    work = Work()
    shared, work.fault = Shared(work.done), ValueError("no")
    first, second = await waiting(shared), await waiting(shared)
    work.free.set()
    for one in (first, second):
        with pytest.raises(ValueError, match="no"):
            await one
    work.fault = None
    assert await shared.result() == 2
