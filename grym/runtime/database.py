"""Work on the database itself, with nothing running: schema and backup."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from grym.adapters.postgres.database import connect
from grym.adapters.postgres.embedded import start_embedded
from grym.adapters.postgres.faults import connecting, translated
from grym.adapters.postgres.migrating import SchemaStatus, migrate, status
from grym.settings import Settings


async def schema_status(settings: Settings) -> SchemaStatus:
    """Return how far the schema is, without changing it."""
    async with _connection(settings) as connection:
        return await status(connection)


async def migrate_schema(settings: Settings) -> SchemaStatus:
    """Bring the schema up to date and return how far it is then."""
    async with _connection(settings) as connection:
        return await migrate(connection)


@asynccontextmanager
async def _connection(settings: Settings) -> AsyncIterator[Any]:
    async with server_of(settings) as dsn:
        with connecting():
            connection = await connect(dsn)
        try:
            with translated():
                yield connection
        finally:
            await connection.close()


@asynccontextmanager
async def server_of(settings: Settings) -> AsyncIterator[str]:
    """Yield how to reach the server of the settings, running as long as the block does."""
    settings.require_known_runtime()
    if settings.database is not None:
        yield settings.database
        return
    settings.home.mkdir(parents=True, exist_ok=True)
    server = await asyncio.to_thread(start_embedded, settings.home)
    try:
        yield server.dsn
    finally:
        await asyncio.to_thread(server.leave)
