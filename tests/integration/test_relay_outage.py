"""The relay while its database is killed: everything that was put arrives, in order, and all goes on by itself."""

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from consumers.ports import RunnerPorts
from grym.adapters.clock import SystemClock
from grym.adapters.memory.group_log import MemoryGroupLog
from grym.adapters.postgres.backend import open_postgres
from grym.adapters.postgres.database import Database
from grym.adapters.postgres.embedded import EmbeddedServer, start_embedded
from grym.errors import GrymError, TransientError
from grym.ports.backend import Backend
from grym.ports.work import Admission, InboxEntry
from grym.runtime.relaying import relay_of
from schemas.records import Message, TopicPartition
from tests.contract.fakes import MemoryArtifacts, eventually

LANE = TopicPartition("grym.feedback.v1", 0)
COUNT = 60
KILLS_AT = (15, 40)


@pytest.fixture
def home() -> Iterator[Path]:
    """Make a home apart from pytest's folders (see `conftest`)."""
    with tempfile.TemporaryDirectory(prefix="grym-test-") as folder:
        yield Path(folder)


def kill(home: Path) -> None:
    """Kill the server and all its children at once."""
    data = str(home / "postgres" / "data")
    found = [each for each in psutil.process_iter(["name", "cwd"]) if each.info["cwd"] == data]
    for process in found:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
    psutil.wait_procs(found, timeout=10)


async def put(backend: Backend, number: int) -> None:
    """Put one message as the effect of one delivery, however often that takes."""
    entry = InboxEntry(processor="p", source="s", event_id=str(number), run_no=1, digest=b"", external=False)
    message = Message(topic=LANE.topic, key=b"k", headers=(), value=str(number).encode())
    while True:
        try:
            async with backend.work.begin() as work:
                if await work.admit(entry) is Admission.NEW:
                    await work.append([message])
        except GrymError as error:
            assert isinstance(error, TransientError)  # noqa: PT017 - the loop goes on
            await asyncio.sleep(0.05)
        else:
            return


async def put_everything(backend: Backend, server: EmbeddedServer, home: Path) -> None:
    """Put all messages, the server dying now and then; somebody else starts it again."""
    for number in range(COUNT):
        if number in KILLS_AT:
            await asyncio.to_thread(kill, home)
            starting = asyncio.create_task(asyncio.to_thread(server.ensure))
            await put(backend, number)
            await starting
        else:
            await put(backend, number)


@pytest.mark.slow
async def test_a_database_that_dies_under_the_relay_loses_nothing(home: Path) -> None:
    """Neither messages nor their order; what was moved and what was not is settled by the database alone."""
    server = await asyncio.to_thread(start_embedded, home)
    backend = await open_postgres(server.dsn, log_elsewhere=True, has_grace=True)
    log, stop = MemoryGroupLog(SystemClock()), asyncio.Event()
    ports = RunnerPorts(
        backend=replace(backend, sender=log), artifacts=MemoryArtifacts(), clock=SystemClock(), holder="one"
    )
    relay = relay_of(ports)
    assert relay is not None
    running = asyncio.create_task(relay.run(stop))

    async def is_empty() -> bool:
        counts = await backend.counters.open_work()
        return counts["outbox"] == 0

    async with asyncio.timeout(120):
        await put_everything(backend, server, home)
        await eventually(is_empty)
    stop.set()
    await running
    values = [record.value for record in log.records_after(LANE, 0, limit=10_000)]
    expected = [str(number).encode() for number in range(COUNT)]
    assert list(dict.fromkeys(values)) == expected
    assert len(values) <= COUNT + len(KILLS_AT)  # only what was being moved as the server died came again
    assert [record.value for record in await backend.history.of_request("k")] == expected
    await backend.close()
    await asyncio.to_thread(server.leave)


async def test_a_database_that_is_away_is_named_and_nothing_else_is_said(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever asks meanwhile is told by an error of grym's; the pools neither warn nor lose count."""
    server = await asyncio.to_thread(start_embedded, home)
    database = await Database.open(server.dsn, writers=2, readers=2)
    refusals: list[str] = []

    async def ask() -> bool:
        try:
            async with database.reader() as reading, database.writer() as writing:
                return bool(await reading.fetchval("select true") and await writing.fetchval("select true"))
        except GrymError as error:
            refusals.append(error.code)
            await asyncio.sleep(0.01)
            return False

    assert all(await asyncio.gather(*(ask() for _ in range(8))))
    for _ in range(3):
        await asyncio.to_thread(kill, home)
        for _ in range(20):
            await asyncio.gather(*(ask() for _ in range(8)))
        starting = asyncio.create_task(asyncio.to_thread(server.ensure))
        while not all(await asyncio.gather(*(ask() for _ in range(8)))):
            pass
        await starting
    await database.close()
    server.leave()
    assert set(refusals) == {"db.unreachable"}
    assert [record.getMessage() for record in caplog.records if record.name.startswith("asyncpg")] == []
