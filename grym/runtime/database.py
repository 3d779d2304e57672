"""Work on the database itself, with nothing running: schema and backup."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from grym.adapters.postgres.backup import back_up as write_backup
from grym.adapters.postgres.database import connect
from grym.adapters.postgres.embedded import embedded_server
from grym.adapters.postgres.faults import connecting, translated
from grym.adapters.postgres.migrating import SchemaStatus, migrate, status
from grym.adapters.postgres.restoring import restore as read_backup
from grym.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """What a database server says of itself."""

    version: str
    schema: SchemaStatus


async def server_facts(settings: Settings) -> ServerFacts:
    """Return the version of the server and how far its schema is, starting the embedded one where nobody did."""
    async with _connection(settings) as connection:
        version = await connection.fetchval("show server_version")
        return ServerFacts(version=version, schema=await status(connection))


async def schema_status(settings: Settings) -> SchemaStatus:
    """Return how far the schema is, without changing it."""
    async with _connection(settings) as connection:
        return await status(connection)


async def migrate_schema(settings: Settings) -> SchemaStatus:
    """Bring the schema up to date and return how far it is then."""
    async with _connection(settings) as connection:
        return await migrate(connection)


async def back_up(settings: Settings, file: Path) -> dict[str, Any]:
    """Write database and artifacts into one file and return how much it holds."""
    async with _connection(settings) as connection:
        return {"file": str(file), **await write_backup(connection, file, artifacts=_artifact_folder(settings))}


async def restore(settings: Settings, file: Path, *, force: bool) -> dict[str, Any]:
    """Read database and artifacts back from one file and return how much it held."""
    async with _connection(settings) as connection:
        folder = _artifact_folder(settings)
        return {"file": str(file), **await read_backup(connection, file, artifacts=folder, force=force)}


def _artifact_folder(settings: Settings) -> Path | None:
    """Return the folder of the artifact store; None where it is no folder and has a backup of its own."""
    parts = urlsplit(settings.artifacts_url)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


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
    server = await embedded_server(settings.home)
    try:
        yield server.dsn
    finally:
        await asyncio.to_thread(server.leave)
