"""Reading the journal page by page; what it tells is proved by the contract suite."""

import pytest

from grym.adapters.clock import VirtualClock
from grym.adapters.memory import open_memory
from grym.memory.journal import past
from grym.memory.journal.past import events_of, known_as_of, numbers_of, patterns_as_of
from grym.ports.backend import Backend
from tests.contract.pattern_changes import change, record, stored


@pytest.fixture
async def backend(monkeypatch: pytest.MonkeyPatch) -> Backend:
    """Open a memory of twenty patterns, each heard once again; pages hold three events."""
    monkeypatch.setattr(past, "WHOLE_PAGE", 3)
    monkeypatch.setattr(past, "BARE_PAGE", 3)
    backend = open_memory(VirtualClock())
    for n in range(20):
        await record(backend, stored(str(n)), change("reinforced", str(n)))
    return backend


@pytest.mark.parametrize("numbers", [True, False])
async def test_no_event_is_lost_between_pages(backend: Backend, numbers: bool) -> None:
    """Behind a seq and up to another."""
    seqs = [event.seq async for event in events_of(backend.book, after=4, up_to=17, numbers=numbers)]
    assert seqs == list(range(5, 18))


async def test_pages_without_numbers_that_are_wanted_are_not_read(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two patterns that are far apart nothing is read."""
    read, events = [], backend.book.events

    async def counted(after: int, **others: object) -> object:
        read.append(after)
        return await events(after, **others)  # type: ignore[arg-type]

    wanted = {s.content_seq: s for s in await known_as_of(backend.book, 40) if s.content_seq in {1, 3, 31}}
    monkeypatch.setattr(backend.book, "events", counted)
    assert [event.seq async for event in numbers_of(backend.book, wanted)] == [1, 3, 31]
    assert read == [0, 30]


async def test_patterns_come_in_the_order_of_their_numbers(backend: Backend) -> None:
    """Each once; one that was made anew comes where that happened."""
    await record(backend, change("reembedded", "3", imprint=b"new"), change("retired", "5"))
    names = [pattern.facts.pattern_id async for pattern in patterns_as_of(backend.book, 42)]
    assert names == [*(str(n) for n in range(20) if n not in {3, 5}), "3"]
