"""Waiting writes: bounded, newest version only, and written whatever happens meanwhile."""

from dataclasses import replace
from datetime import timedelta

import pytest

from grym.adapters.clock import VirtualClock
from grym.memory.typed.pending import PendingWrites
from grym.ports.entries import Entry, StoreUnavailableError, WritesPendingError
from tests.unit.grym.memory.typed.fakes import Flaky, at, entry


def dated(key: str, text: str, clock: VirtualClock, *, seconds: float = 0) -> Entry:
    """Return an entry with its times."""
    instant = clock.now() - timedelta(seconds=seconds)
    return replace(entry(key, text), created_at=instant, updated_at=instant)


async def test_the_later_version_waits() -> None:
    """Of two versions of an entry one waits, made when the first was."""
    clock, pending = VirtualClock(), PendingWrites(limit=1)
    pending.put([dated("a", "old", clock, seconds=9), dated("a", "new", clock)], store="s")
    pending.put([dated("a", "late", clock, seconds=5)], store="s")
    (waiting,) = pending.entries
    assert (waiting.value["text"], waiting.created_at) == ("new", clock.now() - timedelta(seconds=9))


async def test_one_too_many_is_refused_with_the_numbers() -> None:
    """Nothing of that batch waits then, deletions count too, and known names have room."""
    clock, pending = VirtualClock(), PendingWrites(limit=2)
    pending.put([dated("a", "x", clock)], store="s")
    with pytest.raises(WritesPendingError) as caught:
        pending.put([dated("b", "x", clock), dated("c", "x", clock)], store="s")
    assert (caught.value.store, caught.value.details["limit"]) == ("s", 2)
    pending.delete([at("b"), at("a")], store="s")
    with pytest.raises(WritesPendingError):
        pending.delete([at("c")], store="s")
    assert len(pending) == 2


async def test_what_fails_waits_on_and_what_expired_is_deleted() -> None:
    """A flush that fails loses nothing; one that comes too late for an entry removes the older version."""
    clock, pending = VirtualClock(), PendingWrites(limit=9)
    store = Flaky(clock=clock, name="s").opened()
    await store.store(entry("brief", "old"))
    await clock.advance(1)
    brief = replace(dated("brief", "new", clock), expires_at=clock.now() + timedelta(seconds=5))
    pending.put([brief, dated("a", "x", clock)], store="s")
    store.away = True
    with pytest.raises(StoreUnavailableError):
        await pending.flush(store, now=clock.now())
    assert len(pending) == 2
    store.away = False
    await clock.advance(10)
    assert await pending.flush(store, now=clock.now()) == 2
    assert (await store.retrieve(at("brief"))).entry is None
    assert await store.count() == 1
