"""Understanding a record of the frames topic: a stretch of sound, or that its stream opens or closes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from grym.domain.live.frame import Frame, StreamFormat
from grym.domain.live.pcm import samples_of
from grym.errors import ContractError
from schemas.envelope import Envelope, decode
from schemas.events import StreamClosed, StreamOpened
from schemas.frames import AudioFrame, decode_frame, is_frame
from schemas.records import Record
from streams.live.telling import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One record of a stream, understood.

    Parameters
    ----------
    frame
        The sound; None for an opening or a closing.
    event
        The opening or closing; None for a frame.
    """

    stream_id: str
    position: int
    at: datetime
    frame: AudioFrame | None = None
    event: Envelope | None = None

    @property
    def cause(self) -> Cause:
        """What follows from it names it as this."""
        event_id = self.frame.id if self.frame is not None else self.event.id if self.event is not None else ""
        return Cause(event_id=event_id, at=self.at)

    @property
    def source(self) -> str:
        """Who sent it."""
        return self.frame.source if self.frame is not None else self.event.source if self.event is not None else ""


def arrival_of(record: Record) -> Arrival:
    """Understand a record.

    Raises
    ------
    ContractError
        What `decode_frame` and `decode` raise; ``contract.type`` for an event that says nothing of a stream,
        ``contract.key`` where the record key is not the stream id, since the order of the stream would be lost.
    """
    frame, event = (decode_frame(record), None) if is_frame(record.headers) else (None, _event(record))
    stream_id = frame.stream_id if frame is not None else event.subject if event is not None else ""
    if record.key != stream_id.encode():
        raise ContractError(
            "the record key is not the id of the stream",
            code="contract.key",
            hint="Send every frame of a stream under the stream id as key: it keeps them in order.",
        )
    return Arrival(stream_id=stream_id, position=record.position, at=record.appended_at, frame=frame, event=event)


class Formatted(Protocol):
    """Something that says how sound is laid out."""

    @property
    def sample_rate_hz(self) -> int:
        """Samples per second and channel."""
        ...

    @property
    def channels(self) -> int:
        """Number of channels."""
        ...


def format_of(said: Formatted) -> StreamFormat:
    """Return rate and channels; raises `InvalidAudioError` where no stream can have them."""
    return StreamFormat(sample_rate_hz=said.sample_rate_hz, channels=said.channels)


def frame_of(frame: AudioFrame) -> Frame:
    """Return the sound of a frame as the domain knows it, float32 at full scale 1."""
    samples = samples_of(frame.pcm, channels=frame.channels, sample_format=frame.sample_format)
    return Frame(
        sequence=frame.sequence,
        first_sample=frame.first_sample,
        sample_rate_hz=frame.sample_rate_hz,
        samples=samples,
    )


def _event(record: Record) -> Envelope:
    envelope = decode(record)
    if not isinstance(envelope.body, StreamOpened | StreamClosed):
        raise ContractError("the event says nothing of a stream", code="contract.type")
    return envelope
