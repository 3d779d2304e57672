"""The embedded server: PostgreSQL's own programs over a folder of the home, for as long as some process uses it.

Two lock files decide, since the kernel gives locks back whatever kills a process. `control.lock` is held while
somebody starts or stops the server. `users.lock` is held shared by every process that uses it; whoever leaves and can
then have it alone was the last one and stops the server. After `kill -9` of everything the next process starts it
again and PostgreSQL recovers by its own journal. It listens on a Unix socket inside its data folder only, which no
other user may enter.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from grym.adapters.postgres.account import ServerAccount, server_account
from grym.adapters.postgres.leftovers import clear_leftovers
from grym.errors import GrymError, UnavailableError

PORT = 5432
"""Part of the socket's file name only."""
MAX_SOCKET_PATH_BYTES = 100
"""Linux allows 107 bytes, macOS 103."""
START_TIMEOUT_S = 60
"""Recovery after a crash replays at most some hundred megabytes of journal."""
START_ATTEMPTS = 3
"""What a killed server leaves (shared memory, dying children) may be gone a moment later."""
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "32MB",  # the working set is small; the file system caches the rest
    "max_connections": "100",  # a dozen processes with nine connections each
    "io_method": "sync",  # no extra worker processes on a small machine
    "max_wal_size": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_min_messages": "warning",
    "timezone": "UTC",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """Where everything of the server lies."""

    root: Path

    @property
    def cluster(self) -> Path:
        """The data folder."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """What the server writes about itself."""
        return self.root / "server.log"

    @property
    def sockets(self) -> Path:
        """The folder of the socket: the data folder, or one with a short name where that is too long."""
        if len(os.fsencode(self.cluster / f".s.PGSQL.{PORT}")) <= MAX_SOCKET_PATH_BYTES:
            return self.cluster
        return Path(tempfile.gettempdir()) / f"grym-{hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]}"

    @property
    def socket(self) -> Path:
        """The socket itself."""
        return self.sockets / f".s.PGSQL.{PORT}"

    @property
    def dsn(self) -> str:
        """How to connect."""
        return f"postgresql://postgres@/postgres?host={self.sockets}&port={PORT}"


class EmbeddedServer:
    """One process's use of the server of a home folder."""

    def __init__(self, folders: Folders, account: ServerAccount) -> None:
        self._folders = folders
        self._account = account
        self._usage: IO[bytes] | None = None

    @property
    def dsn(self) -> str:
        """How to connect to it."""
        return self._folders.dsn

    @property
    def log(self) -> Path:
        """What the server writes about itself."""
        return self._folders.log

    def ensure(self) -> None:
        """Use the server, starting it unless it runs.

        Raises
        ------
        UnavailableError
            ``db.major_changed`` or ``db.start_failed``.
        """
        with self._control():
            self._make_cluster()
            if not self._answers():
                self._start()
            if self._usage is None:
                usage = (self._folders.root / "users.lock").open("ab")
                fcntl.flock(usage, fcntl.LOCK_SH)
                self._usage = usage

    def leave(self) -> None:
        """Stop using the server; the last one to leave stops it. Leaving twice is harmless."""
        with self._control():
            if self._usage is None:
                return
            self._usage.close()
            self._usage = None
            with (self._folders.root / "users.lock").open("ab") as usage:
                try:
                    fcntl.flock(usage, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return  # somebody else uses it
                self._stop()

    @contextlib.contextmanager
    def _control(self) -> Iterator[None]:
        with (self._folders.root / "control.lock").open("ab") as control:
            fcntl.flock(control, fcntl.LOCK_EX)
            yield

    def _make_cluster(self) -> None:
        version = self._folders.cluster / "PG_VERSION"
        if version.exists():
            self._check_major(int(version.read_text().strip()))
            return
        with self._account.new_folder(self._folders.cluster) as unfinished:
            self._account.execute(
                "initdb",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--username=postgres",
                f"--pgdata={unfinished}",
            )

    def _check_major(self, found: int) -> None:
        if found != self._account.major:
            raise UnavailableError(
                f"the database was made by PostgreSQL {found}, this is PostgreSQL {self._account.major}",
                code="db.major_changed",
                hint=(
                    "With the version of grym that made it, run `grym db backup FILE`; then move the folder away and "
                    "run `grym db restore FILE` with this one."
                ),
                details={"found": found, "expected": self._account.major, "folder": str(self._folders.cluster)},
            )

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(START_TIMEOUT_S)
            try:
                client.connect(str(self._folders.socket))
            except OSError:
                return False
        return True

    def _start(self) -> None:
        for attempts_left in reversed(range(START_ATTEMPTS)):
            clear_leftovers(self._folders.cluster, self._folders.socket)
            try:
                self._start_once()
            except subprocess.SubprocessError as error:
                if not attempts_left:
                    raise UnavailableError(
                        "the embedded database does not start",
                        code="db.start_failed",
                        hint=f"See {self._folders.log}.",
                        details={"log": _tail(self._folders.log)},
                    ) from error
            else:
                return

    def _start_once(self) -> None:
        if self._folders.sockets != self._folders.cluster:
            self._account.private_folder(self._folders.sockets)
        self._account.give(self._folders.log)
        options = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in SETTINGS.items())
        self._account.execute(
            "pg_ctl",
            "--wait",
            f"--timeout={START_TIMEOUT_S}",
            f"--pgdata={self._folders.cluster}",
            f"--log={self._folders.log}",
            f"--options=-k {self._folders.sockets} -p {PORT} {options}",
            "start",
        )

    def _stop(self) -> None:
        # A server that does not stop in time is left running: the next process finds it.
        with contextlib.suppress(subprocess.SubprocessError):
            self._account.execute("pg_ctl", "--wait", "--mode=fast", f"--pgdata={self._folders.cluster}", "stop")
        if self._folders.sockets != self._folders.cluster:
            with contextlib.suppress(OSError):  # not empty: the server still runs
                self._folders.sockets.rmdir()


def start_embedded(home: Path) -> EmbeddedServer:
    """Start the server of a home folder, or join those who use it; `leave` when done."""
    account = server_account()
    root = home.resolve() / "postgres"
    root.mkdir(parents=True, exist_ok=True)
    account.open_way_to(root)
    server = EmbeddedServer(Folders(root=root), account)
    server.ensure()
    return server


async def embedded_server(home: Path) -> EmbeddedServer:
    """Start or join the server of a home folder in a thread; who is cancelled meanwhile leaves it again.

    Raises
    ------
    UnavailableError
        As `EmbeddedServer.ensure`.
    """
    starting = asyncio.ensure_future(asyncio.to_thread(start_embedded, home))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        with contextlib.suppress(GrymError):  # a thread cannot be stopped: it has started a server, or failed
            server = await starting
            await asyncio.to_thread(server.leave)
        raise


def _tail(log: Path) -> str:
    with contextlib.suppress(OSError):
        return log.read_text(errors="replace")[-500:]
    return ""
