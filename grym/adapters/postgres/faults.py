"""What PostgreSQL's failures mean here: not there, in each other's way, too slow, or broken."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from grym.errors import AdapterError, GrymError, TransientError, UnavailableError

_UNREACHABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InternalClientError,  # a pool that lost count of its connections as the server went away
    ConnectionError,
    FileNotFoundError,  # the server's socket
    OSError,
)
RAISED = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    ConnectionError,
    TimeoutError,
)
"""What asyncpg raises on purpose."""

_IN_THE_WAY = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
_TOO_SLOW = (asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError, TimeoutError)


@contextmanager
def translated() -> Iterator[None]:
    """Turn what asyncpg raises inside the block into grym's errors, cause kept.

    Raises
    ------
    UnavailableError
        ``db.unreachable`` or ``db.full``.
    TransientError
        ``work.conflict`` for deadlocks, ``db.slow`` for time-outs.
    AdapterError
        ``db.failed`` for everything else.
    """
    try:
        yield
    except RAISED as error:
        raise _translate(error) from error


@contextmanager
def connecting() -> Iterator[None]:
    """Do the same while a connection is made, where a missing socket file also means that nobody is there."""
    try:
        with translated():
            yield
    except GrymError:
        raise
    except OSError as error:
        raise _translate(error) from error


def is_unreachable(error: BaseException) -> bool:
    """Return whether an error of asyncpg says that there is no connection."""
    lost = isinstance(error, asyncpg.InterfaceError) and "clos" in str(error)
    return lost or (isinstance(error, _UNREACHABLE) and not isinstance(error, TimeoutError))


def _translate(error: Exception) -> GrymError:
    if isinstance(error, asyncpg.DiskFullError):
        return UnavailableError("the disk of the database is full", code="db.full", hint="Free some space.")
    if isinstance(error, _IN_THE_WAY):
        return TransientError("another transaction was in the way", code="work.conflict")
    if isinstance(error, _TOO_SLOW):
        return TransientError("the database took too long", code="db.slow", details={"cause": str(error)[:200]})
    if is_unreachable(error):
        return UnavailableError(
            "the database cannot be reached" + _cause(error),
            code="db.unreachable",
            hint="GRYM_DATABASE names it; `grym doctor` shows every setting and where it comes from.",
            details={"cause": f"{type(error).__name__}: {error}"[:200]},
        )
    return AdapterError(f"the database refused: {error}"[:300], code="db.failed")


def _cause(error: Exception) -> str:
    """Return what the server or the network said, as the end of a sentence."""
    lines = str(error).splitlines()
    return f": {lines[0][:160]}" if lines else ""
