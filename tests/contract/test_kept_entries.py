"""Entries as an effect: kept in the transaction of what led to them, and read back by whoever asks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from grym.ports.effects import KeepEntry
from grym.ports.entries import Entry, InvalidEntryError, Query
from tests.contract.backends import Kit
from tests.contract.entry_stores import at, entry

THEN = datetime(2026, 1, 1, tzinfo=UTC)


def dated(key: str, text: str, *, seconds: float = 0, owner: str = "anna") -> Entry:
    """Return an entry as the log would date it."""
    instant = THEN + timedelta(seconds=seconds)
    return replace(entry(key, text, owner=owner), created_at=instant, updated_at=instant)


async def keep(kit: Kit, *entries: Entry) -> None:
    """Keep entries in one transaction."""
    async with kit.backend.work.begin() as work:
        await work.apply_all([KeepEntry(entry=one) for one in entries])


async def test_an_entry_is_there_after_the_commit(kit: Kit) -> None:
    """Every process sees it, and its times are those of the log."""
    await keep(kit, dated("a", "one"))
    found = (await (await kit.again()).entries.retrieve(at("a", owner="anna"))).entry
    assert found == dated("a", "one")


async def test_nothing_is_kept_when_the_transaction_fails(kit: Kit) -> None:
    """It commits with what caused it, or not at all."""
    with pytest.raises(InvalidEntryError):
        await keep(kit, dated("a", "one"), entry("without times"))
    assert await kit.backend.entries.count() == 0


async def test_keeping_twice_or_late_changes_nothing(kit: Kit) -> None:
    """A repeated effect is harmless, and an older one that comes late does not win."""
    await keep(kit, dated("a", "one"), dated("a", "two", seconds=5))
    await keep(kit, dated("a", "one"))
    await keep(kit, dated("a", "two", seconds=5))
    kept = (await kit.backend.entries.retrieve(at("a", owner="anna"))).entry
    assert kept is not None
    assert (kept.value["text"], kept.created_at, kept.updated_at) == ("two", THEN, THEN + timedelta(seconds=5))


async def test_an_entry_without_times_is_refused(kit: Kit) -> None:
    """A decision has no clock, so it must date what it keeps by the log."""
    with pytest.raises(InvalidEntryError) as caught:
        await keep(kit, entry("a"))
    assert caught.value.code == "entry.time"


async def test_changes_come_in_the_order_of_their_commits(kit: Kit) -> None:
    """Whoever follows misses nothing, learns of removals, and begins where it left off."""
    store = kit.backend.entries
    follow = store.changes  # type: ignore[attr-defined]  # both backends' stores can be followed
    await keep(kit, dated("a", "one"), dated("b", "one"))
    first = await follow(0, limit=10)
    assert [one.key for one in first.stored] == ["a", "b"]
    await store.delete(at("a", owner="anna"))
    await keep(kit, dated("c", "one"))
    second = await follow(first.mark, limit=10)
    assert [one.key for one in second.stored] == ["c"]
    assert [address.key for address in second.removed] == ["a"]
    assert second.whole
    assert (await follow(second.mark, limit=10)).stored == ()
    assert len((await follow(0, limit=1)).stored) == 1


async def test_erasing_a_person_removes_their_entries(kit: Kit) -> None:
    """Nothing of one owner is left, and nothing of the others is lost."""
    await keep(kit, dated("a", "one"), dated("b", "one"), dated("a", "one", owner="ben"))
    assert await kit.backend.housekeeping.erase("anna") == 2
    assert [one.entry.owner for one in await kit.backend.entries.search(Query()).all()] == ["ben"]


async def test_entries_are_kept_where_the_log_lies_elsewhere(apart: Kit) -> None:
    """The form of the backend that belongs to Kafka keeps them the same way."""
    await keep(apart, dated("a", "one"))
    found = await (await apart.again()).entries.retrieve(at("a", owner="anna"))
    assert found.entry == dated("a", "one")


async def test_reading_by_key_misses_nothing_that_stays(kit: Kit) -> None:
    """Though what was read already is deleted meanwhile, and pages would shift."""
    keys = [f"k{number:03}" for number in range(450)]
    store = kit.backend.entries
    await store.store_all([entry(key) for key in keys])
    read = []
    async for result in store.search(Query(order_by="key", limit=None)):
        read.append(result.entry.key)
        if len(read) in {50, 250}:
            await store.delete(at(read[0 if len(read) == 50 else 1]))
    assert read == keys
