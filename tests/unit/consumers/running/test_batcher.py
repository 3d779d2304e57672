"""Gathering what many ask for, and finding out who is to blame."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.running.batcher import Batcher
from tests.contract.fakes import run_virtual


class BadItemError(Exception):
    """One item cannot be dealt with."""


def never(error: Exception) -> bool:
    """Blame nobody."""
    del error
    return False


def test_what_gathers_meanwhile_goes_together() -> None:
    """The first goes alone; those that came during it follow in one batch, in order."""

    async def work() -> None:
        batches: list[list[int]] = []

        async def deal(items: list[int]) -> list[int]:
            batches.append(items)
            await asyncio.sleep(1)
            return [item * 10 for item in items]

        async with asyncio.TaskGroup() as group:
            batcher: Batcher[int, int] = Batcher(group, deal, max_items=3, in_flight=1)
            first = asyncio.create_task(batcher.submit(0))
            await asyncio.sleep(0.5)
            rest = [asyncio.create_task(batcher.submit(n)) for n in range(1, 6)]
            assert await asyncio.gather(first, *rest) == [0, 10, 20, 30, 40, 50]
        assert batches == [[0], [1, 2, 3], [4, 5]]

    run_virtual(work())


@given(bad=st.sets(st.integers(0, 19)), count=st.integers(1, 20))
def test_only_the_bad_ones_fail(bad: set[int], count: int) -> None:
    """Whatever subset cannot be dealt with: it fails, everybody else gets a result, each dealt with once."""

    async def work() -> None:
        dealt: list[int] = []

        async def deal(items: list[int]) -> list[int]:
            if bad.intersection(items):
                raise BadItemError
            dealt.extend(items)
            return items

        async with asyncio.TaskGroup() as group:
            batcher: Batcher[int, int] = Batcher(group, deal, max_items=20, in_flight=2)
            asked = [asyncio.create_task(batcher.submit(n)) for n in range(count)]
            answers = await asyncio.gather(*asked, return_exceptions=True)
        for number, answer in enumerate(answers):
            assert isinstance(answer, BadItemError) if number in bad else answer == number
        assert sorted(dealt) == [n for n in range(count) if n not in bad]

    run_virtual(work())


def test_what_is_nobodys_fault_is_not_halved() -> None:
    """A failure that `splits` does not blame on an item is given to all at once."""

    async def work() -> None:
        calls: list[int] = []

        async def deal(items: list[int]) -> list[int]:
            calls.append(len(items))
            raise ConnectionError

        async with asyncio.TaskGroup() as group:
            batcher: Batcher[int, int] = Batcher(group, deal, max_items=9, in_flight=1, splits=never)
            asked = [asyncio.create_task(batcher.submit(n)) for n in range(4)]
            answers = await asyncio.gather(*asked, return_exceptions=True)
        assert calls == [4]
        assert all(isinstance(answer, ConnectionError) for answer in answers)

    run_virtual(work())


def test_an_item_whose_submitter_has_gone_is_left_out() -> None:
    """Nobody's item costs no work."""

    async def work() -> None:
        dealt: list[int] = []

        async def deal(items: list[int]) -> list[int]:
            dealt.extend(items)
            await asyncio.sleep(1)
            return items

        async with asyncio.TaskGroup() as group:
            batcher: Batcher[int, int] = Batcher(group, deal, max_items=9, in_flight=1)
            asked = [asyncio.create_task(batcher.submit(n)) for n in range(3)]
            await asyncio.sleep(0.5)
            late = asyncio.create_task(batcher.submit(9))
            await asyncio.sleep(0)
            late.cancel()
            await asyncio.gather(*asked)
        assert dealt == [0, 1, 2]

    run_virtual(work())


def test_drop_cancels_batches() -> None:
    """A dropped batch ends at once and its group without an error."""

    async def work() -> None:
        async def deal(items: list[int]) -> list[int]:
            await asyncio.sleep(100)
            return items

        async with asyncio.TaskGroup() as group:
            batcher: Batcher[int, int] = Batcher(group, deal, max_items=9, in_flight=1)
            asked = asyncio.create_task(batcher.submit(1))
            await asyncio.sleep(1)
            await batcher.drop()
            asked.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asked
        assert asyncio.get_running_loop().time() == 1.0

    run_virtual(work())
