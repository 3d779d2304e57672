"""Fakes that whole processes run on: virtual time, artifacts in memory, messages from outside.

`run_virtual` runs a coroutine on an event loop whose clock jumps to the next timer whenever nobody can go on: hours
take milliseconds, the order is always the same, and a program that waits for nothing is an error at once.
"""

import asyncio
import hashlib
import selectors
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from grym.errors import PermanentError
from schemas.body import ArtifactRef, Body
from schemas.envelope import Envelope, encode
from schemas.records import Message

T = TypeVar("T")

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class StuckError(RuntimeError):
    """Everybody waits and no timer is set."""


class _JumpingSelector(selectors.SelectSelector):
    """Instead of waiting, lets the loop's time pass."""

    def __init__(self) -> None:
        super().__init__()
        self.elapsed_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready:
            return ready
        if timeout is None:
            raise StuckError("everybody waits and nobody sleeps")
        self.elapsed_s += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)
        self._clock_resolution = 1e-6  # a jump may miss its timer by a rounding error

    def time(self) -> float:
        """Return virtual seconds since the start."""
        return self._jumping.elapsed_s


def run_virtual(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


async def running_until(
    run: Callable[[asyncio.Event], Coroutine[Any, Any, None]], done: Callable[[], Awaitable[bool]]
) -> None:
    """Run a component until something holds, then stop it gracefully; its own failure ends the wait."""
    stop = asyncio.Event()
    runner = asyncio.create_task(run(stop))
    try:
        async with asyncio.timeout(36_000):
            while not await done():
                if runner.done():
                    runner.result()
                await asyncio.sleep(0.1)
    finally:
        stop.set()
        await runner


async def eventually(done: Callable[[], Awaitable[bool]], *, every_s: float = 0.1) -> None:
    """Return once `done` holds; in virtual time looking again and again costs nothing."""
    while not await done():  # noqa: ASYNC110 - what is waited for lies in a backend and sets no event
        await asyncio.sleep(every_s)


class LoopClock:
    """The clock of the running loop."""

    def now(self) -> datetime:
        """Return the epoch plus what has passed on the loop."""
        return EPOCH + timedelta(seconds=asyncio.get_running_loop().time())

    def monotonic_s(self) -> float:
        """Return what has passed on the loop."""
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class MemoryArtifacts:
    """Payloads by digest, in memory."""

    def __init__(self) -> None:
        self.payloads: dict[str, bytes] = {}

    async def put(self, payload: bytes, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Keep a payload."""
        uri = f"artifact://sha256/{hashlib.sha256(payload).hexdigest()}"
        self.payloads[uri] = payload
        return ArtifactRef(uri=uri, size_bytes=len(payload), media_type=media_type, samples=samples, name=name)

    async def put_file(self, path: Path, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Keep a file's content."""
        return await self.put(path.read_bytes(), media_type=media_type, samples=samples, name=name)  # noqa: ASYNC240

    async def get(self, ref: ArtifactRef) -> bytes:
        """Return a payload whose digest fits."""
        payload = self.payloads.get(ref.uri)
        if payload is None:
            raise PermanentError("there is no such artifact", code="artifact.missing")
        if hashlib.sha256(payload).hexdigest() != ref.sha256:
            raise PermanentError("the artifact is damaged", code="artifact.damaged")
        return payload

    async def local_path(self, ref: ArtifactRef) -> Path:
        """Refuse: these payloads lie in no file."""
        raise PermanentError("payloads in memory have no path", code="artifact.no_path", details={"uri": ref.uri})


def message(
    body: Body,
    *,
    subject: str = "r1",
    event_id: str = "e1",
    source: str = "test/upstream",
    run_no: int = 1,
    key: str | None = None,
    foreign: tuple[tuple[str, bytes], ...] = (),
    tenant: str = "default",
    correlation_id: str = "",
    traceparent: str = "",
) -> Message:
    """Return a message as somebody outside would send it."""
    envelope = Envelope(
        id=event_id,
        source=source,
        type=type(body).TYPE,
        subject=subject,
        time=EPOCH,
        body=body,
        correlation_id=correlation_id or subject,
        run_no=run_no,
        foreign=foreign,
        tenant=tenant,
        traceparent=traceparent,
    )
    return encode(envelope, key=key)


def headers_of(record_headers: tuple[tuple[str, bytes], ...]) -> Mapping[str, str]:
    """Return headers as text by name."""
    return {name: value.decode(errors="replace") for name, value in record_headers}
