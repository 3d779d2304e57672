"""Copies of records in Redis, shared by processes: the level between a cache in memory and the database.

The version is part of the name and of what is asked for, so a copy is the right one or is not found. Nothing has to be
invalidated and no channel has to be listened to: a message that is lost or late could let something outdated answer, a
name cannot. Copies of versions that nobody asks for any more go by their time, or by Redis' own limit.

Optional in every sense (promise 6): reading waits 50 ms at most and, once five times in a row were in vain, not at all
until somebody's try succeeds; writing happens beside other work, and what does not fit is dropped.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from zlib import crc32

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from grym.errors import AdapterError
from grym.ports.breaker import Breaker
from grym.ports.caching import Record
from grym.ports.clock import Clock

T = TypeVar("T")

REDIS = "redis"
"""The name of its breaker."""
CHECK_BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisLevelSettings:
    """How long copies are kept and waited for."""

    prefix: str = "grym:record"
    """What the names begin with."""
    kept_s: int = 24 * 3600
    """Seconds a copy is kept: what nobody wrote anew or asked for in a day is loaded from the database again."""
    timeout_s: float = 0.05
    """Seconds an answer may take: the database needs no more itself."""
    most_bytes: int = 1024 * 1024
    """Largest record that is copied; a pattern is never larger."""
    waiting_bytes: int = 8 * 1024 * 1024
    """Copies that may wait to be written; more are dropped, since whoever misses one loads it from the database."""
    refused_s: float = 30.0
    """Seconds in which nothing is written after Redis refused to: it is full, or a replica, and reads go on."""


class RedisLevel:
    """Copies in Redis (see `grym.ports.caching.SharedLevel`).

    Parameters
    ----------
    breaker
        Guards all calls.
    """

    def __init__(
        self, redis: "Redis", breaker: Breaker, clock: Clock, *, settings: RedisLevelSettings | None = None
    ) -> None:
        self._redis = redis
        self._breaker = breaker
        self._clock = clock
        self._settings = settings or RedisLevelSettings()
        self._waiting: dict[str, Record] = {}
        self._waiting_bytes = 0
        self._writing: asyncio.Task[None] | None = None
        self._refused_until_s = float("-inf")
        self.dropped = 0
        """Copies that were never written, since too many waited or Redis refused them."""

    @classmethod
    def at(
        cls, url: str, breaker: Breaker, clock: Clock, *, settings: RedisLevelSettings | None = None
    ) -> "RedisLevel":
        """Use the server at a URL; nothing is sent before something is read or written."""
        timeout_s = (settings or RedisLevelSettings()).timeout_s
        redis = Redis.from_url(url, socket_timeout=timeout_s, socket_connect_timeout=timeout_s)
        return cls(redis, breaker, clock, settings=settings)

    @property
    def degraded(self) -> str:
        """``redis: away``, ``redis: refuses writes``, or nothing."""
        if self._breaker.state != "closed":
            return "redis: away"
        return "redis: refuses writes" if self._refused else ""

    async def find(self, wanted: Mapping[str, int]) -> Mapping[str, Record]:
        """Return the copies there are of records in exactly these versions; none while Redis is away."""
        names = [self._name(key, version) for key, version in wanted.items()]
        answers = await self._tried(lambda: self._redis.mget(names))
        found = {}
        for (key, version), copy in zip(wanted.items(), answers or (), strict=False):
            payload = _opened(copy)
            if payload is not None:
                found[key] = Record(version=version, payload=payload)
        return found

    def offer(self, records: Mapping[str, Record]) -> None:
        """Write copies beside other work."""
        for key, record in records.items():
            size = len(record.payload)
            if size > self._settings.most_bytes:
                continue
            if self._refused or self._waiting_bytes + size > self._settings.waiting_bytes:
                self.dropped += 1
                continue
            name = self._name(key, record.version)
            if name not in self._waiting:
                self._waiting[name] = record
                self._waiting_bytes += size
        if self._waiting and (self._writing is None or self._writing.done()):
            self._writing = asyncio.ensure_future(self._write())

    async def written(self) -> None:
        """Return when nothing waits to be written."""
        if self._writing is not None:
            await asyncio.wait([self._writing])

    async def aclose(self) -> None:
        """Give up what is not written yet, and the connections."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
        await self._redis.aclose()

    @property
    def _refused(self) -> bool:
        return self._clock.monotonic_s() < self._refused_until_s

    async def _write(self) -> None:
        while self._waiting:
            name, record = next(iter(self._waiting.items()))
            if not await self._tried(lambda: self._set(name, record.payload)):  # noqa: B023 (awaited at once)
                self.dropped += len(self._waiting)
                self._waiting.clear()
                self._waiting_bytes = 0
                return
            self._waiting_bytes -= len(self._waiting.pop(name).payload)

    async def _set(self, name: str, payload: bytes) -> bool:
        """Write a copy and return whether Redis took it."""
        try:
            await self._redis.set(name, _sealed(payload), ex=self._settings.kept_s)
        except ResponseError:  # it answers, so it is not away: full (OOM), a replica (READONLY), out of disk (MISCONF)
            self._refused_until_s = self._clock.monotonic_s() + self._settings.refused_s
            return False
        return True

    async def _tried(self, work: Callable[[], Awaitable[T]]) -> T | None:
        """Return what Redis says, None where it says nothing in time."""
        try:
            return await self._breaker.call(lambda: self._in_time(work))
        except AdapterError:
            return None

    async def _in_time(self, work: Callable[[], Awaitable[T]]) -> T:
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                return await work()
        except (RedisError, OSError, TimeoutError) as error:
            raise AdapterError("the shared cache does not answer", code="redis.failed") from error

    def _name(self, key: str, version: int) -> str:
        return f"{self._settings.prefix}:{version}:{key}"


def _sealed(payload: bytes) -> bytes:
    """Return a payload behind its checksum, so that a damaged copy is never used."""
    return crc32(payload).to_bytes(CHECK_BYTES, "big") + payload


def _opened(copy: object) -> bytes | None:
    if not isinstance(copy, bytes) or len(copy) < CHECK_BYTES:
        return None
    payload = copy[CHECK_BYTES:]
    return payload if crc32(payload) == int.from_bytes(copy[:CHECK_BYTES], "big") else None
