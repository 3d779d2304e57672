"""Where a program sends live sound and hears what is made of it: one post and one ear for all its streams."""

import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from grym.errors import InvalidRequestError
from grym.ports.backend import Backend
from grym.ports.clock import Clock
from producers.frames.cutting import StreamFormat, StreamPlace
from producers.frames.ear import Listener, LiveEar
from producers.frames.post import FramePost, PostSettings
from producers.frames.streamer import FrameStreamer, StreamerSettings
from producers.identity import SOURCE, uuid7
from schemas.records import Message

LOOK_S = 0.5
"""Where every append wakes its readers, looking is for what was slept through."""

LOOK_ELSEWHERE_S = 0.03
"""Where the log lies elsewhere nothing wakes a reader of live events: seen within a third of a window, at thirty small
requests a second."""

APART_ELSEWHERE_S = 0.02
"""Seconds between batches where the log lies elsewhere: frames that arrive together are also heard together."""


class StreamDesk:
    """Opens streams; an asynchronous context, which stops sending and listening at its end.

    Parameters
    ----------
    admit
        Raises `SaturatedError` while this process has no memory for more.
    """

    def __init__(
        self,
        *,
        backend: Backend,
        clock: Clock,
        admit: Callable[[], None] | None = None,
        settings: PostSettings | None = None,
    ) -> None:
        self._backend = backend
        self._clock = clock
        self._admit = admit
        elsewhere = PostSettings(apart_s=APART_ELSEWHERE_S) if backend.sender is not None else None
        self.post = FramePost(self._publish, clock, settings or elsewhere)
        self._ear = LiveEar(backend.log, clock, look_s=LOOK_S if backend.sender is None else LOOK_ELSEWHERE_S)

    async def __aenter__(self) -> Self:
        """Begin."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop at once; streams that were not closed end by their idle time-out."""
        await self._ear.close()
        await self.post.close()

    def streamer(
        self,
        form: StreamFormat,
        *,
        stream_id: str | None = None,
        source: str | None = None,
        settings: StreamerSettings | None = None,
        place: StreamPlace | None = None,
    ) -> FrameStreamer:
        """Return what sends one stream; it is not open yet.

        Parameters
        ----------
        stream_id
            A request id; made up where it is None.
        source
            Who sends; made up where it is None, so that a second sender of the same id is told from the first.
        place
            Where to go on with a stream that was opened before, under the `source` it was opened with.
        """
        name = stream_id if stream_id is not None else uuid7(self._clock.now(), os.urandom(10))
        return FrameStreamer(
            self.post,
            self._backend.publisher.publish,
            self._clock,
            form=form,
            stream_id=name,
            source=source if source is not None else f"{SOURCE}/{os.urandom(6).hex()}",
            settings=settings,
            place=place,
        )

    async def require_unused(self, stream_id: str) -> None:
        """Refuse an id that stands for a request or a stream already.

        Raises
        ------
        InvalidRequestError
            ``request.id_taken``.
        """
        run = await self._backend.states.load("coordinator", stream_id)
        if run is not None or await self._backend.history.of_request(stream_id):
            raise taken(stream_id)

    @asynccontextmanager
    async def listening(self, streamer: FrameStreamer) -> AsyncIterator[Listener]:
        """Give what is said about a stream; begin before it is opened, and nothing is missed.

        Raises
        ------
        GrymError
            When the log cannot be read.
        """
        listener = await self._ear.listen(streamer)
        try:
            yield listener
        finally:
            self._ear.leave(listener)

    async def _publish(self, messages: Sequence[Message]) -> None:
        """Publish frames; where the log lies elsewhere they stay out of the history of requests."""
        sender = self._backend.sender
        if sender is None:
            await self._backend.publisher.publish(messages)
            return
        if self._admit is not None:
            self._admit()
        await sender.send(messages)


def taken(stream_id: str) -> InvalidRequestError:
    """Return the refusal of an id that is in use."""
    return InvalidRequestError(
        f"the id {stream_id} stands for a request or a stream already",
        code="request.id_taken",
        hint="Choose another id, or leave it out.",
        details={"request_id": stream_id},
    )
