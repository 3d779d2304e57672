"""The older calls: each works, warns, and says what replaces it."""

import warnings
from typing import Any

import pytest

from grym.adapters.clock import VirtualClock
from grym.adapters.entries.in_memory import InMemoryEntries
from grym.memory.typed.compat import KeyedMemory
from grym.ports.entries import Query
from tests.unit.grym.memory.typed.fakes import at


@pytest.fixture
def clock() -> VirtualClock:
    """Return a clock that stands still."""
    return VirtualClock()


@pytest.fixture
def store(clock: VirtualClock) -> InMemoryEntries:
    """Return the store below."""
    return InMemoryEntries(clock=clock).opened()


@pytest.fixture
def old(store: InMemoryEntries, clock: VirtualClock) -> KeyedMemory:
    """Return the older interface over it."""
    return KeyedMemory(store, clock=clock, owner="anna")


CALLS: dict[str, tuple[Any, ...]] = {
    "store": ("k", "content"),
    "retrieve": ("k",),
    "exists": ("k",),
    "delete": ("k",),
    "clear": (),
    "keys": (),
    "search": ("text",),
}


@pytest.mark.parametrize("call", sorted(CALLS))
async def test_each_call_warns_where_it_was_made(old: KeyedMemory, call: str) -> None:
    """The warning names the new call and points at the caller, so that it can be found."""
    with pytest.warns(DeprecationWarning, match="EntryStore") as caught:
        await getattr(old, call)(*CALLS[call])
    assert len(caught) == 1


@pytest.mark.filterwarnings("ignore:.*older memory:DeprecationWarning")
@pytest.mark.parametrize("content", ["text", 7, None, [1, "two"], {"a": 1}, {"content": "x"}])
async def test_content_comes_back_as_it_was(old: KeyedMemory, content: object) -> None:
    """Whatever JSON it is, mappings included that look like wrapped content."""
    await old.store("k", content)
    assert await old.retrieve("k") == content
    assert await old.exists("k")


@pytest.mark.filterwarnings("ignore:.*older memory:DeprecationWarning")
async def test_scopes_and_expiry_hold(old: KeyedMemory, clock: VirtualClock) -> None:
    """A key of another scope is another one, and what expires is gone."""
    await old.store("k", 1, "session", ttl_s=10)
    await old.store("k", 2, "global")
    assert await old.retrieve("k") is None
    assert (await old.retrieve("k", "session"), await old.retrieve("k", "global")) == (1, 2)
    await clock.advance(10)
    assert not await old.exists("k", "session")
    assert await old.keys() == ["k"]
    assert await old.clear("global") == 1
    assert not await old.delete("k", "global")


@pytest.mark.filterwarnings("ignore:.*older memory:DeprecationWarning")
async def test_old_and_new_calls_see_the_same(old: KeyedMemory, store: InMemoryEntries) -> None:
    """What is stored one way is an ordinary entry the other way."""
    await old.store("k", {"text": "a slow waltz"}, metadata={"style": "waltz"})
    (hit,) = await store.search(Query(text="waltz", metadata={"style": "waltz"})).all()
    assert hit.entry.address == at("k", owner="anna")
    ((key, content, score),) = await old.search("slow waltz")
    assert (key, content) == ("k", {"text": "a slow waltz"})
    assert 0 < score < 1


def test_importing_warns_of_nothing() -> None:
    """Only calls do."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        __import__("grym.memory.typed.compat")
