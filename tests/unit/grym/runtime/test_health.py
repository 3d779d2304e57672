"""Health and metrics are answered over real sockets, and nothing a client sends does harm."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.telemetry import Telemetry
from grym.adapters.breaker import BreakerSettings, ProcessBreakers
from grym.adapters.clock import SystemClock
from grym.errors import UnavailableError
from grym.runtime.health import MAX_CONNECTIONS, MAX_HEAD_BYTES, HealthServer
from grym.runtime.safety import BROKERS, DATABASE

LOOPBACK = "127.0.0.1"
SHY = BreakerSettings(failures=1)


class World:
    """A process whose loops move as the test says."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.telemetry = Telemetry(monotonic_s=lambda: self.now_s)
        self.breakers = ProcessBreakers(clock=SystemClock(), settings=dict.fromkeys(("store", DATABASE, BROKERS), SHY))
        self.server = HealthServer(self.telemetry, self.breakers, host=LOOPBACK, port=0, stuck_s=30.0)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serve during the block."""
        stop = asyncio.Event()
        running = asyncio.ensure_future(self.server.run(stop))
        await self.server.listening.wait()
        try:
            yield
        finally:
            stop.set()
            await running

    async def get(self, path: str) -> tuple[int, str, bytes]:
        """Ask as a web client would: status, content type, body."""
        return await asyncio.to_thread(self._get, path)

    async def json(self, path: str) -> tuple[int, dict[str, object]]:
        """Ask for JSON."""
        status, content_type, body = await self.get(path)
        assert content_type == "application/json"
        return status, json.loads(body)

    async def raw(self, request: bytes) -> bytes:
        """Send bytes and return everything that comes back."""
        reader, writer = await asyncio.open_connection(LOOPBACK, self.server.port)
        try:
            writer.write(request)
            writer.write_eof()
            return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()

    def _get(self, path: str) -> tuple[int, str, bytes]:
        url = f"http://{LOOPBACK}:{self.server.port}{path}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers["Content-Type"], error.read()


async def test_live_while_every_loop_moves() -> None:
    """A loop that has not moved for half a minute makes the process not live, and is named; one that ended does not."""
    world = World()
    world.telemetry.beat("features")
    async with world.serving():
        world.now_s = 29.0
        assert await world.json("/livez") == (200, {"status": "live", "stuck": [], "loops_s": {"features": 29.0}})
        world.now_s = 31.0
        status, told = await world.json("/livez")
        assert (status, told["status"], told["stuck"]) == (503, "stuck", ["features"])
        world.telemetry.quiet("features")
        assert (await world.json("/livez"))[0] == 200


async def test_ready_while_processors_work_or_wait_for_their_turn() -> None:
    """Not before they have begun, and not while the backend is away."""
    world = World()
    async with world.serving():
        expected = {"starting": 503, "competing": 200, "assigned": 200, "away": 503}
        for standing in ("starting", "competing", "assigned", "away"):
            world.telemetry.stand("features", standing)
            status, told = await world.json("/readyz")
            assert (status, told["processors"]) == (expected[standing], {"features": standing})


async def test_an_open_breaker_degrades_but_leaves_ready() -> None:
    """The dependency is named with its state."""
    world = World()
    world.telemetry.stand("features", "assigned")

    async def away() -> None:
        raise UnavailableError("away")

    async with world.serving():
        assert (await world.json("/readyz"))[1]["status"] == "ready"
        with pytest.raises(UnavailableError):
            await world.breakers.breaker("store").call(away)
        status, told = await world.json("/readyz?verbose=1")
        assert (status, told["status"], told["dependencies"]) == (200, "degraded", {"store": "open"})


@pytest.mark.parametrize("dependency", [DATABASE, BROKERS])
async def test_nobody_is_ready_without_the_database_or_the_brokers(dependency: str) -> None:
    """Also where a processor has not noticed: the client of Kafka reads on without a word."""
    world = World()
    world.telemetry.stand("features", "assigned")

    async def away() -> None:
        raise UnavailableError("away")

    async with world.serving():
        with pytest.raises(UnavailableError):
            await world.breakers.breaker(dependency).call(away)
        status, told = await world.json("/readyz")
        assert (status, told["status"], told["dependencies"]) == (503, "not ready", {dependency: "open"})


async def test_metrics_are_served_in_the_format_asked_for() -> None:
    """Text by default, OpenMetrics for whoever accepts it."""
    world = World()
    world.telemetry.count("events_done", 3, of="features")
    async with world.serving():
        status, content_type, page = await world.get("/metrics")
        assert (status, content_type.partition(";")[0]) == (200, "text/plain")
        assert b'grym_events_done_total{processor="features"} 3.0' in page
        answer = await world.raw(b"GET /metrics HTTP/1.1\r\nACCEPT: application/openmetrics-text\r\n\r\n")
        assert b"Content-Type: application/openmetrics-text" in answer
        assert answer.endswith(b"# EOF\n")


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /nothing HTTP/1.1\r\n\r\n", b"404 Not Found"),
        (b"GET / HTTP/1.1\r\n\r\n", b"404 Not Found"),
        (b"POST /livez HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", b"405 Method Not Allowed"),
        (b"GET /livez\r\n\r\n", b"400 Bad Request"),
        (b"GET /livez HTTP/2\r\n\r\n", b"400 Bad Request"),
        (b"\r\n\r\n", b"400 Bad Request"),
        (b"", b"400 Bad Request"),
        (b"\x16\x03\x01\x02\x00\x01\x00", b"400 Bad Request"),
        (b"GET /" + b"x" * (4 * MAX_HEAD_BYTES), b"431 Request Header Fields Too Large"),
    ],
)
async def test_bad_requests_are_refused_in_form(request_bytes: bytes, status: bytes) -> None:
    """Each by the status that says what is wrong, and the next request is served."""
    world = World()
    async with world.serving():
        answer = await world.raw(request_bytes)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 " + status)
        if len(request_bytes) < MAX_HEAD_BYTES:  # a client still sending may lose the answer to the reset
            assert answer
        assert (await world.json("/livez"))[0] == 200


async def test_a_head_request_gets_no_body() -> None:
    """Only what it would be."""
    world = World()
    async with world.serving():
        answer = await world.raw(b"HEAD /livez HTTP/1.1\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert answer.endswith(b"\r\n\r\n")


async def test_too_many_connections_are_closed_and_the_others_served() -> None:
    """Clients that send nothing cannot take every place for long; whoever comes too many is told by the close."""
    world = World()
    async with world.serving():
        idle = [await asyncio.open_connection(LOOPBACK, world.server.port) for _ in range(MAX_CONNECTIONS)]
        try:
            assert await world.raw(b"GET /livez HTTP/1.1\r\n\r\n") == b""
        finally:
            for _, writer in idle:
                writer.close()
        for reader, _ in idle:
            await reader.read()
        assert (await world.json("/livez"))[0] == 200


async def test_a_taken_port_is_a_typed_error() -> None:
    """With the settings to change."""
    world = World()
    async with world.serving():
        second = HealthServer(world.telemetry, world.breakers, host=LOOPBACK, port=world.server.port)
        with pytest.raises(UnavailableError) as refused:
            await second.run(asyncio.Event())
        assert refused.value.code == "health.port"
        assert "GRYM_PORT" in refused.value.hint


@given(sent=st.lists(st.binary(max_size=200), max_size=5))
def test_no_bytes_whatever_end_the_server(sent: list[bytes]) -> None:
    """After any bytes from any clients it still answers."""

    async def work() -> None:
        world = World()
        async with world.serving():
            for chunk in sent:
                await world.raw(chunk)
            assert (await world.raw(b"GET /livez HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 200")

    asyncio.run(work())
