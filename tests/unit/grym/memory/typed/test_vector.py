"""The index over a store: it follows what others write, agrees with exact scoring, and is made anew."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grym.adapters.clock import VirtualClock
from grym.adapters.entries.in_memory import InMemoryEntries, Rows
from grym.memory.typed.embedding import LexicalEmbedder
from grym.memory.typed.vector import VectorEntries
from grym.ports.entries import Query, StoreUnavailableError
from tests.unit.grym.memory.typed.fakes import at, entry

WORDS = ("waltz", "slow", "piano", "storm", "sea", "river", "night", "minor")


def stores() -> tuple[VirtualClock, InMemoryEntries, VectorEntries]:
    """Return a store that somebody else writes, and an index over the same rows."""
    clock, rows = VirtualClock(), Rows()
    other = InMemoryEntries(clock=clock, rows=rows).opened()
    behind = InMemoryEntries(clock=clock, rows=rows)
    return clock, other, VectorEntries(behind, embedder=LexicalEmbedder(), clock=clock)


async def test_what_others_write_counts_at_once() -> None:
    """Stored, changed and deleted behind its back: the next question knows."""
    _, other, index = stores()
    await other.store(entry("before", "a waltz"))
    async with index:
        await other.store(entry("after", "a waltz"))
        await other.store(entry("changed", "a waltz"))
        await other.store(entry("changed", "a tango"))
        assert [one.entry.key for one in await index.search(Query(text="waltz")).all()] == ["after", "before"]
        await other.delete(at("before"))
        assert [one.entry.key for one in await index.search(Query(text="waltz")).all()] == ["after"]


async def test_only_changed_texts_are_embedded_again() -> None:
    """An update of metadata costs no embedding."""
    embedded: list[str] = []

    class Counting(LexicalEmbedder):
        async def embed(self, texts: object) -> list[list[float]]:
            embedded.extend(texts)  # type: ignore[arg-type]
            return await super().embed(texts)  # type: ignore[arg-type]

    clock = VirtualClock()
    async with VectorEntries(InMemoryEntries(clock=clock), embedder=Counting(), clock=clock) as index:
        await index.store(entry("a", "a waltz"))
        await index.search(Query(text="a waltz")).all()
        await index.store(entry("a", "a waltz", metadata={"seen": True}))
        (hit,) = await index.search(Query(text="a waltz")).all()
        assert hit.entry.metadata == {"seen": True}
        assert embedded.count("a waltz") == 3  # once to be stored, twice as a question


async def test_selective_filters_find_what_lies_far_down_the_ranking() -> None:
    """The nearest hundreds may all be filtered out."""
    clock = VirtualClock()
    async with VectorEntries(InMemoryEntries(clock=clock), embedder=LexicalEmbedder(), clock=clock) as index:
        await index.store_all([entry(f"k{n}", "a slow waltz") for n in range(400)])
        await index.store(entry("far", "some waltz on a very stormy sea", metadata={"rare": 1}))
        hits = await index.search(Query(text="a slow waltz", metadata={"rare": 1}, limit=1)).all()
        assert [one.entry.key for one in hits] == ["far"]


async def test_reindexing_covers_what_is_there() -> None:
    """It is made anew from the store behind, and says how much that is."""
    clock, other, index = stores()
    async with index:
        await other.store_all(
            [entry("a", "a waltz"), entry("b", "a storm", expires_at=clock.now() + timedelta(hours=1))]
        )
        assert await index.reindex() == 2
        assert "2 entries" in (await index.health()).detail


@settings(max_examples=40, deadline=None)
@given(
    texts=st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), min_size=1, max_size=30),
    query=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
    limit=st.integers(1, 8),
    offset=st.integers(0, 4),
)
async def test_it_finds_what_scoring_everything_finds(
    texts: list[list[str]], query: list[str], limit: int, offset: int
) -> None:
    """The same entries with the same scores in the same order as the reference."""
    _, other, index = stores()
    await other.store_all([entry(f"k{n}", " ".join(words)) for n, words in enumerate(texts)])
    asked = Query(text=" ".join(query), limit=limit, offset=offset)
    async with index:
        assert await index.search(asked).all() == await other.search(asked).all()


class Untold(InMemoryEntries):
    """A store that does not tell what changed."""

    @property
    def changes(self) -> None:  # type: ignore[override]
        """Be no such thing."""
        raise AttributeError


class Stopping(LexicalEmbedder):
    """An embedder that can be made to wait, and to fail."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.go.set()
        self.asked = asyncio.Event()
        self.fault: Exception | None = None

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Wait, then embed or fail."""
        self.asked.set()
        await self.go.wait()
        if self.fault is not None:
            raise self.fault
        return await super().embed(texts)


async def test_what_is_removed_while_it_is_embedded_is_gone() -> None:
    """The index does not learn of it after the store has forgotten it."""
    clock, embedder = VirtualClock(), Stopping()
    async with VectorEntries(Untold(clock=clock), embedder=embedder, clock=clock) as index:
        embedder.go.clear()
        storing = asyncio.ensure_future(index.store(entry("a", "a waltz")))
        await embedder.asked.wait()
        removing = asyncio.ensure_future(index.delete(at("a")))
        await asyncio.sleep(0)
        embedder.go.set()
        await storing
        assert await removing
        assert await index.search(Query(text="a waltz")).all() == []


async def test_a_question_beside_reindexing_is_answered_from_a_whole_index() -> None:
    """Or it would miss in silence what is not there again yet."""
    clock, embedder = VirtualClock(), Stopping()
    async with VectorEntries(Untold(clock=clock), embedder=embedder, clock=clock) as index:
        await index.store(entry("a", "a waltz"))
        embedder.go.clear()
        embedder.asked.clear()
        asking = asyncio.ensure_future(index.search(Query(text="a waltz")).all())
        await embedder.asked.wait()
        embedder.asked.clear()
        making = asyncio.ensure_future(index.reindex())
        await embedder.asked.wait()
        embedder.go.set()
        assert [one.entry.key for one in await asking] == ["a"]
        assert await making == 1


async def test_reindexing_that_was_broken_off_is_done_by_the_next_question() -> None:
    """Half an index is not taken for a whole one."""
    clock, embedder = VirtualClock(), Stopping()
    async with VectorEntries(Untold(clock=clock), embedder=embedder, clock=clock) as index:
        await index.store(entry("a", "a waltz"))
        embedder.fault = StoreUnavailableError("gone", store="embedder")
        with pytest.raises(StoreUnavailableError):
            await index.reindex()
        embedder.fault = None
        assert [one.entry.key for one in await index.search(Query(text="a waltz")).all()] == ["a"]
