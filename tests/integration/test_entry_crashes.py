"""Entries in PostgreSQL through the death of the server: what was acknowledged is there, what failed says so."""

import asyncio
import tempfile
from pathlib import Path

from grym.adapters.clock import SystemClock
from grym.adapters.entries.postgres import PostgresEntries
from grym.adapters.postgres.database import Database
from grym.adapters.postgres.embedded import start_embedded
from grym.adapters.postgres.migrating import migrate
from grym.ports.entries import Address, Entry, Query, StoreFailedError
from grym.runtime.entries import open_entries
from grym.settings import read_settings
from tests.support.servers import kill_servers

WRITERS = 4
ROUNDS = 25


def batch(writer: int, number: int) -> list[Entry]:
    """Return three entries that belong together."""
    return [Entry(key=f"{writer}/{number}/{part}", value={"part": part}) for part in range(3)]


async def test_a_server_that_dies_mid_batch_loses_nothing_it_acknowledged() -> None:
    """Writers get typed errors and go on when it is back; batches are there whole or not at all."""
    with tempfile.TemporaryDirectory(prefix="grym-test-") as home:
        server = await asyncio.to_thread(start_embedded, Path(home))

        async def revive() -> None:
            await asyncio.to_thread(server.ensure)

        database = await Database.open(server.dsn, writers=WRITERS, readers=2, revive=revive)
        async with database.writer() as connection:
            await migrate(connection)
        acknowledged: set[str] = set()
        failed: list[StoreFailedError] = []
        halfway = asyncio.Event()

        async def write(store: PostgresEntries, writer: int) -> None:
            for number in range(ROUNDS):
                if number == ROUNDS // 2:
                    halfway.set()
                try:
                    stored = await store.store_all(batch(writer, number))
                except StoreFailedError as error:
                    failed.append(error)
                else:
                    acknowledged.update(one.entry.key for one in stored)

        async with PostgresEntries.over(database, clock=SystemClock()) as store:
            writing = [asyncio.create_task(write(store, writer)) for writer in range(WRITERS)]
            await halfway.wait()
            await asyncio.to_thread(kill_servers, Path(home))
            await asyncio.gather(*writing)
            kept = {one.entry.key async for one in store.search(Query(limit=None))}
            assert acknowledged <= kept
            assert all(error.store == "postgres" and error.code for error in failed)
            assert len(failed) * 3 + len(acknowledged) == WRITERS * ROUNDS * 3
            whole = {key.rpartition("/")[0] for key in kept}
            assert len(kept) == 3 * len(whole)
            numbers = await store.changes(0, limit=1000)
            assert len(numbers.stored) == len(kept)
        await database.close()
        await asyncio.to_thread(server.leave)


async def test_the_store_of_the_settings_is_the_embedded_one() -> None:
    """Made by the factory from a home alone, opened twice side by side, and the same for both."""
    with tempfile.TemporaryDirectory(prefix="grym-test-") as home:
        settings = read_settings(home=Path(home), database=None, redis=None)
        one, other = await open_entries(settings), await open_entries(settings)
        await one.store(Entry(key="a", value={"text": "one"}))
        assert (await other.retrieve(Address(key="a"))).entry is not None
        await other.close()
        await one.close()
