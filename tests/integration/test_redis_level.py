"""The shared level on a real Redis: found where it is, never waited for where it is not, whatever happens to it."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing

import pytest
from redis.asyncio import Redis

from grym.adapters.breaker import AsyncBreaker, BreakerSettings
from grym.adapters.clock import SystemClock
from grym.adapters.redis_level import RedisLevel, RedisLevelSettings
from grym.memory.caching.records import Codec, RecordCache
from grym.ports.caching import Record
from tests.support.redis_server import RedisServer, running_redis

FAILURES = 3
CODEC = Codec(decode=bytes.decode, size_of=len)


class Hours:
    """A clock that a test turns on."""

    def __init__(self) -> None:
        self.at_s = 0.0
        self.now = SystemClock().now
        self.sleep = SystemClock().sleep

    def monotonic_s(self) -> float:
        """Return what the test says."""
        return self.at_s


class Store:
    """A database of one record a key, that counts what is read."""

    def __init__(self) -> None:
        self.reads = 0

    async def load(self, keys: Sequence[str]) -> Mapping[str, Record]:
        """Return records in version 1."""
        self.reads += len(keys)
        return {key: record(key) for key in keys}


def record(text: str, version: int = 1) -> Record:
    """Return a record of a text."""
    return Record(version=version, payload=text.encode())


@pytest.fixture
def server() -> Iterator[RedisServer]:
    """Run a Redis for one test."""
    with running_redis() as server:
        yield server


@pytest.fixture
def clock() -> Hours:
    """Return a clock at its start."""
    return Hours()


@pytest.fixture
def breaker(clock: Hours) -> AsyncBreaker:
    """Return a breaker that lets somebody try after a minute of the test's clock."""
    return AsyncBreaker("redis", clock=clock, settings=BreakerSettings(failures=FAILURES, reset_s=60.0))


@pytest.fixture
async def level(server: RedisServer, breaker: AsyncBreaker, clock: Hours) -> AsyncIterator[RedisLevel]:
    """Return the level over the server."""
    async with aclosing(RedisLevel.at(server.url, breaker, clock)) as level:
        yield level


async def wrote(level: RedisLevel, records: Mapping[str, Record]) -> None:
    """Offer copies and wait until they are there."""
    level.offer(records)
    await level.written()


async def test_what_one_offers_another_finds(level: RedisLevel, server: RedisServer, clock: Hours) -> None:
    """In its version, and in no other."""
    await wrote(level, {"a": record("first"), "b": record("second", 7)})
    other = RedisLevel.at(server.url, AsyncBreaker("redis", clock=clock), clock)
    async with aclosing(other):
        assert await other.find({"a": 1, "b": 7, "c": 1}) == {"a": record("first"), "b": record("second", 7)}
        assert await other.find({"a": 2, "b": 6}) == {}


async def test_a_cache_takes_its_misses_from_there(level: RedisLevel, server: RedisServer, clock: Hours) -> None:
    """What one process loaded the next one need not."""
    store = Store()
    one = RecordCache(store, CODEC, shared=level)
    assert await one.get_many({"a": 1, "b": 1}) == {"a": "a", "b": "b"}
    await level.written()
    shared = RedisLevel.at(server.url, AsyncBreaker("redis", clock=clock), clock)
    other = RecordCache(store, CODEC, shared=shared)
    async with aclosing(other):
        assert await other.get_many({"a": 1, "b": 1}) == {"a": "a", "b": "b"}
    assert (store.reads, other.counts.shared_hits) == (2, 2)


async def test_a_damaged_copy_is_not_found(level: RedisLevel, server: RedisServer) -> None:
    """Whoever wrote there: the checksum does not fit."""
    await wrote(level, {"a": record("first")})
    redis = Redis.from_url(server.url)
    for damage in (b"", b"abc", b"0000first", "first"):
        await redis.set("grym:record:1:a", damage)
        assert await level.find({"a": 1}) == {}
    await redis.hset("grym:record:1:b", "no", "string")
    assert await level.find({"b": 1}) == {}
    await redis.aclose()


async def test_copies_go_by_themselves(level: RedisLevel, server: RedisServer) -> None:
    """Nothing is left in Redis for good."""
    await wrote(level, {"a": record("first")})
    redis = Redis.from_url(server.url)
    assert 0 < await redis.ttl("grym:record:1:a") <= RedisLevelSettings().kept_s
    await redis.aclose()


async def test_a_full_server_goes_on_answering(level: RedisLevel, server: RedisServer, clock: Hours) -> None:
    """Writes are left alone for a while and named, reads go on, and when there is room again, so do writes."""
    await wrote(level, {"a": record("first")})
    redis = Redis.from_url(server.url)
    await redis.config_set("maxmemory-policy", "noeviction")
    await redis.config_set("maxmemory", 1)
    await wrote(level, {"b": record("second")})
    assert level.degraded == "redis: refuses writes"
    level.offer({"c": record("third")})
    assert level.dropped == 2
    assert await level.find({"a": 1, "b": 1}) == {"a": record("first")}
    await redis.config_set("maxmemory", 0)
    clock.at_s += RedisLevelSettings().refused_s
    assert level.degraded == ""
    await wrote(level, {"c": record("third")})
    assert await level.find({"c": 1}) == {"c": record("third")}
    await redis.aclose()


async def test_a_server_that_refused_one_copy_is_not_sent_the_others(level: RedisLevel, server: RedisServer) -> None:
    """What waits is dropped at once: a full server has other worries."""
    redis = Redis.from_url(server.url)
    await redis.config_set("maxmemory-policy", "noeviction")
    await redis.config_set("maxmemory", 1)
    await wrote(level, {f"{at}": record("copy") for at in range(20)})
    assert level.dropped == 20
    commands = await redis.info("commandstats")
    assert commands["cmdstat_set"]["calls"] + commands["cmdstat_set"]["rejected_calls"] == 1
    await redis.aclose()


async def test_a_frozen_server_is_left_alone_and_found_again(
    level: RedisLevel, server: RedisServer, breaker: AsyncBreaker, clock: Hours
) -> None:
    """After some vain tries nobody waits for it; misses come from the database; then it is used again."""
    store = Store()
    cache = RecordCache(store, CODEC, shared=level)
    await cache.get_many({"warm": 1})
    await level.written()
    server.freeze()
    for at in range(FAILURES + 3):
        assert await cache.get_many({f"cold {at}": 1}) == {f"cold {at}": f"cold {at}"}
    assert breaker.state == "open"
    assert cache.degraded == "redis: away"
    tried = breaker.failures
    assert await cache.get_many({"warm": 1, "colder": 1}) == {"warm": "warm", "colder": "colder"}
    assert breaker.failures == tried
    server.thaw()
    clock.at_s += 60.0
    assert await level.find({"warm": 1}) == {"warm": record("warm")}
    assert cache.degraded == ""


async def test_a_server_that_is_killed_is_no_error(level: RedisLevel, server: RedisServer) -> None:
    """Everything comes from the database, and the answer says what is missing."""
    store = Store()
    cache = RecordCache(store, CODEC, shared=level)
    server.kill()
    for at in range(FAILURES):
        assert await cache.get_many({f"{at}": 1}) == {f"{at}": f"{at}"}
    assert store.reads == FAILURES
    assert cache.degraded == "redis: away"


async def test_hits_in_memory_never_ask_the_server(level: RedisLevel, server: RedisServer) -> None:
    """A server that is frozen for ever costs the local path nothing: it is not called at all."""
    cache = RecordCache(Store(), CODEC, shared=level)
    await cache.get_many({"a": 1})
    await level.written()
    redis = Redis.from_url(server.url)
    before = (await redis.info("commandstats"))["cmdstat_mget"]["calls"]
    for _ in range(100):
        await cache.get_many({"a": 1})
    assert (await redis.info("commandstats"))["cmdstat_mget"]["calls"] == before
    await redis.aclose()


async def test_copies_that_wait_are_bounded(level: RedisLevel, server: RedisServer) -> None:
    """Against a server that takes nothing, memory does not grow."""
    server.freeze()
    for at in range(20):
        level.offer({f"{at}": Record(version=1, payload=bytes(1024 * 1024))})
    assert level.dropped == 12
    level.offer({"large": Record(version=1, payload=bytes(1024 * 1024 + 1))})
    await level.written()
    assert level.dropped == 20
    server.thaw()
