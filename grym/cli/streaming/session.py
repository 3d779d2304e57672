"""One stream from its first frame to its last answer: sending and hearing beside each other.

Sending ends with the sound; hearing ends with the request of the stream, and whichever ends first decides: a stream
that was refused, cancelled or taken for idle is sent no further. An interrupt closes the stream, and its last answers
are waited for a moment.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field

from grym.cli.screen import Screen
from grym.cli.streaming.sources import Source
from grym.cli.streaming.views import View
from grym.errors import GrymError
from producers.frames import FrameStreamer, StreamDesk
from producers.frames.answers import is_refusal_of
from producers.frames.desk import taken
from producers.frames.ear import Listener

FAREWELL_S = 5.0
"""Seconds that an interrupted stream has to say that it ends, and to hear what it came to."""

SILENCE_S = 15.0
"""Seconds without any answer after which a person is told what may be missing."""


@dataclass(slots=True, kw_only=True)
class Session:
    """Sends one source and shows what comes back.

    Parameters
    ----------
    timeout_s
        Seconds to wait for answers once the sound has ended; None waits until the end is told.
    """

    screen: Screen
    desk: StreamDesk
    source: Source
    streamer: FrameStreamer
    view: View
    timeout_s: float | None = None
    gave_up: bool = field(default=False, init=False)
    _sending: "asyncio.Task[None] | None" = field(default=None, init=False)

    async def run(self) -> None:
        """Play to the end; cancelled, close the stream and raise.

        Raises
        ------
        GrymError
            What kept sound from being sent, or answers from being read; the stream was closed if it could be.
        """
        async with self.desk.listening(self.streamer) as listener:
            await self.streamer.open()
            hearing = asyncio.create_task(self._hear(listener), name="stream-hearing")
            self._sending = asyncio.create_task(self._send(), name="stream-sending")
            try:
                async with self._reminding():
                    await self._until_over(self._sending, hearing)
            except BaseException as error:
                await _stopped(self._sending)
                await self._farewell(hearing, reason=_reason(error))
                raise
            finally:
                await _stopped(hearing)

    async def _until_over(self, sending: "asyncio.Task[None]", hearing: "asyncio.Task[None]") -> None:
        await asyncio.wait([sending, hearing], return_when=asyncio.FIRST_COMPLETED)
        if hearing.done():
            await _stopped(sending)
            await hearing
            return
        await sending
        await asyncio.wait([hearing], timeout=self.timeout_s)
        self.gave_up = not hearing.done()
        if hearing.done():
            await hearing

    async def _send(self) -> None:
        rate_hz = self.source.form.sample_rate_hz
        async with aclosing(self.source.pieces()) as pieces:
            async for piece in pieces:
                for part in _parts(piece, self.source.form.bytes_per_s):
                    await self.streamer.send(part)
                    self.view.played(self.streamer.place.first_sample / rate_hz)
        await self.streamer.flush()
        left_over = self.streamer.sent.left_over_bytes
        if left_over:
            self.screen.note(f"the sound ends inside a sample: {left_over} bytes are left over")
        await self.streamer.close("truncated" if left_over else "ended")

    async def _hear(self, listener: Listener) -> None:
        async for answer in listener:
            if is_refusal_of(answer, self.streamer.opened_id):
                raise taken(self.streamer.stream_id)
            self.view.tell(answer)

    async def _farewell(self, hearing: "asyncio.Task[None]", *, reason: str) -> None:
        """Close the stream as well as that is possible now, and hear what it came to."""
        with suppress(GrymError, TimeoutError):
            async with asyncio.timeout(FAREWELL_S):
                self.streamer.discard()
                await self.streamer.close(reason)
                if not hearing.done():
                    await asyncio.wait([hearing])

    @asynccontextmanager
    async def _reminding(self) -> AsyncIterator[None]:
        reminder = asyncio.create_task(self._remind())
        try:
            yield
        finally:
            reminder.cancel()

    async def _remind(self) -> None:
        """Say what may be missing where nothing at all is answered."""
        await asyncio.sleep(SILENCE_S)
        standing = self.view.standing
        if standing.window is None and standing.ended is None:
            self.screen.note("nothing is answered yet: does a worker of `live` run? `grym doctor` tells")


def _parts(piece: bytes, length: int) -> list[bytes]:
    """Cut a piece into parts of a second, so that the picture moves."""
    return [piece[start : start + length] for start in range(0, len(piece), length)]


def _reason(error: BaseException) -> str:
    return "source failed" if isinstance(error, GrymError) else "interrupted"


async def _stopped(task: "asyncio.Task[None]") -> None:
    """Cancel a task and wait for its end, whatever that is."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
