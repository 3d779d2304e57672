"""Health and metrics over HTTP: ``/livez``, ``/readyz`` and ``/metrics``, for orchestrators and Prometheus.

Live means that every loop that should move does; a process whose event loop is stuck does not answer at all. Ready
means that each processor works here or waits for its turn, and that the database and the brokers answer. Any other
dependency whose breaker is open makes a process degraded, but leaves it ready: what does not need it goes on.

The server speaks just enough HTTP/1.1 for that: GET and HEAD, one request per connection, nothing from the request but
its path and ``Accept``. It has no authentication and says nothing personal; by default only this machine reaches it.
"""

import asyncio
import json
from dataclasses import dataclass
from http import HTTPStatus

from consumers.telemetry import Telemetry
from grym.adapters.metrics import Exposition
from grym.errors import UnavailableError
from grym.ports.breaker import Breakers
from grym.runtime.safety import BROKERS, DATABASE

STUCK_S = 90.0
"""Seconds without a move after which a loop is stuck: it moves every second, but a frozen database may keep it waiting
for a connection (10 s) and a statement (40 s) until its own time-outs free it, and a restart would not help then."""
REQUEST_S = 5.0
"""Seconds a client may take for its request, and for taking the answer."""
MAX_HEAD_BYTES = 8192
"""Largest head of a request: what web servers allow, too."""
MAX_CONNECTIONS = 32
"""Connections served at once, the others are closed; Prometheus and a few probes need three."""

ESSENTIAL = frozenset((DATABASE, BROKERS))
"""Dependencies that every processor has."""

JSON_TYPE = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is sent back."""

    status: HTTPStatus
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


def liveness(telemetry: Telemetry, *, stuck_s: float = STUCK_S) -> Answer:
    """Return 200 while every loop has moved within `stuck_s` seconds, 503 otherwise, with the age of each."""
    ages_s = telemetry.ages_s()
    stuck = sorted(loop for loop, age_s in ages_s.items() if age_s > stuck_s)
    loops = {loop: round(age_s, 3) for loop, age_s in sorted(ages_s.items())}
    return _json(not stuck, {"status": "stuck" if stuck else "live", "stuck": stuck, "loops_s": loops})


def readiness(telemetry: Telemetry, breakers: Breakers) -> Answer:
    """Return 200 while every processor works here or waits for its turn, 503 otherwise, with how things stand.

    Without the database or the brokers no processor works, also where it has not noticed yet.
    """
    standings = dict(sorted(telemetry.standings().items()))
    states = dict(sorted(breakers.states().items()))
    away = sorted(name for name, standing in standings.items() if standing in {"away", "starting"})
    open_ones = sorted(name for name, state in states.items() if state != "closed")
    well = not away and not ESSENTIAL.intersection(open_ones)
    status = "not ready" if not well else "degraded" if open_ones else "ready"
    return _json(well, {"status": status, "processors": standings, "dependencies": states})


class HealthServer:
    """Serves until stopped; a component.

    Parameters
    ----------
    host, port
        Where to listen; port 0 takes any free one, and `port` says which.
    """

    name = "health"
    in_hand = 0

    def __init__(
        self, telemetry: Telemetry, breakers: Breakers, *, host: str, port: int, stuck_s: float = STUCK_S
    ) -> None:
        self._telemetry = telemetry
        self._breakers = breakers
        self._host = host
        self.port = port
        self._stuck_s = stuck_s
        self._exposition = Exposition([telemetry])
        self._connections = 0
        self.listening = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set.

        Raises
        ------
        UnavailableError
            ``health.port`` when the port cannot be had.
        """
        try:
            server = await asyncio.start_server(self._serve, self._host, self.port, limit=MAX_HEAD_BYTES)
        except OSError as error:
            raise UnavailableError(
                f"health and metrics cannot be served at {self._host}:{self.port}: {error.strerror}",
                code="health.port",
                hint="Choose another port by --port or GRYM_PORT, another address by GRYM_LISTEN.",
            ) from error
        async with server:
            self.port = server.sockets[0].getsockname()[1]
            self._telemetry.log("health.started", host=self._host, port=self.port)
            self.listening.set()
            await stop.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._connections >= MAX_CONNECTIONS:
            writer.close()
            return
        self._connections += 1
        try:
            async with asyncio.timeout(REQUEST_S):
                answer, with_body = await self._read(reader)
                writer.write(_wire(answer, with_body=with_body))
                await writer.drain()
        except (TimeoutError, ConnectionError):
            return
        finally:
            self._connections -= 1
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> tuple[Answer, bool]:
        """Read a request; return its answer, and whether the answer's body is wanted."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            return _plain(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE), True
        except asyncio.IncompleteReadError:
            return _plain(HTTPStatus.BAD_REQUEST), True
        first, *rest = head.decode("latin-1").split("\r\n")
        words = first.split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1."):  # noqa: PLR2004 - method, target, version
            return _plain(HTTPStatus.BAD_REQUEST), True
        method, target, _ = words
        if method not in {"GET", "HEAD"}:
            return Answer(status=HTTPStatus.METHOD_NOT_ALLOWED, headers=(("Allow", "GET, HEAD"),)), True
        return self._answer(target.partition("?")[0], _accept(rest)), method == "GET"

    def _answer(self, path: str, accept: str) -> Answer:
        match path:
            case "/livez":
                return liveness(self._telemetry, stuck_s=self._stuck_s)
            case "/readyz":
                return readiness(self._telemetry, self._breakers)
            case "/metrics":
                page, content_type = self._exposition.page(accept)
                return Answer(status=HTTPStatus.OK, body=page, content_type=content_type)
            case _:
                return _plain(HTTPStatus.NOT_FOUND)


def _accept(lines: list[str]) -> str:
    for line in lines:
        name, _, value = line.partition(":")
        if name.lower() == "accept":
            return value.strip()
    return ""


def _plain(status: HTTPStatus) -> Answer:
    return Answer(status=status, body=f"{status.phrase}\n".encode())


def _json(well: bool, content: dict[str, object]) -> Answer:  # noqa: FBT001 (private; the first word of its callers)
    status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
    return Answer(status=status, body=json.dumps(content).encode() + b"\n", content_type=JSON_TYPE)


def _wire(answer: Answer, *, with_body: bool) -> bytes:
    headers = (
        ("Content-Type", answer.content_type),
        ("Content-Length", str(len(answer.body))),
        ("Cache-Control", "no-store"),
        ("Connection", "close"),
        *answer.headers,
    )
    lines = [f"HTTP/1.1 {answer.status.value} {answer.status.phrase}", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (answer.body if with_body else b"")
