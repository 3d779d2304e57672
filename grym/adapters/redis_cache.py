"""A second-level cache in Redis: small artifacts that several workers read one after the other.

Optional in every sense (promise 6). A payload is named by its digest and checked when it is read, so that a copy is
never stale and a damaged one is never used. When Redis is slow or away the store behind answers, its breaker sees to it
that nobody waits for it again for a while, and only the metrics tell.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from redis.asyncio import Redis
from redis.exceptions import RedisError

from grym.adapters.artifact_names import check
from grym.adapters.artifacts import SweptArtifacts
from grym.errors import AdapterError, PermanentError
from grym.ports.breaker import Breaker
from schemas.body import ArtifactRef

T = TypeVar("T")

MAX_BYTES = 1024 * 1024
"""Largest payload that is copied: scores, pages and bodies by claim check are smaller, sound is not."""
KEPT_S = 24 * 3600
"""Seconds a copy is kept: everybody who works on a request reads its artifacts within minutes."""
TIMEOUT_S = 0.05
"""Seconds an answer may take: a store on the same network needs no more itself."""
REDIS = "redis"
"""The name of its breaker."""


class RedisCachedArtifacts:
    """An artifact store with copies of small payloads in Redis.

    Parameters
    ----------
    behind
        The store that holds the truth.
    breaker
        Guards the calls to Redis.
    """

    def __init__(self, behind: SweptArtifacts, redis: "Redis", breaker: Breaker) -> None:
        self._behind = behind
        self._redis = redis
        self._breaker = breaker

    @classmethod
    def at(cls, url: str, behind: SweptArtifacts, breaker: Breaker) -> "RedisCachedArtifacts":
        """Use the server at a URL; nothing is sent before something is read or written."""
        redis = Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)
        return cls(behind, redis, breaker)

    async def put(self, payload: bytes, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Store a payload, then a copy of it."""
        ref = await self._behind.put(payload, media_type=media_type, samples=samples, name=name)
        await self._copy(ref, payload)
        return ref

    async def put_file(self, path: Path, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Store a file's content; files are large, so no copy is made before somebody reads it."""
        return await self._behind.put_file(path, media_type=media_type, samples=samples, name=name)

    async def get(self, ref: ArtifactRef) -> bytes:
        """Return the copy, or the payload of the store behind."""
        if ref.size_bytes > MAX_BYTES:
            return await self._behind.get(ref)
        copy = await self._tried(lambda: self._redis.get(_name(ref)))
        if isinstance(copy, bytes):
            try:
                return check(copy, ref)
            except PermanentError:  # somebody else wrote there; the store behind has the truth
                pass
        payload = await self._behind.get(ref)
        await self._copy(ref, payload)
        return payload

    async def local_path(self, ref: ArtifactRef) -> Path:
        """Return a file of the store behind, which keeps its own copies."""
        return await self._behind.local_path(ref)

    async def sweep(self, referenced: set[str], *, grace_s: float) -> int:
        """Sweep the store behind; copies go by themselves."""
        return await self._behind.sweep(referenced, grace_s=grace_s)

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._redis.aclose()

    async def _copy(self, ref: ArtifactRef, payload: bytes) -> None:
        if ref.size_bytes <= MAX_BYTES:
            await self._tried(lambda: self._redis.set(_name(ref), payload, ex=KEPT_S))

    async def _tried(self, work: Callable[[], Awaitable[T]]) -> T | None:
        """Return what Redis says, None where it says nothing in time."""
        try:
            return await self._breaker.call(lambda: _in_time(work))
        except AdapterError:
            return None


async def answers(url: str) -> bool:
    """Return whether the server at a URL answers, given a second."""
    redis = Redis.from_url(url, socket_timeout=1.0, socket_connect_timeout=1.0)
    try:
        return bool(await redis.ping())
    except (RedisError, OSError):
        return False
    finally:
        await redis.aclose()


async def _in_time(work: Callable[[], Awaitable[T]]) -> T:
    try:
        async with asyncio.timeout(TIMEOUT_S):
            return await work()
    except (RedisError, OSError, TimeoutError) as error:
        raise AdapterError("the cache does not answer", code="redis.failed") from error


def _name(ref: ArtifactRef) -> str:
    return f"grym:artifact:{ref.uri.rpartition('/')[2]}"
