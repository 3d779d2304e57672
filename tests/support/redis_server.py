"""A Redis of one's own for a test, from the system's package; the tests are skipped where there is none."""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_PATIENCE_S = 20.0


@dataclass(frozen=True, kw_only=True)
class RedisServer:
    """A server that can be frozen, and killed; it listens on a socket in its own folder."""

    process: "subprocess.Popen[bytes]"
    url: str

    def freeze(self) -> None:
        """Let it answer nothing, with its connections open."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()


@contextmanager
def running_redis(*, port: int = 0) -> Iterator[RedisServer]:
    """Run a server for the length of the block; with a port its URL names that, otherwise the socket."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("there is no redis-server on the path (package redis-server)")
    with tempfile.TemporaryDirectory(prefix="grym-test-") as folder:
        socket = Path(folder) / "redis.sock"
        command = [
            program,
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--unixsocket",
            str(socket),
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                _wait_for(socket, process)
                yield RedisServer(process=process, url=f"redis://127.0.0.1:{port}/0" if port else f"unix://{socket}")
            finally:
                process.kill()


def _wait_for(socket: Path, process: "subprocess.Popen[bytes]") -> None:
    end_s = time.monotonic() + _PATIENCE_S
    while not socket.exists():
        assert process.poll() is None, "redis-server ended at once"
        assert time.monotonic() < end_s, "redis-server does not listen"
        time.sleep(0.02)
