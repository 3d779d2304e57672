"""Copying a store: everything arrives, once, verified; it can be tried, stopped and taken up again."""

from collections.abc import Sequence

from grym.adapters.clock import VirtualClock
from grym.memory.typed.moving import copy_entries
from grym.ports.entries import Entry, Query, Stored, StoreUnavailableError
from tests.unit.grym.memory.typed.fakes import Flaky, at, entry, text_of


class Two:
    """A source of entries of two owners, and an empty target."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.source = Flaky(clock=self.clock, name="source").opened()
        self.target = Flaky(clock=self.clock, name="target").opened()

    async def fill(self, count: int = 5) -> None:
        """Store entries."""
        for owner in ("anna", "ben"):
            await self.source.store_all([entry(f"k{n:03}", f"text {n}", owner=owner) for n in range(count)])


async def test_everything_arrives_and_is_verified() -> None:
    """With its times, and equal to the byte."""
    two = Two()
    await two.fill()
    await two.clock.advance(100)
    report = await copy_entries(two.source, two.target, clock=two.clock)
    assert (report.copied, report.same, report.verified) == (10, 0, True)
    everything = Query(limit=None, order_by="key")
    assert await two.target.search(everything).all() == await two.source.search(everything).all()


async def test_a_dry_run_writes_nothing() -> None:
    """It counts what a real one would do."""
    two = Two()
    await two.fill()
    report = await copy_entries(two.source, two.target, clock=two.clock, dry_run=True)
    assert (report.copied, report.target_digest, two.target.writes) == (10, None, 0)


async def test_copying_again_changes_nothing() -> None:
    """What is there already is counted as the same, and newer versions stay."""
    two = Two()
    await two.fill()
    await copy_entries(two.source, two.target, clock=two.clock)
    await two.clock.advance(1)
    await two.target.store(entry("k000", "newer", owner="anna"))
    report = await copy_entries(two.source, two.target, clock=two.clock)
    assert (report.copied, report.same, report.newer, report.verified) == (0, 9, 1, True)
    assert text_of(await two.target.retrieve(at("k000", owner="anna"))) == "newer"


async def test_it_goes_on_where_it_stopped() -> None:
    """Runs of any length copy each entry once."""
    two = Two()
    await two.fill()
    mark, copied = None, []
    for _ in range(4):
        report = await copy_entries(two.source, two.target, clock=two.clock, after=mark, most=3)
        mark = report.mark
        copied.append(report.copied)
    assert copied == [3, 3, 3, 1]
    assert two.target.writes == 10


async def test_what_is_refused_is_reported_and_the_rest_arrives() -> None:
    """One entry that the target does not take holds up none, and the copy is not called verified."""
    two = Two()
    await two.fill(2)
    put = two.target._put

    async def picky(entries: Sequence[Entry]) -> Sequence[Stored]:
        if entries[0].owner == "ben" and entries[0].key == "k001":
            raise StoreUnavailableError("no", store="target")
        return await put(entries)

    two.target._put = picky  # type: ignore[method-assign]
    report = await copy_entries(two.source, two.target, clock=two.clock)
    assert (report.copied, report.failed, report.verified) == (3, (("k001", "store.unavailable"),), False)
