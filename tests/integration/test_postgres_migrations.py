"""Migrations: applied once, under a lock, and checked for ever after."""

import asyncio

import pytest

from grym.adapters.postgres import migrating
from grym.adapters.postgres.database import connect
from grym.adapters.postgres.migrating import Migration, SchemaStatus, known_migrations, migrate, status
from grym.errors import InvariantError, UnavailableError

ONE = Migration(version=1, name="0001_one.sql", sql="-- minimum: 1\ncreate table one (n integer)")
EXPAND = Migration(version=2, name="0002_expand.sql", sql="-- minimum: 1\nalter table one add m integer")
CONTRACT = Migration(version=3, name="0003_contract.sql", sql="-- minimum: 3\nalter table one drop n")


async def test_an_empty_database_is_brought_up_to_date_once(empty_dsn: str) -> None:
    """Doing it again changes nothing."""
    connection = await connect(empty_dsn)
    newest = known_migrations()[-1]
    assert await status(connection) == SchemaStatus(version=0, known=newest.version, minimum=0)
    first = await migrate(connection)
    assert first.version == first.known == newest.version
    assert await migrate(connection) == first
    assert await connection.fetchval("select count(*) from schema_versions") == len(known_migrations())
    await connection.close()


async def test_several_processes_may_migrate_at_once(empty_dsn: str) -> None:
    """One does it, the others wait."""
    connections = [await connect(empty_dsn) for _ in range(4)]
    found = await asyncio.gather(*(migrate(connection) for connection in connections))
    assert len(set(found)) == 1
    for connection in connections:
        await connection.close()


async def test_a_migration_that_fails_leaves_nothing(empty_dsn: str) -> None:
    """It is one transaction, and the lock is given back."""
    connection, other = await connect(empty_dsn), await connect(empty_dsn)
    broken = Migration(version=2, name="0002_b.sql", sql="-- minimum: 1\ncreate table two (n int); nonsense")
    with pytest.raises(Exception, match="syntax error"):
        await migrate(connection, migrations=(ONE, broken))
    assert not await other.fetchval("select to_regclass('two') is not null")
    assert (await migrate(other, migrations=(ONE, EXPAND))).version == 2
    await connection.close()
    await other.close()


async def test_a_changed_file_is_refused(empty_dsn: str) -> None:
    """What was applied stays as it was."""
    connection = await connect(empty_dsn)
    await migrate(connection, migrations=(ONE,))
    edited = Migration(version=1, name=ONE.name, sql=ONE.sql + " ")
    with pytest.raises(UnavailableError) as raised:
        await migrate(connection, migrations=(edited,))
    assert raised.value.code == "db.schema_changed"
    await connection.close()


async def test_older_code_goes_on_until_a_migration_contracts(empty_dsn: str) -> None:
    """Expanding keeps the minimum, contracting raises it."""
    connection = await connect(empty_dsn)
    await migrate(connection, migrations=(ONE, EXPAND))
    assert (await migrate(connection, migrations=(ONE,))).version == 2
    await migrate(connection, migrations=(ONE, EXPAND, CONTRACT))
    with pytest.raises(UnavailableError) as raised:
        await migrate(connection, migrations=(ONE, EXPAND))
    assert raised.value.code == "db.schema_newer"
    assert raised.value.details == {"needed": 3, "known": 2}
    await connection.close()


def test_every_file_is_numbered_and_states_its_minimum() -> None:
    """From one, without a gap; a file without a minimum is our own fault."""
    known = known_migrations()
    assert [migration.version for migration in known] == list(range(1, len(known) + 1))
    assert all(1 <= migration.minimum <= migration.version for migration in known)
    with pytest.raises(InvariantError):
        _ = Migration(version=1, name="x", sql="select 1").minimum


async def test_a_migration_gives_way_and_comes_again(empty_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever works in the tables is not held up for longer than a moment, and not ended."""
    monkeypatch.setattr(migrating, "LOCK_PATIENCE_MS", 1)
    monkeypatch.setattr(migrating, "PAUSE_S", 0.001)
    connection, worker = await connect(empty_dsn), await connect(empty_dsn)
    await migrate(connection, migrations=(ONE,))
    async with worker.transaction():
        await worker.execute("insert into one values (1)")
        task = asyncio.create_task(migrate(connection, migrations=(ONE, EXPAND)))
        for _ in range(200):
            await worker.execute("insert into one values (1)")
        assert not task.done()
    assert (await task).version == 2
    await connection.close()
    await worker.close()


async def test_a_migration_that_never_finds_room_says_so(empty_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And leaves everything as it was."""
    monkeypatch.setattr(migrating, "ATTEMPTS", 2)
    monkeypatch.setattr(migrating, "LOCK_PATIENCE_MS", 1)
    connection, worker = await connect(empty_dsn), await connect(empty_dsn)
    await migrate(connection, migrations=(ONE,))
    async with worker.transaction():
        await worker.execute("insert into one values (1)")
        with pytest.raises(UnavailableError) as raised:
            await migrate(connection, migrations=(ONE, EXPAND))
    assert raised.value.code == "db.migration_blocked"
    assert (await migrate(connection, migrations=(ONE,))).version == 1
    await connection.close()
    await worker.close()
