"""Fronts: what they missed they forget before they are used again."""

from datetime import datetime

from grym.adapters.clock import VirtualClock
from grym.memory.typed.fronts import MAX_DEBTS, Front
from grym.ports.entries import Address
from tests.unit.grym.memory.typed.fakes import Flaky, at, entry


def front() -> tuple[VirtualClock, Flaky, Front]:
    """Return a front under another name than its store's."""
    clock = VirtualClock()
    store = Flaky(clock=clock, name="store")
    return clock, store, Front(store, name="near")


async def test_what_was_missed_is_forgotten_first() -> None:
    """A failed copy leaves a debt; asking settles it, and asks under the front's own name."""
    clock, store, near = front()
    notes: list[str] = []
    await near.copy([entry("a"), entry("b")], notes, now=clock.now())
    store.away = True
    await near.copy([entry("a", "two")], notes, now=clock.now())
    assert await near.look(at("a"), notes) is None
    assert set(notes) == {"near"}
    store.away = False
    found = await near.look(at("a"), [])
    assert found is not None
    assert found.entry is None
    assert not near.in_debt
    assert await store.count() == 1


async def test_too_many_debts_clear_the_store() -> None:
    """Nobody remembers ten thousand names; forgetting everything is always right."""
    clock, store, near = front()
    await near.copy([entry("known")], [], now=clock.now())
    near.owe(at(f"k{n}") for n in range(MAX_DEBTS + 1))
    assert await near.ready([])
    assert await store.count() == 0


async def test_an_expired_copy_is_not_kept() -> None:
    """Copying takes time; what is over by then is left out instead of refused."""
    clock, store, near = front()
    await near.copy([entry(expires_at=clock.now())], [], now=clock.now())
    assert await store.count() == 0


async def test_what_is_owed_while_debts_are_settled_stays_owed() -> None:
    """The store forgets an entry, gets an old copy at once, and owes it again."""
    clock, store, near = front()
    await near.copy([entry("a")], [], now=clock.now())
    near.owe([at("a")])
    remove = store._remove

    async def meanwhile(address: Address, up_to: datetime | None) -> bool:
        removed = await remove(address, up_to)
        await store._put([dated_entry])
        near.owe([at("a")])
        return removed

    dated_entry = (await store.store(entry("a"))).entry
    store._remove = meanwhile  # type: ignore[method-assign]
    await near.settle()
    store._remove = remove  # type: ignore[method-assign]
    assert near.in_debt
    found = await near.look(at("a"), [])
    assert found is not None
    assert found.entry is None
