"""Waking when the listening connection is gone, and telling apart what failed."""

import asyncio
from typing import Any

import pytest

from grym.adapters.postgres.backend import open_postgres
from grym.adapters.postgres.database import Database, connect
from grym.adapters.postgres.wakeup import CHANNEL, WakeUp
from grym.errors import TransientError, UnavailableError
from schemas.records import Message

LANE = "grym.feedback.v1"
MESSAGE = Message(topic=LANE, key=b"k", headers=(), value=b"v")
_LISTENERS = "select pid from pg_stat_activity where query like 'LISTEN%' and pid <> pg_backend_pid()"
_KILL = "select pg_terminate_backend(pid) from pg_stat_activity where query like 'LISTEN%'"


async def somebody_listens(admin: Any) -> None:
    """Return once a connection listens."""
    while not await admin.fetch(_LISTENERS):
        pass


async def test_readers_are_woken_without_a_listening_connection_and_it_comes_back(empty_dsn: str) -> None:
    """They look by themselves twice a second until the connection is repaired."""
    reader, writer = await open_postgres(empty_dsn), await open_postgres(empty_dsn)
    admin = await connect(empty_dsn)
    await reader.log.ends([LANE])
    await reader.log.wait(timeout_s=0)
    waiting = asyncio.create_task(reader.log.wait(timeout_s=30))
    await somebody_listens(admin)
    await admin.execute(_KILL)
    await writer.publisher.publish([MESSAGE])
    async with asyncio.timeout(10):
        await waiting
        await somebody_listens(admin)
    for one in (reader, writer):
        await one.close()
    await admin.close()


async def test_many_commits_become_few_notices(empty_dsn: str) -> None:
    """A notice says only that there is news, and needs no commit of its own beside every commit."""
    database = await Database.open(empty_dsn, writers=1, readers=1)
    heard = 0
    enough = asyncio.Event()

    def hear(*_: object) -> None:
        nonlocal heard
        heard += 1
        enough.set()

    listener = await connect(empty_dsn)
    await listener.add_listener(CHANNEL, hear)
    wakeup = WakeUp(database)
    wakeup.start()
    for _ in range(1000):
        wakeup.announce()
    await enough.wait()
    await wakeup.close()
    await listener.execute("select 1")
    assert 1 <= heard <= 2
    await listener.remove_listener(CHANNEL, hear)
    await listener.close()
    await database.close()


async def test_what_was_not_told_yet_is_told_when_closing(empty_dsn: str) -> None:
    """A command that publishes and ends at once wakes the others."""
    backend = await open_postgres(empty_dsn)
    told = asyncio.Event()
    listener = await connect(empty_dsn)
    await listener.add_listener(CHANNEL, lambda *_: told.set())
    await backend.publisher.publish([MESSAGE])
    await backend.close()
    async with asyncio.timeout(5):
        await told.wait()
    await listener.reset()
    await listener.close()


async def test_a_server_that_is_not_there_is_unavailable(tmp_path: object) -> None:
    """At once, with a code and a hint."""
    with pytest.raises(UnavailableError) as raised:
        await open_postgres(f"postgresql://postgres@/postgres?host={tmp_path}")
    assert raised.value.code == "db.unreachable"
    assert raised.value.hint


async def test_a_connection_that_dies_in_a_transaction_undoes_it(empty_dsn: str) -> None:
    """The error says that the database was away; the next transaction finds a new connection."""
    backend = await open_postgres(empty_dsn)
    admin = await connect(empty_dsn)

    async def write(*, disturbed: bool) -> None:
        async with backend.work.begin() as work:
            await work.save("p", "k", b"v", expected_version=0)
            if disturbed:
                await admin.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction'"
                )
            await work.append([MESSAGE])

    with pytest.raises(UnavailableError):
        await write(disturbed=True)
    assert await backend.states.load("p", "k") is None
    await write(disturbed=False)
    assert await backend.states.load("p", "k") is not None
    await backend.close()
    await admin.close()


async def test_two_transactions_in_each_others_way_are_told_apart_from_a_failure(empty_dsn: str) -> None:
    """A deadlock is nobody's fault and worth another attempt at once."""
    backend = await open_postgres(empty_dsn)
    async with backend.work.begin() as work:
        for key in ("a", "b"):
            await work.save("p", key, b"", expected_version=0)
    met = asyncio.Barrier(2)

    async def write(first: str, second: str) -> None:
        async with backend.work.begin() as work:
            await work.save("p", first, b"", expected_version=1)
            await met.wait()
            await work.save("p", second, b"", expected_version=1)

    outcomes = await asyncio.gather(write("a", "b"), write("b", "a"), return_exceptions=True)
    [error] = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(error, TransientError)
    assert error.code == "work.conflict"
    await backend.close()


async def test_an_error_of_ones_own_inside_a_transaction_stays_what_it_is(empty_dsn: str) -> None:
    """A missing file of the caller is no missing database."""
    backend = await open_postgres(empty_dsn)

    async def fail() -> None:
        async with backend.work.begin():
            raise FileNotFoundError("mine")

    with pytest.raises(FileNotFoundError, match="mine"):
        await fail()
    await backend.close()
