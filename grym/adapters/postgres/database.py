"""Connections: one pool for transactions and one for reading, so that a transaction may read while it is open.

With a single pool, as many transactions as it has connections could all wait for one more to read with, for ever.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from grym.adapters.postgres.faults import RAISED, connecting, is_unreachable, translated
from grym.errors import UnavailableError

Revive = Callable[[], Awaitable[None]]
"""Bring the server back; called when no connection can be made."""

CONNECT_TIMEOUT_S = 10.0
STATEMENT_TIMEOUT_S = 30
"""Far beyond any statement here (milliseconds); a stuck one must end some time."""
LOCK_TIMEOUT_S = 10
"""A holder commits in milliseconds; one that takes this long is stuck or stopped."""
IDLE_TIMEOUT_S = 60
"""After this the server undoes a transaction whose client sleeps, and frees its locks."""
STARTING_PATIENCE_S = 30.0
"""How long a server may say that it is starting up or recovering before it counts as unreachable."""
RETRY_S = 0.1

SERVER_SETTINGS = {
    "application_name": "grym",
    "jit": "off",
    "timezone": "UTC",
    "statement_timeout": f"{STATEMENT_TIMEOUT_S}s",
    "lock_timeout": f"{LOCK_TIMEOUT_S}s",
    "idle_in_transaction_session_timeout": f"{IDLE_TIMEOUT_S}s",
}


class PooledConnection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no type information
    """A connection that leaves no session state behind, so that giving it back costs no round trip."""

    def get_reset_query(self) -> str:
        """Return the statement that resets a session: none."""
        return ""


class Database:
    """The pools of one process."""

    def __init__(self, dsn: str, *, writing: asyncpg.Pool, reading: asyncpg.Pool, revive: Revive | None) -> None:
        self.dsn = dsn
        self._writing = writing
        self._reading = reading
        self._revive = revive
        self._reviving = asyncio.Lock()

    @classmethod
    async def open(cls, dsn: str, *, writers: int, readers: int, revive: Revive | None = None) -> "Database":
        """Open both pools, waiting for a server that is starting."""
        with connecting():
            writing = await _patient_pool(dsn, size=writers)
            reading = _pool(dsn, size=readers)
            await reading
        return cls(dsn, writing=writing, reading=reading, revive=revive)

    @classmethod
    async def single(cls, dsn: str) -> "Database":
        """Return a database with at most one connection, made when it is first needed."""
        pool = await _pool(dsn, size=1, at_once=0)
        return cls(dsn, writing=pool, reading=pool, revive=None)

    @asynccontextmanager
    async def reader(self) -> AsyncIterator[Any]:
        """Lend a connection for reading."""
        async with self._lend(self._reading) as connection:
            yield connection

    @asynccontextmanager
    async def writer(self) -> AsyncIterator[Any]:
        """Lend a connection for a transaction."""
        async with self._lend(self._writing) as connection:
            yield connection

    async def connect(self) -> Any:
        """Open a connection of one's own."""
        with connecting():
            return await connect(self.dsn)

    async def close(self) -> None:
        """Close all connections, waiting shortly for those that are lent."""
        for pool in (self._reading, self._writing):
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    await pool.close()
            except (TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                pool.terminate()  # the server is gone or a borrower does not return

    @asynccontextmanager
    async def _lend(self, pool: asyncpg.Pool) -> AsyncIterator[Any]:
        with connecting():
            connection = await self._acquire(pool)
        with translated():
            try:
                yield connection
            finally:
                await pool.release(connection)

    async def _acquire(self, pool: asyncpg.Pool) -> Any:
        try:
            return await pool.acquire(timeout=CONNECT_TIMEOUT_S)
        except (*RAISED, OSError) as error:
            if self._revive is None or not is_unreachable(error):
                raise
        async with self._reviving:  # one at a time; the others find the server back
            await self._revive()
        return await pool.acquire(timeout=CONNECT_TIMEOUT_S)


async def connect(dsn: str) -> Any:
    """Open one connection with grym's settings."""
    connection = await asyncpg.connect(
        dsn, timeout=CONNECT_TIMEOUT_S, server_settings=SERVER_SETTINGS, connection_class=PooledConnection
    )
    await _prepare(connection)
    return connection


def _pool(dsn: str, *, size: int, at_once: int = 1) -> asyncpg.Pool:
    return asyncpg.create_pool(
        dsn,
        # No floor: asyncpg would restore it in the background, warn with a traceback each time while the server is
        # away, and stumble over connections that are made in the foreground meanwhile.
        min_size=0,
        init_size=at_once,
        max_size=size,
        timeout=CONNECT_TIMEOUT_S,
        command_timeout=STATEMENT_TIMEOUT_S + LOCK_TIMEOUT_S,
        max_inactive_connection_lifetime=IDLE_TIMEOUT_S,
        server_settings=SERVER_SETTINGS,
        connection_class=PooledConnection,
        init=_prepare,
    )


async def _patient_pool(dsn: str, *, size: int) -> asyncpg.Pool:
    deadline_s = asyncio.get_running_loop().time() + STARTING_PATIENCE_S
    while True:
        try:
            pool = _pool(dsn, size=size)
            return await pool
        except asyncpg.CannotConnectNowError as error:
            if asyncio.get_running_loop().time() > deadline_s:
                raise UnavailableError("the database does not finish starting", code="db.starting") from error
            await asyncio.sleep(RETRY_S)


async def _prepare(connection: Any) -> None:
    await connection.set_type_codec(
        "text", schema="pg_catalog", encoder=_text_to_bytes, decoder=_bytes_to_text, format="binary"
    )


def _text_to_bytes(text: str) -> bytes:
    """Return UTF-8, with what PostgreSQL cannot keep as text replaced: the character NUL and lone surrogates."""
    return text.replace("\x00", "\ufffd").encode(errors="replace")


def _bytes_to_text(payload: bytes) -> str:
    return payload.decode()
