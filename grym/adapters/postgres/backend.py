"""Putting the PostgreSQL backend together, over a server that is there or one of our own."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from grym.adapters.clock import SystemClock
from grym.adapters.entries.postgres import PostgresEntries
from grym.adapters.postgres.database import Database, Revive
from grym.adapters.postgres.embedded import EmbeddedServer, embedded_server
from grym.adapters.postgres.erasing import PostgresEraser
from grym.adapters.postgres.housekeeping import PostgresHousekeeping
from grym.adapters.postgres.jobs import PostgresJobs, PostgresJobStores
from grym.adapters.postgres.leases import PostgresLeases
from grym.adapters.postgres.live import PostgresLiveStreams
from grym.adapters.postgres.log import ForeignLog, PostgresLog
from grym.adapters.postgres.migrating import migrate
from grym.adapters.postgres.outbox import PostgresOutbox
from grym.adapters.postgres.patterns import PostgresBook
from grym.adapters.postgres.reading import PostgresCounters, PostgresParkingLot, PostgresReaders
from grym.adapters.postgres.transaction import PostgresWork
from grym.adapters.postgres.wakeup import WakeUp
from grym.adapters.readership import readers_by_catalogue
from grym.ports.backend import Backend

WRITERS = 4
READERS = 4
"""Connections per process: the work of one process is bound by its event loop long before four of either."""


async def open_postgres(
    dsn: str,
    *,
    readers: Mapping[str, tuple[str, ...]] | None = None,
    revive: Revive | None = None,
    has_grace: bool = False,
    log_elsewhere: bool = False,
) -> Backend:
    """Open a backend over a PostgreSQL server, its schema brought up to date.

    Parameters
    ----------
    readers
        Topics by processor, for counting open work; the catalogue's readers unless given.
    revive
        Brings back a server that cannot be reached; None leaves that to others.
    has_grace
        Whether holders of leases get more time after an outage of the server; for servers that are shared.
    log_elsewhere
        Whether events are put into an outbox, to be sent to a log that lies elsewhere. Then the caller replaces `log`,
        `publisher`, `sender`, `feeds` and `counters` of the backend; the log of this one is empty.

    Raises
    ------
    UnavailableError
        ``db.unreachable``, or what `migrate` says of the schema.
    """
    database = await Database.open(dsn, writers=WRITERS, readers=READERS, revive=revive)
    try:
        async with database.writer() as connection:
            await migrate(connection)
    except BaseException:
        await database.close()
        raise
    return _assemble(database, readers or readers_by_catalogue(), has_grace=has_grace, log_elsewhere=log_elsewhere)


async def open_embedded(
    home: Path, *, readers: Mapping[str, tuple[str, ...]] | None = None, log_elsewhere: bool = False
) -> Backend:
    """Open a backend over the PostgreSQL of a home folder, starting it where nobody did; otherwise as `open_postgres`.

    Raises
    ------
    UnavailableError
        ``db.major_changed``, ``db.start_failed``, or what `open_postgres` says.
    """
    server = await embedded_server(home)

    async def revive() -> None:
        await asyncio.to_thread(server.ensure)

    try:
        backend = await open_postgres(server.dsn, readers=readers, revive=revive, log_elsewhere=log_elsewhere)
    except BaseException:
        await asyncio.to_thread(server.leave)
        raise
    return _leaving(backend, server)


def _leaving(backend: Backend, server: EmbeddedServer) -> Backend:
    async def closing() -> None:
        try:
            await backend.close()
        finally:
            await asyncio.to_thread(server.leave)

    return replace(backend, closing=closing)


def _assemble(
    database: Database, readers: Mapping[str, tuple[str, ...]], *, has_grace: bool, log_elsewhere: bool
) -> Backend:
    wakeup = WakeUp(database)
    wakeup.start()
    book = PostgresBook(database)
    log = ForeignLog(database, wakeup) if log_elsewhere else PostgresLog(database, wakeup)
    read = PostgresReaders(database)

    async def closing() -> None:
        await wakeup.close()
        await database.close()

    return Backend(
        log=log,
        history=log,
        publisher=log,
        work=PostgresWork(database, wakeup, log_elsewhere=log_elsewhere),
        leases=PostgresLeases(database, has_grace=has_grace),
        states=read,
        progress=read,
        parking=PostgresParkingLot(database),
        letters=read,
        texts=read,
        counters=PostgresCounters(database, readers),
        jobs=PostgresJobs(database),
        live=PostgresLiveStreams(database),
        job_stores=PostgresJobStores(database.dsn),
        book=book,
        projection=book,
        entries=PostgresEntries.over(database, clock=SystemClock()).opened(),
        housekeeping=PostgresHousekeeping(database),
        closing=closing,
        eraser=PostgresEraser(database, readers, log_elsewhere=log_elsewhere),
        outbox=PostgresOutbox(database, wakeup) if log_elsewhere else None,
    )
