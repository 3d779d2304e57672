"""Numbered migrations under an advisory lock: expand first, contract later, never change an applied file.

Each file states the oldest code that still understands the schema after it (``-- minimum: N``, counted in migrations);
only contracting migrations raise it. Older code than the recorded minimum is refused, newer schemas are not.
"""

import asyncio
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import asyncpg

from grym.errors import InvariantError, UnavailableError

LOCK = 0x6772_796D  # "grym" in ASCII

LOCK_PATIENCE_MS = 250
"""How long a migration waits for a table while others wait for those it has; well below PostgreSQL's look for deadlocks
(1 s), so that it is the migration that gives way."""
PAUSE_S = 0.25
ATTEMPTS = 120
"""A minute in all: longer than any transaction of grym may be idle before the server ends it."""

_IN_THE_WAY = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)

_MINIMUM = re.compile(r"^-- minimum: (\d+)$", re.MULTILINE)
_CREATE = """
create table if not exists schema_versions (
    version integer primary key,
    name text not null,
    sha256 text not null,
    minimum integer not null,
    applied_at timestamptz not null default clock_timestamp()
)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One numbered file."""

    version: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """The digest of its text."""
        return hashlib.sha256(self.sql.encode()).hexdigest()

    @property
    def minimum(self) -> int:
        """The oldest code, counted in migrations it knows, that understands the schema afterwards."""
        found = _MINIMUM.search(self.sql)
        if found is None:
            raise InvariantError(f"the migration {self.name} does not state its minimum")
        return int(found.group(1))


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaStatus:
    """How far a database is: its version, the newest this code knows, and the oldest code it accepts."""

    version: int
    known: int
    minimum: int


@cache
def known_migrations() -> tuple[Migration, ...]:
    """Return the migrations that came with this code, in order."""
    folder = files("grym.adapters.postgres") / "migrations"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return tuple(
        Migration(version=int(name.split("_")[0]), name=name, sql=(folder / name).read_text("utf-8")) for name in names
    )


async def migrate(
    connection: Any, *, up_to: int | None = None, migrations: tuple[Migration, ...] | None = None
) -> SchemaStatus:
    """Bring a database up to date, or to a given version; several processes may try at once.

    Raises
    ------
    UnavailableError
        ``db.schema_newer`` where the database asks for newer code, ``db.schema_changed`` where an applied file is not
        the one this code knows.
    """
    known = known_migrations() if migrations is None else migrations
    await connection.execute("select pg_advisory_lock($1)", LOCK)
    try:
        await connection.execute(_CREATE)
        applied = await _applied(connection, known)
        for migration in known:
            if migration.version not in applied and (up_to is None or migration.version <= up_to):
                await _apply(connection, migration)
        return await status(connection, known=known)
    finally:
        await connection.execute("select pg_advisory_unlock($1)", LOCK)


async def status(connection: Any, *, known: tuple[Migration, ...] | None = None) -> SchemaStatus:
    """Return how far a database is."""
    newest = (known_migrations() if known is None else known)[-1].version
    if not await connection.fetchval("select to_regclass('schema_versions') is not null"):
        return SchemaStatus(version=0, known=newest, minimum=0)
    row = await connection.fetchrow(
        "select coalesce(max(version), 0) as version, coalesce(max(minimum), 0) as minimum from schema_versions"
    )
    return SchemaStatus(version=row["version"], known=newest, minimum=row["minimum"])


async def _applied(connection: Any, known: tuple[Migration, ...]) -> set[int]:
    rows = await connection.fetch("select version, name, sha256, minimum from schema_versions")
    needed = max((row["minimum"] for row in rows), default=0)
    if needed > known[-1].version:
        raise UnavailableError(
            "the database was changed by a newer grym",
            code="db.schema_newer",
            hint="Install that version of grym or a later one.",
            details={"needed": needed, "known": known[-1].version},
        )
    digests = {migration.version: migration.sha256 for migration in known}
    for row in rows:
        if digests.get(row["version"], row["sha256"]) != row["sha256"]:
            raise UnavailableError(
                f"the migration {row['name']} is not the one that was applied to this database",
                code="db.schema_changed",
                hint="Install the version of grym that this database was made with.",
            )
    return {row["version"] for row in rows}


async def _apply(connection: Any, migration: Migration) -> None:
    """Apply a migration beside running transactions: it makes nobody wait for long, and comes again."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            await _apply_once(connection, migration)
        except _IN_THE_WAY as error:
            if attempt == ATTEMPTS:
                raise UnavailableError(
                    f"the tables are never free for the migration {migration.name}",
                    code="db.migration_blocked",
                    hint="End transactions that are open for long, or stop the workers for a moment.",
                ) from error
            await asyncio.sleep(PAUSE_S)
        else:
            return


async def _apply_once(connection: Any, migration: Migration) -> None:
    async with connection.transaction():
        await connection.execute(f"set local lock_timeout = {LOCK_PATIENCE_MS}")
        await connection.execute(migration.sql)
        await connection.execute(
            "insert into schema_versions (version, name, sha256, minimum) values ($1, $2, $3, $4)",
            migration.version,
            migration.name,
            migration.sha256,
            migration.minimum,
        )
