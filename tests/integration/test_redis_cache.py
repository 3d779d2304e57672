"""The cache in Redis: copies are used while it is there, and nobody notices when it is not."""

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest
from redis.asyncio import Redis

from grym.adapters.artifacts import FolderArtifacts
from grym.adapters.breaker import AsyncBreaker, BreakerSettings
from grym.adapters.clock import SystemClock
from grym.adapters.redis_cache import MAX_BYTES, RedisCachedArtifacts
from grym.errors import PermanentError
from schemas.body import ArtifactRef
from tests.support.redis_server import RedisServer, running_redis

FAILURES = 3


@pytest.fixture
def server() -> Iterator[RedisServer]:
    """Run a Redis for one test."""
    with running_redis() as server:
        yield server


@pytest.fixture
def breaker() -> AsyncBreaker:
    """Return a breaker that stays open once it is."""
    settings = BreakerSettings(failures=FAILURES, reset_s=3600.0)
    return AsyncBreaker("redis", clock=SystemClock(), settings=settings)


@pytest.fixture
async def cached(server: RedisServer, breaker: AsyncBreaker, tmp_path: Path) -> AsyncIterator[RedisCachedArtifacts]:
    """Return a folder with copies in Redis."""
    store = RedisCachedArtifacts.at(server.url, FolderArtifacts(tmp_path), breaker)
    yield store
    await store.aclose()


async def kept(store: RedisCachedArtifacts, payload: bytes = b"a score") -> ArtifactRef:
    """Store a payload."""
    return await store.put(payload, media_type="text/plain")


def lose(folder: Path) -> None:
    """Remove every payload of the store behind."""
    for file in folder.rglob("*"):
        if file.is_file():
            file.unlink()


async def test_a_copy_answers_for_the_store(cached: RedisCachedArtifacts, tmp_path: Path) -> None:
    """What was written can be read where the store itself is out of reach."""
    ref = await kept(cached)
    lose(tmp_path)
    assert await cached.get(ref) == b"a score"


async def test_what_was_read_once_is_copied(cached: RedisCachedArtifacts, tmp_path: Path) -> None:
    """Reading makes a copy, since a file makes none when it is stored."""
    (tmp_path / "file").write_bytes(b"a page")
    ref = await cached.put_file(tmp_path / "file", media_type="image/svg+xml")
    assert await cached.get(ref) == b"a page"
    lose(tmp_path)
    assert await cached.get(ref) == b"a page"


async def test_large_payloads_are_not_copied(cached: RedisCachedArtifacts, tmp_path: Path) -> None:
    """Sound stays where it is."""
    ref = await kept(cached, bytes(MAX_BYTES + 1))
    assert len(await cached.get(ref)) == MAX_BYTES + 1
    lose(tmp_path)
    with pytest.raises(PermanentError):
        await cached.get(ref)


async def test_a_damaged_copy_is_never_used(cached: RedisCachedArtifacts, server: RedisServer) -> None:
    """Whatever somebody wrote under the name, the payload is that of the digest."""
    ref = await kept(cached)
    async with aclosing(Redis.from_url(server.url)) as redis:
        names = await redis.keys("*")
        await redis.set(names[0], b"something else")
    assert await cached.get(ref) == b"a score"


@pytest.mark.parametrize("fault", ["freeze", "kill"])
async def test_nobody_notices_when_it_is_away(
    cached: RedisCachedArtifacts, server: RedisServer, breaker: AsyncBreaker, fault: str
) -> None:
    """A server that hangs or is gone fails no call, and is left alone after a few."""
    ref = await kept(cached)
    getattr(server, fault)()
    for _ in range(FAILURES):
        assert await cached.get(ref) == b"a score"
    assert breaker.state == "open"
    assert await cached.get(await kept(cached, b"another")) == b"another"


async def test_it_is_used_again_when_it_is_back(server: RedisServer, tmp_path: Path) -> None:
    """After a while one call tries, and from then on copies answer again."""
    breaker = AsyncBreaker("redis", clock=SystemClock(), settings=BreakerSettings(failures=1, reset_s=0.0))
    async with aclosing(RedisCachedArtifacts.at(server.url, FolderArtifacts(tmp_path), breaker)) as store:
        ref = await kept(store)
        server.freeze()
        assert await store.get(ref) == b"a score"
        server.thaw()
        while breaker.state != "closed":
            assert await store.get(ref) == b"a score"
        lose(tmp_path)
        assert await store.get(ref) == b"a score"
