"""Switching stores: stage by stage, compared before it counts, and back again."""

import asyncio
from typing import Any

import pytest

from grym.adapters.clock import VirtualClock
from grym.memory.typed.switching import Stage, SwitchedEntries, SwitchPolicy
from grym.ports.entries import Query, StoreConfigError
from tests.unit.grym.memory.typed.fakes import Flaky, at, entry, text_of


class Pair:
    """An old and a new store with a switch between them."""

    def __init__(self, stage: Stage, policy: SwitchPolicy | None = None) -> None:
        self.clock = VirtualClock()
        self.old = Flaky(clock=self.clock, name="old")
        self.new = Flaky(clock=self.clock, name="new")
        policy = policy or SwitchPolicy(share=1.0, least_compared=3)
        self.switch = SwitchedEntries(old=self.old, new=self.new, clock=self.clock, stage=stage, policy=policy)

    async def counts(self) -> tuple[int, int]:
        """Return how many entries each holds."""
        return await self.old.count(), await self.new.count()


async def opened(stage: Stage, policy: SwitchPolicy | None = None) -> Pair:
    """Return an open pair."""
    pair = Pair(stage, policy)
    await pair.switch.initialise()
    return pair


@pytest.mark.parametrize(
    ("stage", "counts"),
    [("old", (1, 0)), ("dual", (1, 1)), ("compare", (1, 1)), ("new", (1, 1)), ("done", (0, 1))],
)
async def test_each_stage_writes_what_it_says(stage: Stage, counts: tuple[int, int]) -> None:
    """From the old one alone over both to the new one alone."""
    pair = await opened(stage)
    await pair.switch.store(entry())
    assert await pair.counts() == counts
    assert text_of(await pair.switch.retrieve(at())) == "one"
    await pair.switch.delete(at())
    assert await pair.counts() == (0, 0)


async def test_reads_are_compared_and_differences_told() -> None:
    """Missing, changed and unknown entries, and searches with another order."""
    pair = await opened("compare")
    await pair.switch.store_all([entry("same"), entry("gone"), entry("other")])
    await pair.new.delete(at("gone"))
    await pair.clock.advance(1)
    await pair.new.store(entry("other", "two"))
    await pair.new.store(entry("extra"))
    for key in ("same", "gone", "other", "extra", "nowhere"):
        await pair.switch.retrieve(at(key))
    await pair.switch.search(Query()).all()
    told = [(getattr(one.asked, "key", "search"), one.reason) for one in pair.switch.mismatches]
    assert told == [
        ("gone", "missing"),
        ("other", "different"),
        ("extra", "unknown"),
        ("search", "other entries, or another order"),
    ]
    samples = {sample.name: sample.value for sample in pair.switch.samples()}
    assert samples == {"entries_compared": 6, "entries_mismatched": 4}


async def test_only_a_share_is_compared() -> None:
    """About as many as configured, the same ones under the same seed."""
    pair = await opened("compare", SwitchPolicy(share=0.25, least_compared=0, seed=3))
    for _ in range(400):
        await pair.switch.retrieve(at())
    assert 60 < pair.switch.compared < 140


async def test_the_new_store_is_read_only_when_it_is_ready() -> None:
    """Too few comparisons, differences and missed writes each stand in the way, by name."""
    pair = await opened("dual")
    pair.switch.go("compare")
    with pytest.raises(StoreConfigError, match="0 reads were compared"):
        pair.switch.go("new")
    pair.new.away = True
    assert (await pair.switch.store(entry())).degraded == ("new",)
    pair.new.away = False
    for _ in range(3):
        await pair.switch.retrieve(at())
    with pytest.raises(StoreConfigError, match="3 of 3 reads differed") as caught:
        pair.switch.go("new")
    assert caught.value.code == "switch.not_ready"
    await pair.new.store(entry())  # copied again
    pair.switch.copied()
    await pair.old.retrieve(at())
    for _ in range(3):
        await pair.switch.retrieve(at("nowhere"))
    pair.switch.go("new")
    assert pair.switch.stage == "new"


async def test_stages_are_not_skipped_and_can_be_undone() -> None:
    """Back from reading the new store nothing written meanwhile is lost; what is done stays done."""
    pair = await opened("old")
    with pytest.raises(StoreConfigError):
        pair.switch.go("compare")
    pair = await opened("new")
    await pair.switch.store(entry())
    pair.switch.go("old")
    assert text_of(await pair.switch.retrieve(at())) == "one"
    pair = await opened("done")
    with pytest.raises(StoreConfigError):
        pair.switch.go("new")


async def test_the_old_store_alone_decides_until_the_switch() -> None:
    """A new store that is away costs nobody an answer."""
    pair = await opened("compare")
    pair.new.away = True
    await pair.switch.store(entry())
    assert text_of(await pair.switch.retrieve(at())) == "one"
    assert await pair.switch.delete(at())
    assert pair.switch.mismatches[-1].reason == "store.unavailable"


@pytest.mark.parametrize("change", ["store", "delete", "clear"])
async def test_a_change_cancelled_between_the_stores_is_counted_as_missing(change: str) -> None:
    """The main store has it, the other may not; so the entries are copied again before reads go there."""
    pair = await opened("dual")
    await pair.switch.store(entry())
    arrived = asyncio.Event()

    async def stuck(*_: Any, **__: Any) -> Any:
        arrived.set()
        return await asyncio.Future[None]()

    pair.new._put = pair.new._remove = pair.new._clear = stuck  # type: ignore[method-assign]
    work: dict[str, Any] = {
        "store": lambda: pair.switch.store(entry("a", "two")),
        "delete": lambda: pair.switch.delete(at()),
        "clear": pair.switch.clear,
    }
    task = asyncio.ensure_future(work[change]())
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert pair.switch.unwritten == 1
