"""Entries in Redis: shared between processes, bounded in time, never the only place of anything.

An entry is one hash: its JSON and its times. A script writes it, so that of two writers the one with the later version
wins. Redis lets entries expire by itself; what it has not removed yet is told apart by the clock of the port. Names are
found by SCAN, which holds up nobody, never by KEYS.
"""

import asyncio
import heapq
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from grym.domain.entries.codec import decode, encode
from grym.domain.entries.matching import matches, scored, sort_key
from grym.ports.breaker import Breaker
from grym.ports.clock import Clock
from grym.ports.entries import (
    Address,
    Entry,
    EntryStore,
    Health,
    Lookup,
    Query,
    Result,
    Scope,
    Stored,
    StoreFailedError,
    StoreFullError,
    StoreUnavailableError,
)

T = TypeVar("T")

PREFIX = "grym:entry:"
PAGE = 200
TIMEOUT_S = 1.0
"""Seconds an answer may take: a shared store on the same network needs milliseconds."""

_PUT = """
local known = redis.call('HMGET', KEYS[1], 'updated', 'created', 'expires')
local created = ARGV[2]
if known[1] and (known[3] == '' or tonumber(known[3]) > tonumber(ARGV[5])) then
    if tonumber(known[1]) > tonumber(ARGV[1]) then
        return redis.call('HMGET', KEYS[1], 'body', 'created')
    end
    if tonumber(known[2]) < tonumber(created) then created = known[2] end
end
redis.call('HSET', KEYS[1], 'updated', ARGV[1], 'created', created, 'expires', ARGV[3], 'body', ARGV[4])
if ARGV[6] == '' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[6]) end
return {ARGV[4], created}"""

_REMOVE = """
local updated = redis.call('HGET', KEYS[1], 'updated')
if not updated or tonumber(updated) > tonumber(ARGV[1]) then return 0 end
return redis.call('UNLINK', KEYS[1])"""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SPECIAL = str.maketrans({sign: f"\\{sign}" for sign in "*?[]\\^-"})


class RedisEntries(EntryStore):
    """A store on a Redis server.

    Parameters
    ----------
    connect
        Makes the client; nothing is sent before `initialise`.
    breaker
        Guards every call, so that nobody waits for a server that is away.
    prefix
        What every name begins with, so that others may use the server too.
    ttl_s
        Seconds after its last write at which an entry goes, even one that never expires; None for its own expiry only.
    """

    def __init__(
        self,
        connect: Callable[[], "Redis"],
        *,
        clock: Clock,
        breaker: Breaker,
        name: str = "redis",
        prefix: str = PREFIX,
        ttl_s: float | None = None,
    ) -> None:
        super().__init__(name=name, clock=clock)
        self._connect = connect
        self._breaker = breaker
        self._prefix = prefix
        self._ttl_s = ttl_s
        self._client: Redis | None = None

    @classmethod
    def at(
        cls,
        url: str,
        *,
        clock: Clock,
        breaker: Breaker,
        name: str = "redis",
        prefix: str = PREFIX,
        ttl_s: float | None = None,
    ) -> "RedisEntries":
        """Use the server at a URL."""

        def connect() -> "Redis":
            return Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)

        return cls(connect, clock=clock, breaker=breaker, name=name, prefix=prefix, ttl_s=ttl_s)

    async def _open(self) -> None:
        self._client = self._connect()
        try:
            await self._call(self._redis.ping)
        except BaseException:
            await self._shut()
            raise

    async def _shut(self) -> None:
        await self._redis.aclose()

    async def _put(self, entries: Sequence[Entry]) -> Sequence[Stored]:
        async def write() -> list[Any]:
            pipeline = self._redis.pipeline(transaction=False)
            for entry in entries:
                pipeline.eval(_PUT, 1, self._name_of(entry.address), *self._arguments(entry))
            return await pipeline.execute()

        rows = await self._call(write)
        return [Stored(entry=self._entry(body, created)) for body, created in rows]

    async def _get(self, address: Address) -> Lookup:
        (entry,) = await self._read([self._name_of(address)])
        found = entry is not None and entry.address == address and entry.alive(self._clock.now())
        return Lookup(entry=entry, store=self.name) if found else Lookup(entry=None)

    async def _find(self, query: Query, notes: list[str]) -> AsyncIterator[Result]:
        del notes
        found = [result async for entry in self._matching(query) if (result := scored(entry, query)) is not None]
        wanted = len(found) if query.limit is None else query.offset + query.limit
        for result in heapq.nsmallest(wanted, found, key=lambda one: sort_key(one, query))[query.offset :]:
            yield result

    async def _remove(self, address: Address, up_to: datetime | None) -> bool:
        was_alive = (await self._get(address)).entry is not None
        newest = 2**53 if up_to is None else _micros(up_to)
        return (
            bool(await self._call(partial(self._redis.eval, _REMOVE, 1, self._name_of(address), newest))) and was_alive
        )

    async def _clear(self, scope: Scope | None, owner: str | None) -> int:
        gone = 0
        async for names in self._pages(Query(scope=scope, owner=owner)):
            now = self._clock.now()
            chosen = [
                (name, entry)
                for name, entry in zip(names, await self._read(names, damaged_too=True), strict=True)
                if self._belongs(name, scope, owner)
            ]
            if chosen:
                await self._call(partial(self._redis.unlink, *(name for name, _ in chosen)))
            gone += sum(entry is not None and entry.alive(now) for _, entry in chosen)
        return gone

    async def _count(self, query: Query) -> int:
        return sum([1 async for _ in self._matching(query)])

    async def _fields(self, query: Query) -> set[str] | None:
        found = [set(entry.metadata) async for entry in self._matching(query)]
        return set().union(*found) if found else None

    async def _sweep(self, limit: int) -> int:
        """Remove nothing: the server does so itself."""
        del limit
        return 0

    async def _probe(self) -> Health:
        await self._call(self._redis.ping)
        return Health(store=self.name, ready=True)

    @property
    def _redis(self) -> "Redis":
        assert self._client is not None
        return self._client

    async def _matching(self, query: Query) -> AsyncIterator[Entry]:
        async for names in self._pages(query):
            now = self._clock.now()
            for entry in await self._read(names):
                if entry is not None and matches(entry, query, now=now):
                    yield entry

    async def _pages(self, query: Query) -> AsyncIterator[list[bytes]]:
        """Yield names of entries that may match; each once, though SCAN may repeat them."""
        seen: set[bytes] = set()
        cursor, pattern = 0, self._pattern(query)
        while True:
            cursor, names = await self._call(partial(self._redis.scan, cursor, match=pattern, count=PAGE, _type="HASH"))
            fresh = [name for name in dict.fromkeys(map(_bytes, names)) if name not in seen]
            seen.update(fresh)
            if fresh:
                yield fresh
            if cursor == 0:
                return

    async def _read(self, names: Sequence[bytes], *, damaged_too: bool = False) -> list[Entry | None]:
        """Return entries by name, None for what is gone, and for what is no entry where that is no fault."""

        async def fetch() -> list[Any]:
            pipeline = self._redis.pipeline(transaction=False)
            for name in names:
                pipeline.hmget(name, ["body", "created"])
            return await pipeline.execute()

        rows = await self._call(fetch)
        with_faults = (None if body is None else partial(self._entry, body, created) for body, created in rows)
        return [None if read is None else _entry_or_none(read) if damaged_too else read() for read in with_faults]

    def _entry(self, body: bytes, created: bytes) -> Entry:
        try:
            return replace(decode(body), created_at=_EPOCH + timedelta(microseconds=int(created)))
        except ValueError as error:
            raise StoreFailedError(
                "what lies in Redis is no entry",
                store=self.name,
                code="store.corrupt",
                hint="Does somebody else write under the same prefix?",
            ) from error

    def _arguments(self, entry: Entry) -> tuple[Any, ...]:
        now = self._clock.now()
        left_s = [] if entry.expires_at is None else [(entry.expires_at - now).total_seconds()]
        left_s += [] if self._ttl_s is None else [self._ttl_s]
        expires = "" if entry.expires_at is None else _micros(entry.expires_at)
        times = (_micros(entry.updated_at), _micros(entry.created_at))
        ttl_ms = max(1, int(min(left_s) * 1000)) if left_s else ""
        return (*times, expires, encode(entry), _micros(now), ttl_ms)

    def _name_of(self, address: Address) -> bytes:
        owner = quote(address.owner, safe="")
        return f"{self._prefix}{address.scope}:{owner}:{address.key}".encode()

    def _belongs(self, name: bytes, scope: Scope | None, owner: str | None) -> bool:
        """Return whether a name is of a scope and an owner, where given; owners are quoted, so they hold no colon."""
        of, _, rest = name.decode(errors="replace").removeprefix(self._prefix).partition(":")
        return scope in {None, of} and (owner is None or rest.partition(":")[0] == quote(owner, safe=""))

    def _pattern(self, query: Query) -> bytes:
        begin = query.keys[0] if len(query.keys) == 1 else query.prefix
        owner = "*" if query.owner is None else quote(query.owner, safe="").translate(_SPECIAL)
        end = "" if len(query.keys) == 1 else "*"
        prefix = self._prefix.translate(_SPECIAL)
        return f"{prefix}{query.scope or '*'}:{owner}:{begin.translate(_SPECIAL)}{end}".encode()

    async def _call(self, work: Callable[[], Awaitable[T]]) -> T:
        return await self._breaker.call(lambda: self._in_time(work))

    async def _in_time(self, work: Callable[[], Awaitable[T]]) -> T:
        try:
            async with asyncio.timeout(2 * TIMEOUT_S):
                return await work()
        except OutOfMemoryError as error:
            raise self._full() from error
        except (RedisConnectionError, RedisTimeoutError, OSError, TimeoutError) as error:
            raise self._away(error) from error
        except RedisError as error:
            if "OOM" in str(error):  # from within a script
                raise self._full() from error
            raise StoreFailedError(f"Redis refused: {error}"[:300], store=self.name, code="redis.failed") from error

    def _full(self) -> StoreFullError:
        return StoreFullError(
            "Redis has no memory left",
            store=self.name,
            code="redis.full",
            hint="Raise maxmemory or choose an eviction.",
        )

    def _away(self, error: Exception) -> StoreUnavailableError:
        return StoreUnavailableError(
            "Redis does not answer",
            store=self.name,
            code="redis.unreachable",
            hint="GRYM_REDIS names it; `grym doctor` shows every setting and where it comes from.",
            details={"cause": f"{type(error).__name__}: {error}"[:200]},
        )


def _entry_or_none(read: Callable[[], Entry]) -> Entry | None:
    try:
        return read()
    except StoreFailedError:
        return None


def _bytes(name: bytes | str) -> bytes:
    return name if isinstance(name, bytes) else name.encode()


def _micros(instant: datetime | None) -> int:
    assert instant is not None
    return (instant - _EPOCH) // timedelta(microseconds=1)
