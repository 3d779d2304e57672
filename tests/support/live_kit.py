"""Live streams for tests: an ear that counts, frames of a stream, and what was heard of it.

The ear is no music: it cuts what it hears into windows of 100 ms and adds up each, so that what must come out of a
stream is known without hearing it, and a window that is missing, doubled or made of other sound shows at once.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np

from grym.domain.live.facts import Alert, Ended, EndReason, Features, Heard
from grym.domain.live.frame import Frame, StreamFormat
from grym.domain.live.fresh import FreshSound
from schemas.envelope import decode
from schemas.events import StreamClosed, StreamOpened
from schemas.frames import AudioFrame, encode_frame
from schemas.live import FeaturesHeard
from schemas.records import Message, Record
from streams.live.sound import Ears
from tests.contract.fakes import message

RATE_HZ = 8_000
WINDOW = 800
SENDER = "test/microphone"
BAD_SAMPLE = 12_345
"""A sample that the ear cannot bear."""


class EarState(msgspec.Struct):
    """What the ear remembers."""

    rate_hz: int
    channels: int
    position: int = 0
    window: int = 0
    filled: int = 0
    total: float = 0.0
    frames: int = 0
    alerts: int = 0
    refused: int = 0


class CountingEar:
    """Adds up each window of 100 ms of a stream whose frames come in order."""

    def __init__(self, state: EarState) -> None:
        self._s = state

    @property
    def position(self) -> int:
        """Up to where sound has come."""
        return self._s.position

    def steps(self, frame: Frame) -> Iterator[Sequence[Heard]]:
        """Take a frame, one window at a time."""
        s = self._s
        s.frames += 1
        if frame.sample_rate_hz != s.rate_hz or len(frame.samples) != s.channels:
            s.refused += 1
            s.alerts += 1
            yield [Alert(number=s.alerts, name="format_changed", at_s=s.position / s.rate_hz, count=s.refused)]
            return
        values = np.rint(frame.samples[0] * 32_768)
        if np.any(values == BAD_SAMPLE):
            raise ZeroDivisionError("the ear cannot bear this")
        skipped = s.position - frame.first_sample
        for value in values[max(0, skipped) :]:
            s.total += float(value)
            s.filled += 1
            s.position += 1
            if s.filled == WINDOW:
                yield [self._window()]

    def finish(self, reason: EndReason) -> Sequence[Heard]:
        """End the stream."""
        s = self._s
        rest = [self._window()] if s.filled else []
        length_s = s.position / s.rate_hz
        return [
            *rest,
            Ended(
                reason=reason,
                duration_s=length_s,
                heard_s=length_s,
                missing_s=0.0,
                late_s=0.0,
                frames=s.frames,
                windows=s.window,
                beats=0,
                counts={"format_changed": s.refused} if s.refused else {},
                integrated_lufs=None,
                loudness_range_lu=None,
                true_peak_dbtp=None,
                tempo_bpm=None,
                key=None,
            ),
        ]

    def fresh_sound(self) -> FreshSound | None:
        """Return nothing: there is no music in it."""
        return None

    def state(self) -> bytes:
        """Return what the ear remembers."""
        return msgspec.msgpack.encode(self._s)

    def _window(self) -> Features:
        s = self._s
        heard = Features(
            window=s.window,
            at_s=s.window / 10,
            end_s=(s.window + 1) / 10,
            rms_db=s.total,
            momentary_lufs=None,
            true_peak_dbtp=None,
            centroid_hz=0.0,
            bandwidth_hz=0.0,
            rolloff_hz=0.0,
            flatness=0.0,
            flux=0.0,
            mfcc=(),
            chroma=(),
            onsets_s=(),
            frames_folded=s.filled,
            missing_share=0.0,
        )
        s.window, s.filled, s.total = s.window + 1, 0, 0.0
        return heard


def _begun(stream_format: StreamFormat) -> CountingEar:
    return CountingEar(EarState(rate_hz=stream_format.sample_rate_hz, channels=stream_format.channels))


def _restored(state: bytes) -> CountingEar:
    return CountingEar(msgspec.msgpack.decode(state, type=EarState))


COUNTING = Ears(begun=_begun, restored=_restored)


def opened(stream_id: str, *, source: str = SENDER, event_id: str = "", rate_hz: int = RATE_HZ) -> Message:
    """Return the opening of a stream."""
    body = StreamOpened(sample_rate_hz=rate_hz, channels=1, sample_format="s16le")
    return message(body, subject=stream_id, event_id=event_id or f"{stream_id}-opened", source=source)


def closed(stream_id: str, *, frames: int = 0, source: str = SENDER, reason: str = "ended") -> Message:
    """Return the closing of a stream."""
    body = StreamClosed(frames=frames, reason=reason)
    return message(body, subject=stream_id, event_id=f"{stream_id}-closed", source=source)


def frame(
    stream_id: str,
    sequence: int,
    *,
    samples: int = WINDOW,
    first: int | None = None,
    source: str = SENDER,
    rate_hz: int = RATE_HZ,
    value: int | None = None,
) -> Message:
    """Return a frame whose samples all are its number, unless told otherwise."""
    value = sequence + 1 if value is None else value
    return encode_frame(
        AudioFrame(
            stream_id=stream_id,
            source=source,
            sequence=sequence,
            first_sample=sequence * samples if first is None else first,
            sample_rate_hz=rate_hz,
            channels=1,
            sample_format="s16le",
            pcm=struct.pack("<h", value) * samples,
        )
    )


def broken(stream_id: str, sequence: int) -> Message:
    """Return a frame whose header says something else than its id."""
    whole = frame(stream_id, sequence)
    headers = tuple((name, b"x/9" if name == "ce_id" else value) for name, value in whole.headers)
    return msgspec.structs.replace(whole, headers=headers)


def stream(stream_id: str, frames: int, *, samples: int = WINDOW) -> list[Message]:
    """Return a whole stream: its opening, frames and closing."""
    sound = [frame(stream_id, number, samples=samples) for number in range(frames)]
    return [opened(stream_id), *sound, closed(stream_id, frames=frames)]


def record_of(put: Message, position: int, *, at: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> Record:
    """Return a message as the log gives it back."""
    return Record(
        topic=put.topic,
        partition=0,
        position=position,
        key=put.key,
        headers=put.headers,
        value=put.value,
        appended_at=at,
    )


def heard(records: Iterable[Record | Message], stream_id: str) -> list[Any]:
    """Return the bodies told of a stream, each event once, in order."""
    known: dict[str, Any] = {}
    for envelope in map(decode, records):
        if envelope.subject == stream_id:
            known.setdefault(envelope.id, envelope.body)
    return list(known.values())


def windows(records: Iterable[Record | Message], stream_id: str) -> list[tuple[int, float | None]]:
    """Return number and total of each window told of a stream."""
    return [(body.window, body.rms_db) for body in heard(records, stream_id) if isinstance(body, FeaturesHeard)]


def expected_windows(frames: int, *, samples: int = WINDOW) -> list[tuple[int, float | None]]:
    """Return what `windows` must be for the frames of `stream`."""
    values = np.repeat(np.arange(1, frames + 1), samples)
    return [
        (number, float(values[start : start + WINDOW].sum()))
        for number, start in enumerate(range(0, len(values), WINDOW))
    ]
