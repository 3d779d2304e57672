"""One embedded server for the whole session; every test finds it empty."""

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from grym.adapters.postgres.database import connect
from grym.adapters.postgres.embedded import start_embedded
from grym.adapters.postgres.migrating import migrate
from tests.contract.backends import Kit, memory_kit, postgres_kit
from tests.contract.cli_world import CommandLine
from tests.contract.kafka_kit import kafka_kit

_TABLES = """
select tablename from pg_tables where schemaname = 'public' and tablename <> 'schema_versions' order by tablename"""


@pytest.fixture(scope="session")
def server_dsn() -> Iterator[str]:
    """Run an embedded server with grym's schema.

    Not below pytest's own folder: every session of pytest closes that to other users, also to the server of another
    session where both run as root.
    """
    with tempfile.TemporaryDirectory(prefix="grym-test-") as home:
        server = start_embedded(Path(home))
        asyncio.run(_migrate(server.dsn))
        yield server.dsn
        server.leave()


async def _migrate(dsn: str) -> None:
    connection = await connect(dsn)
    await migrate(connection)
    await connection.close()


async def empty(dsn: str) -> None:
    """Delete all rows: far quicker than a fresh database, or than truncating, which makes new files."""
    connection = await connect(dsn)
    async with connection.transaction():
        for row in await connection.fetch(_TABLES):
            await connection.execute(f"delete from {row['tablename']}")  # noqa: S608 - our own names
    await connection.close()


@pytest.fixture(params=["memory", "postgres"])
def server_or_memory(request: pytest.FixtureRequest) -> str | None:
    """Name the server for PostgreSQL, nothing for memory; the server starts only when a test needs it."""
    return str(request.getfixturevalue("server_dsn")) if request.param == "postgres" else None


@pytest.fixture
async def kit(server_or_memory: str | None) -> AsyncIterator[Kit]:
    """Open each backend in turn."""
    if server_or_memory is None:
        opened = await memory_kit()
    else:
        await empty(server_or_memory)
        opened = await postgres_kit(server_or_memory)
    yield opened
    await opened.close()


@pytest.fixture(params=["memory", "postgres", "kafka"])
def servers(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """Return where the servers of a form are: none, a database, or a database and brokers with a prefix."""
    wanted = {"memory": (), "postgres": ("server_dsn",), "kafka": ("server_dsn", "kafka", "topic_prefix")}
    return tuple(str(request.getfixturevalue(name)) for name in wanted[request.param])


@pytest.fixture
async def form(servers: tuple[str, ...], tmp_path: Path) -> AsyncIterator[Kit]:
    """Open each form in turn."""
    if servers:
        await empty(servers[0])
    async with AsyncExitStack() as stack:
        match servers:
            case ():
                kit = await memory_kit()
                stack.push_async_callback(kit.close)
            case (dsn,):
                kit = await postgres_kit(dsn)
                stack.push_async_callback(kit.close)
            case (dsn, bootstrap, prefix):
                kit = await stack.enter_async_context(kafka_kit(bootstrap, prefix, dsn, home=tmp_path))
            case _:
                raise AssertionError(servers)
        yield kit


@pytest.fixture
async def apart(server_or_memory: str | None) -> AsyncIterator[Kit]:
    """Open each backend in the form whose log lies elsewhere."""
    if server_or_memory is None:
        opened = await memory_kit(log_elsewhere=True)
    else:
        await empty(server_or_memory)
        opened = await postgres_kit(server_or_memory, log_elsewhere=True)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def grym(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """Call the command line on a home of its own, whose server runs as long as the session."""
    folder = tmp_path_factory.mktemp("cli")
    home = folder / "home"
    home.mkdir()
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith("GRYM_")]:  # noqa: TID251 (a test's own process)
            environment.delenv(name)
        environment.setenv("GRYM_HOME", str(home))
        environment.chdir(folder)
        server = start_embedded(home)
        yield CommandLine(folder=folder)
        server.leave()


@pytest.fixture
def another_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Return what lets the command line work on an empty home from there on, until the test ends."""
    with tempfile.TemporaryDirectory(prefix="grym-test-") as home, contextlib.ExitStack() as stack:

        def move() -> None:
            monkeypatch.setenv("GRYM_HOME", home)
            stack.callback(start_embedded(Path(home)).leave)

        yield move
