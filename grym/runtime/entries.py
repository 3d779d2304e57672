"""Typed memory over this machine's adapters: what a configuration needs to become a store."""

import asyncio
from pathlib import Path

from grym.adapters.clock import SystemClock
from grym.adapters.entries.in_memory import InMemoryEntries
from grym.adapters.entries.postgres import PostgresEntries
from grym.adapters.entries.redis import RedisEntries
from grym.adapters.postgres.database import Database
from grym.adapters.postgres.embedded import embedded_server
from grym.adapters.postgres.migrating import migrate
from grym.memory.typed.configuration import MemoryConfig, PostgresConfig, RedisConfig, config_of
from grym.memory.typed.factory import Makers, StoreFactory
from grym.ports.breaker import Breakers, NoBreakers
from grym.ports.clock import Clock
from grym.ports.entries import EntryStore
from grym.settings import Settings


def store_factory(*, home: Path, clock: Clock | None = None, breakers: Breakers | None = None) -> StoreFactory:
    """Return what makes stores here; the embedded database is that of `home`."""
    clock, breakers = clock or SystemClock(), breakers or NoBreakers()

    def memory(config: MemoryConfig, name: str) -> EntryStore:
        return InMemoryEntries(clock=clock, name=name, max_entries=config.max_entries)

    def redis(config: RedisConfig, name: str) -> EntryStore:
        return RedisEntries.at(
            config.url.reveal(),
            clock=clock,
            breaker=breakers.breaker(name),
            name=name,
            prefix=config.prefix,
            ttl_s=config.ttl_s,
        )

    def postgres(config: PostgresConfig, name: str) -> EntryStore:
        if config.url is None:
            return _Embedded(home, size=config.pool_size, clock=clock, name=name)
        url, size = config.url.reveal(), config.pool_size
        return PostgresEntries(lambda: _opened(url, size=size), clock=clock, name=name, owned=True)

    return StoreFactory(Makers(memory=memory, redis=redis, postgres=postgres), clock=clock)


async def open_entries(settings: Settings, *, breakers: Breakers | None = None) -> EntryStore:
    """Open grym's own store: PostgreSQL, behind Redis where one is set.

    Raises
    ------
    StoreConfigError, StoreUnavailableError
        As `StoreFactory.open`.
    """
    config = config_of(database=settings.database, redis=settings.redis)
    return await store_factory(home=settings.home, breakers=breakers).open(config)


class _Embedded(PostgresEntries):
    """A store in the embedded server, which it starts and leaves."""

    def __init__(self, home: Path, *, size: int, clock: Clock, name: str) -> None:
        super().__init__(self._start, clock=clock, name=name, owned=True)
        self._home = home
        self._size = size

    async def _start(self) -> Database:
        self._server = await embedded_server(self._home)
        try:
            return await _opened(self._server.dsn, size=self._size)
        except BaseException:
            await asyncio.to_thread(self._server.leave)
            raise

    async def _shut(self) -> None:
        try:
            await super()._shut()
        finally:
            await asyncio.to_thread(self._server.leave)


async def _opened(dsn: str, *, size: int) -> Database:
    """Open a database whose schema is up to date."""
    database = await Database.open(dsn, writers=size, readers=size)
    try:
        async with database.writer() as connection:
            await migrate(connection)
    except BaseException:
        await database.close()
        raise
    return database
