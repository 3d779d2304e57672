"""Bounded by count and by bytes."""

import asyncio

from consumers.running.budget import Budget
from tests.contract.fakes import run_virtual


def test_room_is_what_is_left() -> None:
    """Count and bytes each close the door; without bytes there is no room at all."""
    budget = Budget(max_count=3, max_bytes=100)
    budget.take(2, 40)
    assert (budget.room, budget.room_bytes) == (1, 60)
    budget.take(1, 10)
    assert budget.room == 0
    budget.give_back(2, 40)
    budget.take(1, 95)
    assert (budget.room, budget.room_bytes) == (0, 0)


def test_a_full_budget_opens_at_half() -> None:
    """Whoever waits for room is woken once half is free, not for every single thing."""

    async def work() -> None:
        budget = Budget(max_count=4, max_bytes=1000)
        budget.take(4, 0)
        waiting = asyncio.create_task(budget.wait_for_room())
        for count in (3, 2):
            await asyncio.sleep(1)
            assert not waiting.done()
            budget.give_back(1, 0)
            assert budget.count == count
        await waiting
        assert asyncio.get_running_loop().time() == 2.0

    run_virtual(work())


def test_one_huge_thing_does_not_block_for_ever() -> None:
    """A thing beyond the limit of bytes is let in, and the door opens when it is gone."""

    async def work() -> None:
        budget = Budget(max_count=10, max_bytes=100)
        budget.take(1, 5000)
        waiting = asyncio.create_task(budget.wait_for_room())
        await asyncio.sleep(1)
        assert not waiting.done()
        budget.give_back(1, 5000)
        await waiting
        assert budget.room == 10

    run_virtual(work())
