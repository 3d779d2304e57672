"""The batcher under every load: whoever is to blame is found, alone, and nobody else suffers."""

import asyncio
import math

from hypothesis import given
from hypothesis import strategies as st

from consumers.running.batcher import Batcher
from grym.errors import UnavailableError
from tests.simulation.loop import run_simulated


class PoisonError(Exception):
    """An item cannot be dealt with."""


@given(
    waits=st.lists(st.sampled_from([0.0, 0.0, 0.0, 0.1, 1.0]), min_size=1, max_size=40),
    poison=st.sets(st.integers(0, 39)),
    max_items=st.integers(1, 16),
    in_flight=st.integers(1, 3),
)
def test_exactly_the_poison_fails(waits: list[float], poison: set[int], max_items: int, in_flight: int) -> None:
    """Every item is dealt with once, poisonous ones fail alone, and batches keep to their bounds."""
    dealt: list[int] = []
    tries = 0
    under_way = 0

    async def deal(items: list[int]) -> list[int]:
        nonlocal tries, under_way
        tries += 1
        under_way += 1
        assert len(items) <= max_items
        assert under_way <= in_flight
        await asyncio.sleep(0.3)
        under_way -= 1
        if poison.intersection(items):
            raise PoisonError
        dealt.extend(items)
        return [item * 10 for item in items]

    async def live() -> list[int | BaseException]:
        async with asyncio.TaskGroup() as group:
            batcher: Batcher[int, int] = Batcher(group, deal, max_items=max_items, in_flight=in_flight)
            asked = []
            for number, wait_s in enumerate(waits):
                await asyncio.sleep(wait_s)
                asked.append(asyncio.create_task(batcher.submit(number)))
            return await asyncio.gather(*asked, return_exceptions=True)

    results = run_simulated(live())
    bad = {number for number in range(len(waits)) if number in poison}
    assert sorted(dealt) == [number for number in range(len(waits)) if number not in bad]
    for number, result in enumerate(results):
        assert isinstance(result, PoisonError) if number in bad else result == number * 10
    # A poisonous item costs two tries for each time its batch is halved, and each batch one.
    assert tries <= len(waits) + 2 * len(bad) * math.ceil(math.log2(max_items) + 1)


@given(count=st.integers(1, 20), away=st.integers(1, 5))
def test_an_outage_is_nobodys_fault(count: int, away: int) -> None:
    """While nothing can be committed at all, nothing is halved: every batch that fails is tried once."""
    tried: list[int] = []

    async def deal(items: list[int]) -> list[int]:
        tried.append(len(items))
        await asyncio.sleep(0.1)
        if len(tried) <= away:
            raise UnavailableError("the database is away")
        return items

    async def live() -> list[int | BaseException]:
        async with asyncio.TaskGroup() as group:
            batcher: Batcher[int, int] = Batcher(
                group, deal, max_items=4, in_flight=1, splits=lambda error: not isinstance(error, UnavailableError)
            )
            asked = [asyncio.create_task(batcher.submit(number)) for number in range(count)]
            return await asyncio.gather(*asked, return_exceptions=True)

    results = run_simulated(live())
    assert len(tried) == math.ceil(count / 4)
    failed = [result for result in results if isinstance(result, UnavailableError)]
    assert len(failed) == sum(tried[:away])
