"""The embedded server: started by whoever comes first, stopped by whoever leaves last, back after any kill."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grym.adapters.postgres.backend import open_embedded, open_postgres
from grym.adapters.postgres.embedded import EmbeddedServer, embedded_server, start_embedded
from grym.errors import GrymError, UnavailableError
from grym.ports.backend import Backend
from schemas.records import Message, TopicPartition
from tests.support.servers import cluster, kill_servers, servers

ROOT = Path(__file__).parents[2]
APPENDER = Path(__file__).with_name("appender.py")
LANE = TopicPartition("grym.feedback.v1", 0)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """Make one home, apart from pytest's folders (see `conftest`); each test begins with a stopped server."""
    with tempfile.TemporaryDirectory(prefix="grym-test-") as folder:
        yield Path(folder)
        for process in servers(Path(folder)):
            process.kill()


async def stored(backend: Backend) -> list[str]:
    """Return the values in the log, after checking that positions have no gap."""
    records = await backend.log.read(LANE, after=0, limit=1_000_000)
    assert [record.position for record in records] == list(range(1, len(records) + 1))
    return [(record.value or b"").decode() for record in records]


def test_the_first_starts_it_and_the_last_stops_it(home: Path) -> None:
    """In between it runs, whoever leaves."""
    first = start_embedded(home)
    second = start_embedded(home)
    assert first.dsn == second.dsn
    first.leave()
    assert servers(home)
    first.leave()  # leaving twice takes nothing from the other
    assert servers(home)
    second.leave()
    assert servers(home) == []


def test_nobody_else_may_enter_the_folder_of_the_socket(home: Path) -> None:
    """There is no password, so the folder is the door."""
    server = start_embedded(home)
    assert cluster(home).stat().st_mode & 0o077 == 0
    assert (cluster(home) / ".s.PGSQL.5432").is_socket()
    server.leave()


def test_another_major_version_is_told_before_anything_is_touched(home: Path) -> None:
    """With what to do about it."""
    start_embedded(home).leave()
    version = cluster(home) / "PG_VERSION"
    found = version.read_text()
    version.write_text("16\n")
    try:
        with pytest.raises(UnavailableError) as raised:
            start_embedded(home)
        assert raised.value.code == "db.major_changed"
        assert "grym db backup" in raised.value.hint
        assert raised.value.details["found"] == 16
    finally:
        version.write_text(found)


def test_a_pid_file_that_names_a_stranger_keeps_nobody_out(home: Path) -> None:
    """After a crash the number may belong to any process: here to this one."""
    start_embedded(home).leave()
    pid_file = cluster(home) / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{cluster(home)}\n1\n5432\n{cluster(home)}\n\n 0 0\nready\n")
    server = start_embedded(home)
    assert servers(home)
    server.leave()


def test_the_locks_of_a_killed_server_that_nobody_buried_keep_nobody_out(home: Path) -> None:
    """A killed process keeps its number until its parent asks for it; its lock files still name it."""
    start_embedded(home).leave()
    corpse = subprocess.Popen([sys.executable, "-c", ""])
    pid_file, socket_lock = cluster(home) / "postmaster.pid", cluster(home) / ".s.PGSQL.5432.lock"
    pid_file.write_text(f"{corpse.pid}\n{cluster(home)}\n1\n5432\n{cluster(home)}\n\n 0 0\nready\n")
    socket_lock.write_text(f"{corpse.pid}\n{cluster(home)}\n1\n5432\n\n")
    server = start_embedded(home)
    assert servers(home)
    server.leave()
    corpse.wait()


def test_a_first_start_that_was_killed_is_made_again_also_where_names_are_long(home: Path) -> None:
    """It leaves an unfinished folder and no cluster; and the path of a socket may have about a hundred bytes."""
    home = home / ("long" * 30)
    unfinished = home / "postgres" / "data.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    server = start_embedded(home)
    assert not unfinished.exists()
    assert str(home) not in server.dsn
    asyncio.run(_use(server))
    server.leave()
    assert servers(home) == []


async def _use(server: EmbeddedServer) -> None:
    backend = await open_postgres(server.dsn)
    assert await stored(backend) == []
    await backend.close()


async def test_who_is_interrupted_while_it_starts_leaves_it_stopped(home: Path) -> None:
    """A thread that starts a server cannot be stopped; what it has started is, before the interrupt goes on."""
    starting = asyncio.create_task(embedded_server(home))
    while not (home / "postgres" / "data" / "postmaster.pid").exists():
        await asyncio.sleep(0.001)
        assert not starting.done()
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    assert starting.cancelled()
    assert not (home / "postgres" / "data" / "postmaster.pid").exists()


async def test_what_was_acknowledged_survives_the_kill_of_everything(home: Path) -> None:
    """Two writers and the server are killed; every acknowledged record is there, once, without a gap."""
    acknowledged: set[str] = set()
    for round_no, victims_first in enumerate((True, False)):
        acknowledged |= await asyncio.to_thread(_kill_writers, home, round_no, servers_first=not victims_first)
        backend = await open_embedded(home)
        found = await stored(backend)
        await backend.close()
        assert len(found) == len(set(found))
        assert acknowledged <= set(found)
        assert len(found) <= len(acknowledged) + 2 * (round_no + 1)  # at most one in flight per killed writer
    assert servers(home) == []


def _kill_writers(home: Path, round_no: int, *, servers_first: bool) -> set[str]:
    writers = [_writer(home, f"w{round_no}{n}") for n in range(2)]
    acknowledged = {_line(writer) for writer in writers for _ in range(20 + 7 * round_no)}
    if servers_first:
        kill_servers(home)
    for writer in writers:
        writer.kill()
    if not servers_first:
        kill_servers(home)
    for writer in writers:
        said = writer.communicate()[0]
        acknowledged |= set(said.splitlines(keepends=False)[: said.count("\n")])
    return acknowledged - {""}


def _writer(home: Path, name: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(APPENDER), str(home), name],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={"PYTHONPATH": str(ROOT), "PATH": os.defpath},
        start_new_session=True,
    )


def _line(writer: "subprocess.Popen[str]") -> str:
    assert writer.stdout is not None
    return writer.stdout.readline().strip()


async def test_a_server_that_is_killed_under_a_backend_comes_back(home: Path) -> None:
    """The backend says that it is away, starts it again, and goes on where it was."""
    backend = await open_embedded(home)
    message = Message(topic=LANE.topic, key=b"k", headers=(), value=b"before")
    await backend.publisher.publish([message])
    before = await stored(backend)
    await asyncio.to_thread(kill_servers, home)
    again = Message(topic=LANE.topic, key=b"k", headers=(), value=b"after")
    async with asyncio.timeout(30):
        while True:
            try:
                await backend.publisher.publish([again])
                break
            except GrymError as error:
                assert error.code in {"db.unreachable", "publish.unknown"}  # noqa: PT017 - the loop goes on
    assert await stored(backend) == [*before, "after"]
    await backend.log.wait(timeout_s=0)
    await backend.close()
    assert servers(home) == []
