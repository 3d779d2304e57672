"""A world in which streams are answered at once: the log in memory, and an ear that says what it is told to say."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from grym.adapters.clock import VirtualClock
from grym.adapters.memory import open_memory
from grym.errors import GrymError
from producers.frames import StreamDesk, StreamFormat
from producers.frames.answers import Answer, kind_of
from schemas.body import Body
from schemas.catalogue import AUDIO_FRAMES
from schemas.envelope import Envelope, decode, encode, peek
from schemas.events import RequestCompleted, StreamClosed, StreamOpened
from schemas.frames import AudioFrame, decode_frame, is_frame
from schemas.live import AlertRaised, FeaturesHeard, StreamEnded
from schemas.records import Record, TopicPartition

FORM = StreamFormat(sample_rate_hz=8_000)


def envelope_of(body: Body, *, stream_id: str = "s1", event_id: str = "e") -> Envelope:
    """Return an event about a stream."""
    return Envelope(
        id=event_id,
        source="grym/live",
        type=body.TYPE,
        subject=stream_id,
        time=VirtualClock().now(),
        body=body,
        correlation_id=stream_id,
    )


def answer_of(body: Body, *, latency_s: float | None = None) -> Answer:
    """Return an answer that says this."""
    envelope = envelope_of(body)
    kind = kind_of(envelope)
    assert kind is not None
    return Answer(kind=kind, envelope=envelope, at_s=getattr(body, "at_s", None), latency_s=latency_s)


class Sound:
    """A source that yields pieces, and may fail after them."""

    def __init__(self, *pieces: bytes, error: GrymError | None = None, form: StreamFormat = FORM) -> None:
        self.given = pieces
        self.error = error
        self.form = form
        self.name = "sound"
        self.length_s: float | None = None

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Yield the pieces."""
        for piece in self.given:
            yield piece
        if self.error is not None:
            raise self.error


class World:
    """The log and who answers.

    Parameters
    ----------
    answers
        What is said of a frame.
    taken
        Whether every stream that opens belongs to somebody else.
    """

    def __init__(
        self,
        answers: Callable[[AudioFrame], Sequence[Body]] | None = None,
        *,
        ends: bool = True,
        taken: bool = False,
    ) -> None:
        self.clock = VirtualClock()
        self.backend = open_memory(self.clock)
        self.frames: list[AudioFrame] = []
        self.closed: list[StreamClosed] = []
        self._answers = answers or window_of
        self._ends = ends
        self._taken = taken
        self._positions: dict[TopicPartition, int] = {}

    @property
    def desk(self) -> StreamDesk:
        """A desk of this world."""
        return StreamDesk(backend=self.backend, clock=self.clock)

    @asynccontextmanager
    async def answering(self) -> AsyncGenerator[None, None]:
        """Answer what comes while the block runs."""
        task = asyncio.create_task(self._answer())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def say(self, *bodies: Body, stream_id: str = "s1") -> None:
        """Say something of a stream."""
        ids = (f"{stream_id}/{body}" for body in bodies)
        events = [envelope_of(body, stream_id=stream_id, event_id=name) for body, name in zip(bodies, ids, strict=True)]
        await self.backend.publisher.publish([encode(event) for event in events])

    async def _answer(self) -> None:
        while True:
            for place, end in sorted((await self.backend.log.ends([AUDIO_FRAMES])).items()):
                after = self._positions.get(place, 0)
                self._positions[place] = end
                for record in await self.backend.log.read(place, after=after, limit=end - after):
                    await self._hear(record)
            await self.backend.log.wait(timeout_s=5.0)

    async def _hear(self, record: Record) -> None:
        name = peek(record.headers, "ce_subject")
        if is_frame(record.headers):
            frame = decode_frame(record)
            self.frames.append(frame)
            await self.say(*self._answers(frame), stream_id=name)
        elif isinstance(body := (envelope := decode(record)).body, StreamOpened) and self._taken:
            alert = envelope_of(AlertRaised(name="second_source", at_s=0.0), stream_id=name)
            await self.backend.publisher.publish([encode(msgspec.structs.replace(alert, causation_id=envelope.id))])
        elif isinstance(body, StreamClosed):
            self.closed.append(body)
            if self._ends:
                ended = StreamEnded(reason=body.reason, duration_s=1.0, frames=body.frames)
                await self.say(ended, completed(), stream_id=name)


def completed() -> RequestCompleted:
    """Return how the request of a stream ends well."""
    return RequestCompleted(kind="analyze", result={})


def window_of(frame: AudioFrame) -> list[Body]:
    """Return the window that a frame of a tenth of a second is."""
    rate_hz = frame.sample_rate_hz
    return [FeaturesHeard(window=frame.sequence, at_s=frame.first_sample / rate_hz, end_s=frame.end_sample / rate_hz)]


def nothing(frame: AudioFrame) -> list[Any]:
    """Say nothing."""
    del frame
    return []
