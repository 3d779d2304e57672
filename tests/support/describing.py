"""A server on loopback that answers as servers of models do, or as they should not."""

import contextlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from typing import Any


@dataclass
class FakeServer:
    """What it answers to every question, and what it was asked.

    Parameters
    ----------
    answer
        JSON; bytes are sent as they are.
    answers
        What the next questions are answered with, in order; after the last it is `answer` again.
    hangs
        Whether it leaves every question without an answer until it is closed.
    trickles
        Whether the answer comes byte by byte, too slow to wait for.
    """

    status: int = 200
    answer: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    answers: list[Any] = field(default_factory=list)
    hangs: bool = False
    trickles: bool = False
    url: str = ""
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)


def _send(server: FakeServer, wire: BufferedIOBase, payload: bytes) -> None:
    if not server.trickles:
        wire.write(payload)
        return
    for value in payload:
        wire.write(bytes([value]))
        wire.flush()
        if server.closing.wait(0.05):
            return


@contextmanager
def describing_server(server: FakeServer) -> Iterator[FakeServer]:
    """Serve in a thread of its own until the block ends."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(200, {"data": [{"id": "listener-7b"}]})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.asked.append((self.path, dict(self.headers), body))
            if server.hangs:
                server.closing.wait()
                return
            self._answer(server.status, server.answers.pop(0) if server.answers else server.answer)

        def _answer(self, status: int, content: Any) -> None:
            payload = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **server.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            with contextlib.suppress(OSError):  # who asked may be gone
                _send(server, self.wfile, payload)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name of the base class)
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as listening:
        server.url = f"http://127.0.0.1:{listening.server_address[1]}"
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            listening.shutdown()
            thread.join()
