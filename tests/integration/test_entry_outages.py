"""Stores of entries on servers that are full, frozen, gone, or shared with others: typed errors, and nothing lost."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from grym.adapters.breaker import AsyncBreaker, BreakerSettings
from grym.adapters.clock import SystemClock, VirtualClock
from grym.adapters.entries.in_memory import InMemoryEntries
from grym.adapters.entries.redis import PREFIX, RedisEntries
from grym.memory.typed.composite import CompositeEntries
from grym.ports.breaker import NoBreakers
from grym.ports.entries import (
    Address,
    Entry,
    Query,
    StoreFailedError,
    StoreFullError,
    StoreUnavailableError,
)
from tests.support.redis_server import RedisServer, running_redis


@pytest.fixture
def server() -> Iterator[RedisServer]:
    """Run a Redis for one test."""
    with running_redis() as server:
        yield server


@pytest.fixture
async def client(server: RedisServer) -> AsyncIterator[Redis]:
    """Look at the server from outside."""
    client = Redis.from_url(server.url)
    yield client
    await client.aclose()


@pytest.fixture
async def store(server: RedisServer) -> AsyncIterator[RedisEntries]:
    """Return an open store."""
    async with RedisEntries.at(server.url, clock=SystemClock(), breaker=NoBreakers().breaker("redis")) as store:
        yield store


def entry(key: str = "a", **rest: Any) -> Entry:
    """Return an entry."""
    return Entry(key=key, value={"text": "one"}, **rest)


async def test_a_full_redis_is_told_apart(store: RedisEntries, client: Redis) -> None:
    """Out of memory is a typed refusal, what was there stays readable, and writing goes on once there is room."""
    await store.store(entry("kept"))
    await client.config_set("maxmemory", 1)
    with pytest.raises(StoreFullError) as caught:
        await store.store(entry("refused"))
    assert (caught.value.code, caught.value.store, caught.value.key) == ("redis.full", "redis", "refused")
    assert caught.value.__cause__ is not None
    assert (await store.retrieve(Address(key="kept"))).entry is not None
    await client.config_set("maxmemory", 0)
    await store.store(entry("refused"))
    assert await store.count() == 2


async def test_a_dead_redis_is_unavailable(store: RedisEntries, server: RedisServer) -> None:
    """Every call fails with the same typed error, and health says so without raising."""
    server.kill()
    for call in (store.store(entry()), store.retrieve(Address(key="a")), store.count(), store.clear()):
        with pytest.raises(StoreUnavailableError) as caught:
            await call
        assert caught.value.code == "redis.unreachable"
        assert caught.value.hint
    with pytest.raises(StoreUnavailableError):
        await store.search(Query()).all()
    health = await store.health()
    assert (health.ready, health.degraded) == (False, ("redis",))


async def test_a_store_that_cannot_connect_can_try_again(server: RedisServer) -> None:
    """A failed `initialise` leaves nothing behind, and the next one may succeed."""
    store = RedisEntries.at(server.url, clock=SystemClock(), breaker=NoBreakers().breaker("redis"))
    server.freeze()
    with pytest.raises(StoreUnavailableError):
        await store.initialise()
    server.thaw()
    async with store:
        assert await store.count() == 0


async def test_names_are_scanned_and_nobody_is_held_up(store: RedisEntries, client: Redis) -> None:
    """Searching asks for no KEYS, and the server still counts what was called."""
    await store.store_all([entry(f"k{n}") for n in range(300)])
    await client.config_resetstat()
    assert len(await store.search(Query(prefix="k", limit=None)).all()) == 300
    called = await client.info("commandstats")
    assert "cmdstat_keys" not in called
    assert called["cmdstat_scan"]["calls"] >= 1


async def test_others_on_the_server_are_left_alone(store: RedisEntries, client: Redis) -> None:
    """Neither searching nor clearing touches what does not carry the prefix, or is of another type."""
    await client.set("somebody", "else")
    await client.set(f"{PREFIX}agent::text", "no hash")
    await store.store(entry())
    assert await store.clear() == 1
    assert await client.get("somebody") == b"else"
    assert await client.get(f"{PREFIX}agent::text") == b"no hash"


async def test_what_somebody_else_wrote_there_is_refused(store: RedisEntries, client: Redis) -> None:
    """Bytes that are no entry are a typed error, not an entry."""
    await client.hset(f"{PREFIX}agent::a", mapping={"body": b"{", "created": b"0"})
    with pytest.raises(StoreFailedError) as caught:
        await store.retrieve(Address(key="a"))
    assert caught.value.code == "store.corrupt"


async def test_what_is_damaged_can_be_cleared_away(store: RedisEntries, client: Redis) -> None:
    """Or a front would owe forgetting for ever; what belongs to others stays."""
    await client.hset(f"{PREFIX}agent:anna:a", mapping={"body": b"{", "created": b"0"})
    await client.hset(f"{PREFIX}agent:b%3Ao:a", mapping={"body": b"{", "created": b"0"})
    assert await store.clear(owner="anna") == 0
    assert [name async for name in client.scan_iter(f"{PREFIX}*")] == [f"{PREFIX}agent:b%3Ao:a".encode()]
    await store.clear()
    assert await client.dbsize() == 0


async def test_the_server_lets_entries_expire(server: RedisServer, client: Redis) -> None:
    """The sooner of the entry's own expiry and the store's counts, and the server knows it."""
    clock = VirtualClock()
    async with RedisEntries.at(
        server.url, clock=clock, breaker=NoBreakers().breaker("redis"), ttl_s=100.0, prefix="x:"
    ) as store:
        await store.store(entry("ever"))
        await store.store(entry("soon", expires_at=clock.now() + timedelta(seconds=10)))
        await store.store(entry("late", expires_at=clock.now() + timedelta(seconds=1000)))
    left_ms = [await client.pttl(f"x:agent::{key}") for key in ("ever", "soon", "late")]
    assert 0 < left_ms[1] <= 10_000 < left_ms[0] <= 100_000
    assert left_ms[0] - left_ms[2] < 10_000


async def test_of_two_writers_the_later_version_wins(server: RedisServer) -> None:
    """Whoever comes last to the server, the version that was updated last stays."""
    clock = VirtualClock()
    breaker = NoBreakers().breaker("redis")
    first = RedisEntries.at(server.url, clock=clock, breaker=breaker)
    second = RedisEntries.at(server.url, clock=clock, breaker=breaker)
    async with first, second:
        versions = [entry(updated_at=clock.now() - timedelta(seconds=n)) for n in range(20)]
        await asyncio.gather(*((first, second)[n % 2].store(one) for n, one in enumerate(reversed(versions))))
        kept = (await first.retrieve(Address(key="a"))).entry
        assert kept is not None
        assert kept.updated_at == clock.now()
        assert kept.created_at == clock.now() - timedelta(seconds=19)


async def test_a_composite_goes_on_without_redis_and_finds_it_again(server: RedisServer) -> None:
    """Degraded by name while it hangs, true at once when it is back: what changed meanwhile is not found stale."""
    clock = VirtualClock()
    breaker = AsyncBreaker("redis", clock=clock, settings=BreakerSettings(failures=1, reset_s=5.0))
    front = RedisEntries.at(server.url, clock=clock, breaker=breaker)
    truth = InMemoryEntries(clock=clock, name="truth")
    async with CompositeEntries(truth=truth, fronts=[front], clock=clock) as both:
        await both.store_all([entry("changed"), entry("deleted")])
        server.freeze()
        await clock.advance(1)
        changed = await both.store(Entry(key="changed", value={"text": "two"}))
        assert changed.degraded == ("redis",)
        assert await both.delete(Address(key="deleted"))
        lookup = await both.retrieve(Address(key="changed"))
        assert (lookup.store, lookup.degraded) == ("truth", ("redis",))
        server.thaw()
        await clock.advance(6)
        assert (await both.retrieve(Address(key="deleted"))).entry is None
        back = await both.retrieve(Address(key="changed"))
        assert back.degraded == ()
        assert back.entry is not None
        assert back.entry.value == {"text": "two"}
        assert (await both.retrieve(Address(key="changed"))).store == "redis"
