"""Noting the same foreign records twice at once: whoever published them, and whoever takes them in."""

import asyncio

from grym.adapters.postgres.backend import open_postgres
from grym.adapters.postgres.database import connect
from grym.adapters.postgres.outbox import note
from tests.contract.backends import record


async def test_two_who_note_the_same_records_queue_whatever_their_order(empty_dsn: str) -> None:
    """Held up in the middle of their rows, they would otherwise wait for each other in a circle."""
    backend = await open_postgres(empty_dsn, log_elsewhere=True)
    holder, one, other, watcher = [await connect(empty_dsn) for _ in range(4)]
    records = [record(position) for position in range(1, 6)]
    held = holder.transaction()
    await held.start()
    await note(holder, records[2:3])
    noting = [asyncio.create_task(note(one, records)), asyncio.create_task(note(other, records[::-1]))]
    while await watcher.fetchval("select count(*) from pg_locks where not granted") < len(noting):
        assert not any(task.done() for task in noting)
    await held.rollback()
    await asyncio.gather(*noting)
    assert await watcher.fetchval("select count(*) from events") == len(records)
    for connection in (holder, one, other, watcher):
        await connection.close()
    await backend.close()
