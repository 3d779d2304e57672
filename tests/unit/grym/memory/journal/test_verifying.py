"""Checking the table against the events; damage on a real server is in the integration tests."""

from dataclasses import replace

import pytest

from grym.adapters.clock import VirtualClock
from grym.adapters.memory import open_memory
from grym.memory.journal import verifying
from grym.memory.journal.verifying import Verification, verify
from grym.ports.backend import Backend
from grym.ports.patterns import PatternFacts, PatternQuery
from tests.contract.pattern_changes import change, record, stored


@pytest.fixture
async def backend(monkeypatch: pytest.MonkeyPatch) -> Backend:
    """Open a memory of seven patterns; the table is read in pages of three."""
    monkeypatch.setattr(verifying, "PAGE", 3)
    backend = open_memory(VirtualClock())
    await record(backend, *(stored(str(n)) for n in range(7)), change("retired", "2"))
    return backend


async def test_what_is_right_is_clean(backend: Backend) -> None:
    """And everything was looked at."""
    assert await verify(backend.book) == Verification(events=8, patterns=7, up_to=8)


async def test_what_writers_change_meanwhile_is_no_damage(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """New patterns, changes of old ones, and one that moves behind the page since it is stored again."""
    find, pages = backend.book.find, 0

    async def find_beside_a_writer(query: PatternQuery) -> list[PatternFacts]:
        nonlocal pages
        found = await find(query)
        pages += 1
        if pages == 1:
            again = [stored("2", "again"), change("reinforced", "5"), change("retired", "0"), stored("0", "again 0")]
            await record(backend, *again, stored("new"))
        return found

    monkeypatch.setattr(backend.book, "find", find_beside_a_writer)
    found = await verify(backend.book)
    assert found.is_clean
    assert (found.patterns, found.up_to) == (7, 8)


async def test_a_table_that_says_otherwise_is_found(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """By pattern."""
    find = backend.book.find

    async def find_wrong(query: PatternQuery) -> list[PatternFacts]:
        return [replace(facts, count=9) if facts.pattern_id == "4" else facts for facts in await find(query)]

    monkeypatch.setattr(backend.book, "find", find_wrong)
    assert (await verify(backend.book)).differing == ("4",)
