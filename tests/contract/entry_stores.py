"""Every store of entries, ready to be asked, by the name the suite runs it under."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from grym.adapters.clock import VirtualClock
from grym.adapters.entries.in_memory import InMemoryEntries
from grym.adapters.entries.postgres import PostgresEntries
from grym.adapters.entries.redis import RedisEntries
from grym.adapters.postgres.database import Database
from grym.memory.typed.composite import CompositeEntries, WritePolicy
from grym.memory.typed.embedding import LexicalEmbedder
from grym.memory.typed.switching import SwitchedEntries, SwitchPolicy
from grym.memory.typed.tiered import TieredEntries
from grym.memory.typed.tiers import Tier
from grym.memory.typed.vector import VectorEntries
from grym.ports.breaker import NoBreakers
from grym.ports.entries import Address, Entry, EntryStore, Query, Result


@asynccontextmanager
async def memory_store(clock: VirtualClock, _: Mapping[str, str]) -> AsyncIterator[EntryStore]:
    """Make the reference."""
    yield InMemoryEntries(clock=clock)


@asynccontextmanager
async def postgres_store(clock: VirtualClock, servers: Mapping[str, str]) -> AsyncIterator[EntryStore]:
    """Make one over the session's server, emptied before."""
    database = await Database.open(servers["postgres"], writers=2, readers=2)
    yield PostgresEntries.over(database, clock=clock)
    await database.close()


@asynccontextmanager
async def redis_store(clock: VirtualClock, servers: Mapping[str, str]) -> AsyncIterator[EntryStore]:
    """Make one over the session's Redis, emptied before."""
    yield RedisEntries.at(servers["redis"], clock=clock, breaker=NoBreakers().breaker("redis"))


@asynccontextmanager
async def vector_store(clock: VirtualClock, servers: Mapping[str, str]) -> AsyncIterator[EntryStore]:
    """Make one whose entries lie in PostgreSQL."""
    async with postgres_store(clock, servers) as behind:
        yield VectorEntries(behind, embedder=LexicalEmbedder(), clock=clock)


@asynccontextmanager
async def vector_over_redis(clock: VirtualClock, servers: Mapping[str, str]) -> AsyncIterator[EntryStore]:
    """Make one over a store whose changes cannot be followed."""
    async with redis_store(clock, servers) as behind:
        yield VectorEntries(behind, embedder=LexicalEmbedder(), clock=clock)


def _composite(policy: WritePolicy) -> Any:
    @asynccontextmanager
    async def make(clock: VirtualClock, servers: Mapping[str, str]) -> AsyncIterator[EntryStore]:
        near = InMemoryEntries(clock=clock, name="near")
        async with postgres_store(clock, servers) as truth, redis_store(clock, servers) as shared:
            yield CompositeEntries(truth=truth, fronts=[near, shared], clock=clock, policy=policy)

    return make


@asynccontextmanager
async def tiered_store(clock: VirtualClock, servers: Mapping[str, str]) -> AsyncIterator[EntryStore]:
    """Make one with three tiers in three places."""
    async with postgres_store(clock, servers) as long, redis_store(clock, servers) as short:
        tiers: dict[Tier, EntryStore] = {"short": short, "medium": InMemoryEntries(clock=clock), "long": long}
        yield TieredEntries(tiers, clock=clock)


@asynccontextmanager
async def switched_store(clock: VirtualClock, servers: Mapping[str, str]) -> AsyncIterator[EntryStore]:
    """Make one in the middle of a switch, every read compared."""
    async with postgres_store(clock, servers) as new:
        old = InMemoryEntries(clock=clock, name="old")
        yield SwitchedEntries(old=old, new=new, clock=clock, stage="compare", policy=SwitchPolicy(share=1.0))


STORES: dict[str, Any] = {
    "switch": switched_store,
    "composite through": _composite("through"),
    "composite around": _composite("around"),
    "composite behind": _composite("behind"),
    "tiered": tiered_store,
    "memory": memory_store,
    "postgres": postgres_store,
    "redis": redis_store,
    "vector": vector_store,
    "vector over redis": vector_over_redis,
}
SERVERS = {
    "postgres": "postgres",
    "redis": "redis",
    "vector": "postgres",
    "vector over redis": "redis",
    "switch": "postgres",
    **dict.fromkeys(("composite through", "composite around", "composite behind", "tiered"), "postgres redis"),
}
"""Which server a store needs."""


def at(key: str, **rest: Any) -> Address:
    """Return an address."""
    return Address(key=key, **rest)


def entry(key: str, text: str = "", **rest: Any) -> Entry:
    """Return an entry about a text."""
    return Entry(key=key, value={"text": text} if text else {"n": 1}, **rest)


async def found(store: EntryStore, **query: Any) -> list[str]:
    """Return the keys of what a question finds, in order."""
    return [result.entry.key for result in await store.search(Query(**query)).all()]


async def results(store: EntryStore, **query: Any) -> list[Result]:
    """Return what a question finds."""
    return await store.search(Query(**query)).all()


def soon(clock: VirtualClock, seconds: float) -> datetime:
    """Return an instant from now."""
    return clock.now() + timedelta(seconds=seconds)


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
