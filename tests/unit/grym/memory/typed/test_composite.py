"""The composite: read-through, back-fill, policies, degraded mode, and coming back from it."""

import asyncio
from typing import Any

import pytest

from grym.adapters.clock import VirtualClock
from grym.memory.typed.composite import CompositeEntries, WritePolicy
from grym.ports.entries import Address, Lookup, Query, StoreUnavailableError, WritesPendingError
from tests.unit.grym.memory.typed.fakes import Flaky, at, entry, text_of


class Set:
    """A composite of two fronts and a truth."""

    def __init__(self, policy: WritePolicy = "through", *, pending_limit: int = 1000, backfill: bool = True) -> None:
        self.clock = VirtualClock()
        self.near = Flaky(clock=self.clock, name="near")
        self.far = Flaky(clock=self.clock, name="far")
        self.truth = Flaky(clock=self.clock, name="truth")
        self.both = CompositeEntries(
            truth=self.truth,
            fronts=[self.near, self.far],
            clock=self.clock,
            policy=policy,
            pending_limit=pending_limit,
            backfill=backfill,
        )


async def opened(policy: WritePolicy = "through", **rest: Any) -> Set:
    """Return an open set."""
    found = Set(policy, **rest)
    await found.both.initialise()
    return found


async def test_the_nearest_answers_and_misses_are_filled() -> None:
    """What only the truth has is copied to the fronts, and the truth is not asked again."""
    s = await opened()
    await s.truth.store(entry())
    assert (await s.both.retrieve(at())).store == "truth"
    s.truth.reads = 0
    assert (await s.both.retrieve(at())).store == "near"
    assert s.truth.reads == 0
    assert text_of(await s.far.retrieve(at())) == "one"


async def test_without_backfill_nothing_is_copied() -> None:
    """As configured."""
    s = await opened(backfill=False)
    await s.truth.store(entry())
    await s.both.retrieve(at())
    assert await s.near.count() == 0


async def test_writing_through_reaches_all() -> None:
    """The truth and every front hold it at once."""
    s = await opened()
    await s.both.store(entry())
    assert [await store.count() for store in (s.near, s.far, s.truth)] == [1, 1, 1]


async def test_writing_around_leaves_no_old_copy() -> None:
    """The truth holds it, and the fronts forget what they had."""
    s = await opened("around")
    await s.truth.store(entry())
    await s.both.retrieve(at())
    await s.clock.advance(1)
    await s.both.store(entry(text="two"))
    assert await s.near.count() == 0
    assert text_of(await s.both.retrieve(at())) == "two"


async def test_writing_behind_is_read_at_once_and_written_by_flush() -> None:
    """What waits is found in every way, also its deletion, and the truth has it after the flush."""
    s = await opened("behind")
    await s.truth.store(entry("old", "one"))
    await s.both.store_all([entry("new", "one"), entry("gone", "one")])
    await s.both.delete(at("old"))
    await s.both.delete(at("gone"))
    assert s.truth.writes == 1
    assert [one.entry.key for one in await s.both.search(Query(text="one")).all()] == ["new"]
    assert (await s.both.retrieve(at("old"))).entry is None
    assert await s.both.flush() == 3
    assert [one.entry.key for one in await s.truth.search(Query()).all()] == ["new"]
    assert s.both.pending == 0


async def test_writes_that_wait_are_bounded_and_survive_an_outage() -> None:
    """One too many is refused whole; while the truth is away nothing that waits is lost; closing writes the rest."""
    s = await opened("behind", pending_limit=2)
    await s.both.store_all([entry("a"), entry("b")])
    with pytest.raises(WritesPendingError) as caught:
        await s.both.store(entry("c"))
    assert caught.value.code == "store.saturated"
    await s.both.store(entry("a", "two"))
    s.truth.away = True
    with pytest.raises(StoreUnavailableError):
        await s.both.flush()
    assert s.both.pending == 2
    s.truth.away = False
    await s.both.close()
    async with s.truth as truth:
        assert text_of(await truth.retrieve(at("a"))) == "two"


async def test_a_front_that_is_away_is_named_and_left_out() -> None:
    """Reading and writing go on, and every answer says who was missing."""
    s = await opened()
    s.near.away = True
    assert (await s.both.store(entry())).degraded == ("near",)
    lookup = await s.both.retrieve(at())
    assert (lookup.store, lookup.degraded) == ("far", ("near",))
    assert (await s.both.health()).ready


async def test_a_front_that_comes_back_has_forgotten_what_changed() -> None:
    """Neither an update nor a deletion that it missed is found stale, and it is used again."""
    s = await opened()
    await s.both.store_all([entry("a"), entry("b")])
    s.near.away = s.far.away = True
    await s.clock.advance(1)
    await s.both.store(entry("a", "two"))
    await s.both.delete(at("b"))
    s.near.away = s.far.away = False
    assert (await s.both.retrieve(at("b"))).entry is None
    assert text_of(await s.both.retrieve(at("a"))) == "two"
    assert (await s.both.retrieve(at("a"))).store == "near"


async def test_clearing_reaches_a_front_that_was_away() -> None:
    """It forgets everything before it is used again."""
    s = await opened()
    await s.both.store(entry())
    s.near.away = True
    assert await s.both.clear() == 1
    s.near.away = False
    assert (await s.both.retrieve(at())).entry is None


async def test_a_front_away_at_the_start_joins_later() -> None:
    """Only the truth is needed to begin."""
    s = Set()
    s.near.away = True
    await s.both.initialise()
    await s.both.store(entry())
    s.near.away = False
    await s.both.retrieve(at())
    assert (await s.both.retrieve(at())).store == "near"


async def test_without_the_truth_fronts_are_searched_and_nothing_is_claimed() -> None:
    """Copies are found with the truth named as missing; a miss is an error, as nobody can know; no write is taken."""
    s = await opened()
    await s.both.store_all([entry("a"), entry("b")])
    await s.near.delete(at("b"))
    s.truth.away = True
    found = s.both.search(Query(text="one"))
    assert [one.entry.key for one in await found.all()] == ["a", "b"]
    assert "truth" in found.degraded
    with pytest.raises(StoreUnavailableError):
        await s.both.retrieve(at("nowhere"))
    with pytest.raises(StoreUnavailableError):
        await s.both.store(entry("c"))
    assert (await s.both.health()).degraded == ("composite", "truth")


async def test_no_copy_stays_of_a_write_that_failed() -> None:
    """A write whose fate nobody knows makes the fronts forget, so that the truth decides when it is back."""
    s = await opened()
    await s.both.store(entry())
    s.truth.away = True
    with pytest.raises(StoreUnavailableError):
        await s.both.store(entry(text="two"))
    s.truth.away = False
    await s.clock.advance(1)
    await s.truth.store(entry(text="three"))  # as if the write had arrived after all
    assert text_of(await s.both.retrieve(at())) == "three"


async def test_what_was_deleted_while_it_was_filled_back_does_not_return() -> None:
    """A copy is taken back where the truth has lost the entry in the meantime."""
    s = await opened()
    await s.truth.store(entry())
    fill = s.near._put

    async def deleting(entries: object) -> object:
        await s.truth.delete(at())
        return await fill(entries)  # type: ignore[arg-type]

    s.near._put = deleting  # type: ignore[assignment, method-assign]
    await s.both.retrieve(at())
    assert (await s.both.retrieve(at())).entry is None
    assert await s.near.count() == 0


async def test_a_search_has_no_duplicates_and_one_limit() -> None:
    """However many stores know an entry, it counts once, in its newest version."""
    s = await opened()
    await s.both.store_all([entry(f"k{n}", f"one {'x' * n}") for n in range(8)])
    s.truth.away = True
    await s.clock.advance(1)
    await s.far.store(entry("k0", "another text"))
    keys = [one.entry.key for one in await s.both.search(Query(text="one", limit=4)).all()]
    assert len(keys) == len(set(keys)) == 4
    assert "k0" not in keys  # its newest version says something else
    rest = [one.entry.key for one in await s.both.search(Query(text="one", limit=10, offset=4)).all()]
    assert not set(keys) & set(rest)


async def test_filling_back_takes_an_overtaken_copy_away_again() -> None:
    """Somebody writes around the fronts between reading the truth and copying to them."""
    s = await opened("around")
    await s.both.store(entry("a", "one"))
    look = s.truth._get

    async def overtaken(address: Address) -> Lookup:
        found = await look(address)
        s.truth._get = look  # type: ignore[method-assign]
        await s.clock.advance(1)
        await s.both.store(entry("a", "two"))
        return found

    s.truth._get = overtaken  # type: ignore[method-assign]
    await s.both.retrieve(at())
    assert text_of(await s.both.retrieve(at())) == "two"


@pytest.mark.parametrize("change", ["store", "delete", "clear"])
async def test_a_cancelled_change_leaves_no_old_copy_in_front(change: str) -> None:
    """The truth has it; the fronts were not told, so they forget."""
    s = await opened()
    await s.both.store(entry("a", "one"))
    await s.clock.advance(1)
    changed = asyncio.Event()

    calls: dict[str, Any] = {"store": s.truth.store_all, "delete": s.truth.delete, "clear": s.truth.clear}

    async def stuck(*given: Any, **named: Any) -> Any:
        await calls[change](*given, **named)
        changed.set()
        return await asyncio.Future[None]()

    truth = Slow(s.truth, **{"store_all" if change == "store" else change: stuck})
    s.both._truth = truth  # type: ignore[assignment]
    work: dict[str, Any] = {
        "store": lambda: s.both.store(entry("a", "two")),
        "delete": lambda: s.both.delete(at()),
        "clear": s.both.clear,
    }
    task = asyncio.ensure_future(work[change]())
    await changed.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert text_of(await s.both.retrieve(at())) == ("two" if change == "store" else None)


class Slow:
    """A store of which some calls are others."""

    def __init__(self, store: Flaky, **calls: object) -> None:
        self._store = store
        self.__dict__.update(calls)

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)
