"""The way of frames into the log, for all streams of a process: what has gathered goes at once, in order.

While one batch is under way the next one gathers, so a lone frame leaves at once and many streams share a commit. A
publish that was refused for lack of room, that found nobody, or whose end is unknown is tried again with the very same
frames; nothing overtakes it, so each stream stays in order, and a repeat carries the same id. Memory is bounded: who
brings more than there is room for waits.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from grym.errors import GrymError, SaturatedError, TransientError, UnavailableError
from grym.ports.clock import Clock
from schemas.records import Message

Publish = Callable[[Sequence[Message]], Awaitable[object]]
"""Appends messages durably in their order, or raises as `grym.ports.log.Publisher` does."""

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PostSettings:
    """Bounds and patience."""

    room_bytes: int = 16 * MIB
    """Most that waits or is under way: half of what the Kafka client buffers, a second of a hundred streams."""
    batch_bytes: int = MIB
    """Most that is published at once: about what one request of the Kafka client carries."""
    batch_frames: int = 500
    """Frames published at once: rows of one statement in the embedded log."""
    apart_s: float = 0.01
    """Seconds from the start of one batch to the next: a lone stream never waits for that, a hundred share it."""
    first_pause_s: float = 0.05
    """Seconds before a refused batch is tried again; doubles with each try."""
    longest_pause_s: float = 2.0
    patience_s: float = 60.0
    """Seconds without any success until the post gives up: fail-overs and restarts take seconds."""


@dataclass(slots=True, kw_only=True)
class PostCounts:
    """What happened on the way."""

    frames: int = 0
    batches: int = 0
    saturated: int = 0
    unknown: int = 0
    unreachable: int = 0


@dataclass(slots=True, kw_only=True)
class Parcel:
    """Messages that go together, and whether they are there."""

    messages: Sequence[Message]
    size_bytes: int
    arrived: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def is_there(self) -> bool:
        """Whether the log has it."""
        return self.arrived.done() and self.arrived.exception() is None

    @property
    def failed(self) -> bool:
        """Whether it will not arrive by itself any more."""
        return self.arrived.done() and self.arrived.exception() is not None

    def settle(self, error: GrymError | None = None) -> None:
        """Note that the log has it, or will not."""
        if self.arrived.done():
            return
        if error is None:
            self.arrived.set_result(None)
        else:
            self.arrived.set_exception(error)
            self.arrived.exception()  # who brought it may be gone


class FramePost:
    """Publishes for many streams; belongs to the event loop of its first call."""

    def __init__(self, publish: Publish, clock: Clock, settings: PostSettings | None = None) -> None:
        self._publish = publish
        self._clock = clock
        self._settings = settings or PostSettings()
        self._waiting: deque[Parcel] = deque()
        self._taken_bytes = 0
        self._room = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None
        self._next_s = float("-inf")
        self.counts = PostCounts()

    async def put(self, messages: Sequence[Message], *, after: Parcel | None = None) -> Parcel:
        """Put messages on their way as soon as there is room, behind everything that was put before.

        Cancelled while it waits, nothing was taken. What becomes of a parcel is told by its `arrived`.

        Parameters
        ----------
        after
            The parcel before it in its stream.

        Raises
        ------
        GrymError
            What kept `after` from arriving: nothing may overtake it.
        """
        size_bytes = sum(len(message.value or b"") for message in messages)
        while self._taken_bytes and self._taken_bytes + size_bytes > self._settings.room_bytes:
            self._room.clear()
            await self._room.wait()
        if after is not None and after.failed:
            after.arrived.result()
        parcel = Parcel(messages=messages, size_bytes=size_bytes)
        self._waiting.append(parcel)
        self._taken_bytes += size_bytes
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._work(), name="frame-post")
        return parcel

    async def close(self) -> None:
        """Stop at once; what has not arrived fails as unavailable."""
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        self._give_up(UnavailableError("the post was closed before the frame was sent", code="stream.closed"))

    async def _work(self) -> None:
        while self._waiting:
            await self._clock.sleep(max(0.0, self._next_s - self._clock.monotonic_s()))
            self._next_s = self._clock.monotonic_s() + self._settings.apart_s
            batch = self._gathered()
            try:
                await self._bring(batch)
            except BaseException:
                for parcel in batch:
                    parcel.settle(UnavailableError("the post was stopped", code="stream.closed"))
                raise
            finally:
                self._taken_bytes -= sum(parcel.size_bytes for parcel in batch)
                self._room.set()

    def _gathered(self) -> list[Parcel]:
        """Take what goes at once: at least one parcel, and no more than a request carries."""
        batch = [self._waiting.popleft()]
        size_bytes, frames = batch[0].size_bytes, len(batch[0].messages)
        while self._waiting:
            size_bytes += self._waiting[0].size_bytes
            frames += len(self._waiting[0].messages)
            if size_bytes > self._settings.batch_bytes or frames > self._settings.batch_frames:
                break
            batch.append(self._waiting.popleft())
        return batch

    async def _bring(self, batch: list[Parcel]) -> None:
        """Bring a batch into the log; where it can never get there, each parcel by itself: one spoils no other."""
        try:
            await self._persistently([message for parcel in batch for message in parcel.messages])
        except TransientError as error:
            for parcel in batch:
                parcel.settle(error)
            self._give_up(error)
        except GrymError as error:
            if len(batch) == 1:
                batch[0].settle(error)
                return
            for parcel in batch:
                await self._bring([parcel])
        else:
            self.counts.frames += sum(len(parcel.messages) for parcel in batch)
            for parcel in batch:
                parcel.settle()

    async def _persistently(self, messages: Sequence[Message]) -> None:
        """Publish until it is certain, at most for as long as patience lasts."""
        began_s, pause_s = self._clock.monotonic_s(), self._settings.first_pause_s
        while True:
            try:
                await self._publish(messages)
            except TransientError as error:
                self._count(error)
                if self._clock.monotonic_s() - began_s >= self._settings.patience_s:
                    raise
                await self._clock.sleep(max(pause_s, error.retry_after_s or 0.0))
                pause_s = min(2 * pause_s, self._settings.longest_pause_s)
            else:
                self.counts.batches += 1
                return

    def _count(self, error: TransientError) -> None:
        if isinstance(error, SaturatedError):
            self.counts.saturated += 1
        elif isinstance(error, UnavailableError):
            self.counts.unreachable += 1
        else:
            self.counts.unknown += 1

    def _give_up(self, error: GrymError) -> None:
        """Fail what waits: a frame that came later must not be in the log without the ones before it."""
        while self._waiting:
            parcel = self._waiting.popleft()
            self._taken_bytes -= parcel.size_bytes
            parcel.settle(error)
        self._room.set()
