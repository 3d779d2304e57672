"""Upkeep by a virtual clock: sweeps every 300 s, reindexes every 3,600 s, and fails without consequence."""

import asyncio
from datetime import timedelta

from grym.adapters.clock import VirtualClock
from grym.adapters.entries.in_memory import InMemoryEntries
from grym.memory.typed.embedding import LexicalEmbedder
from grym.memory.typed.tiered import TieredEntries
from grym.memory.typed.tiers import DAY_S, TierPolicy
from grym.memory.typed.upkeep import EntryUpkeep
from grym.memory.typed.vector import VectorEntries
from grym.ports.entries import EntryStore
from tests.unit.grym.memory.typed.fakes import Flaky, entry


async def kept_for(store: EntryStore, clock: VirtualClock, seconds: float) -> EntryUpkeep:
    """Run the upkeep of a store for a while."""
    upkeep, stop = EntryUpkeep(store, clock), asyncio.Event()
    running = asyncio.create_task(upkeep.run(stop))
    await clock.advance(seconds)
    stop.set()
    await running
    return upkeep


async def test_what_has_expired_is_swept_by_the_clock() -> None:
    """Nothing before 300 s, everything after."""
    clock = VirtualClock()
    store = InMemoryEntries(clock=clock).opened()
    await store.store_all([entry("a", expires_at=clock.now() + timedelta(seconds=10)), entry("b")])
    assert (await kept_for(store, clock, 299)).swept == 0
    upkeep = await kept_for(store, clock, 301)
    samples = {sample.name: (sample.value, sample.of) for sample in upkeep.samples()}
    assert samples["entries_swept"] == (1, "memory")


async def test_an_index_is_made_anew_each_hour() -> None:
    """Once in the first hour and a bit, twice after two."""
    clock = VirtualClock()
    index = VectorEntries(InMemoryEntries(clock=clock), embedder=LexicalEmbedder(), clock=clock)
    async with index:
        await index.store_all([entry("a"), entry("b")])
        assert (await kept_for(index, clock, 3599)).reindexed == 0
        assert (await kept_for(index, clock, 7300)).reindexed == 4


async def test_tiers_are_settled() -> None:
    """What is idle moves and is forgotten."""
    clock = VirtualClock()
    tiers = {"short": InMemoryEntries(clock=clock), "medium": InMemoryEntries(clock=clock)}
    policy = TierPolicy(idle_s={"short": DAY_S, "medium": DAY_S})
    async with TieredEntries(tiers, clock=clock, policy=policy) as store:  # type: ignore[arg-type]
        await store.store(entry(type="medium"))
        upkeep = await kept_for(store, clock, 3 * DAY_S)
        assert (upkeep.moved, upkeep.swept) == (1, 1)


async def test_a_failure_is_counted_and_tried_again() -> None:
    """A store that is away for a turn is swept in the next one."""
    clock = VirtualClock()
    store = Flaky(clock=clock, name="flaky").opened()
    await store.store(entry(expires_at=clock.now() + timedelta(seconds=10)))
    upkeep, stop = EntryUpkeep(store, clock), asyncio.Event()
    running = asyncio.create_task(upkeep.run(stop))
    store.away = True
    await clock.advance(301)
    assert (upkeep.failures, upkeep.swept) == (1, 0)
    store.away = False
    await clock.advance(300)
    assert (upkeep.failures, upkeep.swept) == (1, 1)
    stop.set()
    await running
