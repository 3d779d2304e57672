"""One live stream from the side of whoever makes the sound: opened, fed, closed, and taken up again.

`send` waits for three things: the pace of the sound, room in the post, and an upper bound of bytes under way for this
stream alone, so that a fast one leaves room for the others. What has not arrived is kept; where the log was away for
longer than the post has patience, `resume` sends it again under the same numbers, and nothing is missing or double.
"""

import asyncio
from bisect import bisect_right
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grym.errors import ContractError
from grym.ports.clock import Clock
from producers.frames.cutting import FRAME_S, FrameCutter, StreamFormat, StreamPlace
from producers.frames.pacing import Pace
from producers.frames.post import FramePost, Parcel, Publish
from producers.identity import event_id
from schemas.envelope import Envelope, encode
from schemas.events import StreamClosed, StreamOpened
from schemas.frames import AudioFrame, encode_frame
from schemas.records import Message

REMEMBERED_FRAMES = 36_000
"""Sending times that are kept for latencies: an hour of frames, a megabyte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamerSettings:
    """How one stream is sent."""

    frame_s: float = FRAME_S
    speed: float = 1.0
    """Seconds of sound per second of time; infinity sends as fast as it is taken."""
    under_way_bytes: int = 1024 * 1024
    """Most bytes of this stream that have not arrived; twelve seconds of mono at 44.1 kHz."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentSound:
    """What was sent of a stream.

    Parameters
    ----------
    frames, samples, size_bytes
        Frames the log has, their length in samples per channel and in bytes.
    unsent_frames
        Frames that never arrived.
    skipped_samples
        Gaps of the source, in samples per channel.
    left_over_bytes
        Bytes at the end that make no whole sample.
    """

    frames: int
    samples: int
    size_bytes: int
    unsent_frames: int
    skipped_samples: int
    left_over_bytes: int


@dataclass(slots=True, kw_only=True)
class _Sent:
    """A frame on its way."""

    frame: AudioFrame
    parcel: Parcel


class FrameStreamer:
    """Sends the frames of one stream; one caller at a time.

    Parameters
    ----------
    post
        The way of frames; shared by the streams of a process.
    announce
        Publishes what is opened and closed.
    stream_id
        A request id.
    source
        Who sends; the first sender of a stream is its only one, so no two streamers have the same.
    place
        Where to go on; for a source that takes up its stream after a restart, under the `source` it had.
    """

    def __init__(
        self,
        post: FramePost,
        announce: Publish,
        clock: Clock,
        *,
        form: StreamFormat,
        stream_id: str,
        source: str,
        settings: StreamerSettings | None = None,
        place: StreamPlace | None = None,
    ) -> None:
        self.form = form
        self.stream_id = stream_id
        self._post, self._announce, self._clock = post, announce, clock
        self.source = source
        self._settings = settings or StreamerSettings()
        self._resumed = place is not None
        self._cutter = FrameCutter(
            form, stream_id=stream_id, source=source, frame_s=self._settings.frame_s, place=place
        )
        first_sample = self._cutter.place.first_sample
        self._pace = Pace(
            clock, sample_rate_hz=form.sample_rate_hz, speed=self._settings.speed, first_sample=first_sample
        )
        self._under_way: deque[_Sent] = deque()
        self._under_way_bytes = 0
        self._frames = self._samples = self._size_bytes = 0
        self._skipped_samples = 0
        self._closed = False
        self._ends: deque[int] = deque(maxlen=REMEMBERED_FRAMES)
        self._sent_s: deque[float] = deque(maxlen=REMEMBERED_FRAMES)

    @property
    def place(self) -> StreamPlace:
        """Where the stream stands: everything before it was put on its way."""
        return self._cutter.place

    @property
    def sent(self) -> SentSound:
        """What has arrived so far."""
        self._absorb()
        return SentSound(
            frames=self._frames,
            samples=self._samples,
            size_bytes=self._size_bytes,
            unsent_frames=len(self._under_way),
            skipped_samples=self._skipped_samples,
            left_over_bytes=self._cutter.waiting_bytes % self.form.step_bytes,
        )

    @property
    def opened_id(self) -> str:
        """Id of the event that says that the stream begins."""
        return event_id(self.stream_id, f"opened by {self.source}")

    async def open(self) -> None:
        """Say that the stream begins; a stream that is taken up again has said so before.

        Raises
        ------
        GrymError
            When nobody can be told.
        """
        if not self._resumed:
            form = self.form
            opened = StreamOpened(
                sample_rate_hz=form.sample_rate_hz, channels=form.channels, sample_format=form.sample_format
            )
            await self._announce([self._event(opened, purpose=f"opened by {self.source}")])

    async def send(self, sound: bytes | NDArray[np.floating]) -> None:
        """Send sound: bytes of the stream's format, or float samples of shape (channels, samples).

        Returns when all whole frames of it are on their way. Cancelled, it has lost nothing: the rest goes with the
        next call, unless it is given up (`discard`).

        Raises
        ------
        GrymError
            What kept an earlier frame from arriving; `resume` sends it again.
        """
        self._require_open()
        self._cutter.add(sound if isinstance(sound, bytes) else self.form.pack(sound))
        while (frame := self._cutter.next()) is not None:
            await self._dispatch(frame)

    async def flush(self) -> None:
        """Send what is left as a shorter frame, and wait until everything has arrived.

        Raises
        ------
        GrymError
            As `send`.
        """
        while (frame := self._cutter.next(last=True)) is not None:
            await self._dispatch(frame)
        await self._settle()

    async def skip(self, samples: int) -> None:
        """Leave a visible gap of `samples` per channel: sound that was lost before it came here."""
        await self.flush()
        self._cutter.skip(samples)
        self._skipped_samples += samples

    def discard(self) -> None:
        """Give up sound that was handed over and has not left: the stream can then be closed at once."""
        self._cutter.discard()

    async def resume(self) -> None:
        """Send again what has not arrived, under the same numbers, after the log had been away.

        Raises
        ------
        GrymError
            When it still cannot be sent; call it again later.
        """
        self._absorb()
        before: Parcel | None = None
        for one in self._under_way:
            if one.parcel.failed:
                one.parcel = await self._post.put(one.parcel.messages, after=before)
            before = one.parcel
        await self._settle()

    async def close(self, reason: str = "ended") -> SentSound:
        """Send the rest, say that the stream has ended, and return what was sent; closing twice is no error.

        Raises
        ------
        GrymError
            When the rest or the end cannot be sent: the stream then ends by its idle time-out.
        """
        if not self._closed:
            await self.flush()
            closed = StreamClosed(frames=self.place.sequence, reason=reason)
            await self._announce([self._event(closed, purpose=f"closed by {self.source}")])
            self._closed = True
        return self.sent

    def sent_s(self, sample: int) -> float | None:
        """Return when the frame that holds `sample` was put on its way, by the monotonic clock.

        None where it was not sent yet, or too long ago.
        """
        number = bisect_right(self._ends, sample)  # the first frame that ends behind it
        forgotten = number == 0 and len(self._ends) == REMEMBERED_FRAMES
        return None if forgotten or number == len(self._ends) else self._sent_s[number]

    async def _dispatch(self, frame: AudioFrame) -> None:
        """Put the next frame on its way when its time has come and there is room."""
        await self._pace.until(frame.end_sample)
        self._collect()
        while self._under_way_bytes and self._under_way_bytes + len(frame.pcm) > self._settings.under_way_bytes:
            await self._oldest_arrives()
        after = self._under_way[-1].parcel if self._under_way else None
        parcel = await self._post.put([encode_frame(frame)], after=after)
        self._cutter.took(frame)
        self._under_way.append(_Sent(frame=frame, parcel=parcel))
        self._under_way_bytes += len(frame.pcm)
        self._ends.append(frame.end_sample)
        self._sent_s.append(self._clock.monotonic_s())

    async def _settle(self) -> None:
        """Wait until everything has arrived."""
        while self._under_way:
            await self._oldest_arrives()

    async def _oldest_arrives(self) -> None:
        await asyncio.wait([self._under_way[0].parcel.arrived])
        self._collect()

    def _collect(self) -> None:
        """Take off what has arrived.

        Raises
        ------
        GrymError
            What kept the oldest frame that is under way from arriving.
        """
        self._absorb()
        if self._under_way and self._under_way[0].parcel.failed:
            self._under_way[0].parcel.arrived.result()

    def _absorb(self) -> None:
        while self._under_way and self._under_way[0].parcel.is_there:
            frame = self._under_way.popleft().frame
            self._under_way_bytes -= len(frame.pcm)
            self._frames += 1
            self._samples += frame.samples
            self._size_bytes += len(frame.pcm)

    def _event(self, body: StreamOpened | StreamClosed, *, purpose: str) -> Message:
        return encode(
            Envelope(
                id=event_id(self.stream_id, purpose),
                source=self.source,
                type=body.TYPE,
                subject=self.stream_id,
                time=self._clock.now(),
                body=body,
                correlation_id=self.stream_id,
            )
        )

    def _require_open(self) -> None:
        if self._closed:
            raise ContractError(
                f"the stream {self.stream_id} is closed", code="stream.closed", hint="Open another stream."
            )
