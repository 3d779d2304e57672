"""Tiers: where entries go, when they move, and what happens without one of them."""

import pytest

from grym.adapters.clock import VirtualClock
from grym.memory.typed.tiered import TieredEntries
from grym.memory.typed.tiers import DAY_S, Tier, TierPolicy, nearest
from grym.ports.entries import Query, StoreConfigError, StoreUnavailableError
from tests.unit.grym.memory.typed.fakes import Flaky, at, entry, text_of


class Set:
    """Tiers by name."""

    def __init__(self, *names: Tier, policy: TierPolicy | None = None) -> None:
        self.clock = VirtualClock()
        self.tiers = {name: Flaky(clock=self.clock, name=f"store of {name}") for name in names}
        self.all = TieredEntries(dict(self.tiers), clock=self.clock, policy=policy)

    async def where(self, key: str = "a") -> list[str]:
        """Return the tiers that hold a key."""
        return [name for name, store in self.tiers.items() if (await store.retrieve(at(key))).entry is not None]


async def opened(*names: Tier, policy: TierPolicy | None = None) -> Set:
    """Return an open set, of all tiers unless named."""
    found = Set(*(names or ("short", "medium", "long")), policy=policy)
    await found.all.initialise()
    return found


async def test_the_type_decides_the_tier() -> None:
    """Working memory is short memory."""
    s = await opened()
    await s.all.store_all([entry(kind, type=kind) for kind in ("working", "short", "medium", "long")])
    assert [await s.where(kind) for kind in ("working", "short", "medium", "long")] == [
        ["short"],
        ["short"],
        ["medium"],
        ["long"],
    ]


async def test_a_new_type_moves_the_entry() -> None:
    """It lies in one tier only, and is as old as before."""
    s = await opened()
    first = await s.all.store(entry(type="short"))
    await s.clock.advance(5)
    second = await s.all.store(entry(text="two", type="long"))
    assert await s.where() == ["long"]
    assert second.entry.created_at == first.entry.created_at


async def test_a_missing_tier_is_skipped_and_named() -> None:
    """The next longer one keeps what belongs there; every answer says what is missing."""
    s = await opened("short", "long")
    assert (await s.all.store(entry(type="medium"))).degraded == ("medium",)
    assert await s.where() == ["long"]
    assert (await s.all.retrieve(at())).degraded == ("medium",)
    found = s.all.search(Query())
    assert len(await found.all()) == 1
    assert found.degraded == ("medium",)


async def test_a_tier_that_is_away_is_skipped_and_filled_later() -> None:
    """Reading and writing go on; settling brings home what lies elsewhere."""
    s = await opened()
    s.tiers["medium"].away = True
    assert (await s.all.store(entry(type="medium"))).degraded == ("medium",)
    found = s.all.search(Query())
    assert [one.entry.key for one in await found.all()] == ["a"]
    assert found.degraded == ("medium",)
    s.tiers["medium"].away = False
    assert (await s.all.settle()).returned == 1
    assert await s.where() == ["medium"]


async def test_an_old_version_in_a_tier_that_was_away_is_never_found() -> None:
    """Neither after an update elsewhere nor after a deletion."""
    s = await opened()
    await s.all.store_all([entry("a", type="short"), entry("b", type="short")])
    s.tiers["short"].away = True
    await s.clock.advance(1)
    await s.all.store(entry("a", "two", type="long"))
    await s.all.delete(at("b"))
    s.tiers["short"].away = False
    assert text_of(await s.all.retrieve(at("a"))) == "two"
    assert (await s.all.retrieve(at("b"))).entry is None
    assert [one.entry.key for one in await s.all.search(Query()).all()] == ["a"]


async def test_what_is_used_often_is_promoted() -> None:
    """From short to medium to long, one step for each settling."""
    s = await opened(policy=TierPolicy(promote_uses=2))
    await s.all.store(entry(type="short"))
    for expected in ("medium", "long"):
        assert (await s.all.settle()).promoted == 0
        await s.all.retrieve(at())
        await s.all.retrieve(at())
        assert (await s.all.settle()).promoted == 1
        assert await s.where() == [expected]
    kept = (await s.all.retrieve(at())).entry
    assert kept is not None
    assert kept.type == "long"


async def test_what_is_idle_is_demoted_and_forgotten() -> None:
    """Medium memory becomes short memory after a month, and is gone a day later; long memory stays."""
    s = await opened(policy=TierPolicy(idle_s={"short": DAY_S, "medium": 30 * DAY_S, "long": None}))
    await s.all.store_all([entry(type="medium"), entry("kept", type="long")])
    await s.clock.advance(29 * DAY_S)
    await s.all.retrieve(at())
    await s.clock.advance(2 * DAY_S)
    assert (await s.all.settle()).demoted == 0  # it was used two days ago
    await s.clock.advance(30 * DAY_S)
    moves = await s.all.settle()
    assert (moves.demoted, await s.where()) == (1, ["short"])
    await s.clock.advance(30 * DAY_S)
    assert (await s.all.settle()).forgotten == 1
    assert await s.where() == []
    assert await s.where("kept") == ["long"]


async def test_a_move_that_an_update_overtakes_loses_nothing() -> None:
    """Only the version that was copied is removed from the old tier."""
    s = await opened(policy=TierPolicy(promote_uses=1))
    await s.all.store(entry(type="short"))
    await s.all.retrieve(at())
    put = s.tiers["medium"]._put

    async def updating(entries: object) -> object:
        await s.clock.advance(1)
        await s.tiers["short"].store(entry(text="newer", type="short"))
        return await put(entries)  # type: ignore[arg-type]

    s.tiers["medium"]._put = updating  # type: ignore[assignment, method-assign]
    await s.all.settle()
    assert text_of(await s.all.retrieve(at())) == "newer"
    assert [one.entry.value["text"] for one in await s.all.search(Query()).all()] == ["newer"]


async def test_searching_gives_one_ranking_over_all_tiers() -> None:
    """Scores of different tiers are comparable, and the limit is for all together."""
    s = await opened()
    await s.all.store_all(
        [
            entry("best", "a slow waltz", type="long"),
            entry("good", "a slow waltz in spring", type="short"),
            entry("fair", "some waltz or other, quite fast", type="medium"),
        ]
    )
    hits = await s.all.search(Query(text="slow waltz")).all()
    assert [one.entry.key for one in hits] == ["best", "good", "fair"]
    assert [one.score for one in hits] == sorted((one.score for one in hits), reverse=True)
    assert [one.entry.key for one in await s.all.search(Query(text="slow waltz", limit=1, offset=1)).all()] == ["good"]


async def test_without_any_tier_there_is_a_typed_error() -> None:
    """Nothing is claimed when nobody can be asked."""
    s = await opened()
    for store in s.tiers.values():
        store.away = True
    for call in (s.all.retrieve(at()), s.all.store(entry()), s.all.delete(at())):
        with pytest.raises(StoreUnavailableError):
            await call
    assert not (await Set("short").all.health()).ready


def test_tiers_are_checked_when_made() -> None:
    """No tier, an unknown one and impossible policies are refused."""
    clock = VirtualClock()
    with pytest.raises(StoreConfigError):
        TieredEntries({}, clock=clock)
    with pytest.raises(StoreConfigError):
        TieredEntries({"eternal": Flaky(clock=clock, name="x")}, clock=clock)  # type: ignore[dict-item]
    with pytest.raises(StoreConfigError):
        TierPolicy(promote_uses=0)
    assert nearest("medium", ("short", "long")) == ("long", "short")
