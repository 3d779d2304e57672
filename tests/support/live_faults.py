"""Streams that go wrong on their way, as records a foreign sender may send, and what must be said of each.

Sound of four seconds with something to hear in every window; each case makes its records out of healthy frames.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
import numpy as np

from producers.frames import StreamFormat
from schemas.envelope import Envelope, encode
from schemas.events import StreamClosed, StreamOpened
from schemas.frames import AudioFrame, encode_frame
from schemas.records import Message

FORM = StreamFormat(sample_rate_hz=16_000, sample_format="f32le")
FRAMES = 40
SENDER = "test"

Samples = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A stream that goes wrong.

    Parameters
    ----------
    spoil
        Makes the records between opening and closing out of healthy frames.
    counts
        Alerts by name, and how often each is counted at the end; no other one may be.
    windows
        Windows in which something was heard, late ones not among them.
    missing_s, late_s
        Sound that never came in time, and that came too late.
    letters
        Dead letters it leaves.
    """

    spoil: Callable[[list[AudioFrame]], Sequence[Message]]
    counts: Mapping[str, int] = field(default_factory=dict)
    windows: int = FRAMES
    missing_s: float = 0.0
    late_s: float = 0.0
    letters: int = 0


def sound(frames: int = FRAMES, *, form: StreamFormat = FORM) -> Samples:
    """Return a chord with a beat in it, shape (channels, samples)."""
    at_s = np.arange(frames * form.sample_rate_hz // 10) / form.sample_rate_hz
    chord = np.sum([0.1 * np.sin(2 * np.pi * frequency_hz * at_s) for frequency_hz in (220.0, 277.18, 329.63)], axis=0)
    return np.asarray(np.tile(chord * np.exp(-4.0 * (at_s % 0.5)), (form.channels, 1)), dtype=np.float32)


def cut(samples: Samples, stream_id: str, *, form: StreamFormat = FORM) -> list[AudioFrame]:
    """Cut sound into frames of a tenth of a second."""
    step = form.sample_rate_hz // 10
    return [
        AudioFrame(
            stream_id=stream_id,
            source=SENDER,
            sequence=number,
            first_sample=number * step,
            sample_rate_hz=form.sample_rate_hz,
            channels=form.channels,
            sample_format=form.sample_format,
            pcm=form.pack(samples[:, number * step : (number + 1) * step]),
        )
        for number in range(samples.shape[1] // step)
    ]


def told(body: StreamOpened | StreamClosed, stream_id: str, *, source: str = SENDER) -> Message:
    """Return that a stream opens or closes."""
    return encode(
        Envelope(
            id=f"{stream_id}/{type(body).__name__}/{source}",
            source=source,
            type=body.TYPE,
            subject=stream_id,
            time=datetime(2026, 1, 1, tzinfo=UTC),
            body=body,
            correlation_id=stream_id,
        )
    )


def opened(stream_id: str, *, form: StreamFormat = FORM, source: str = SENDER) -> Message:
    """Return that a stream opens."""
    body = StreamOpened(sample_rate_hz=form.sample_rate_hz, channels=form.channels, sample_format=form.sample_format)
    return told(body, stream_id, source=source)


def closed(stream_id: str, *, frames: int = 0) -> Message:
    """Return that a stream closes; 0 frames leaves open how many there were."""
    return told(StreamClosed(frames=frames), stream_id)


def healthy(stream_id: str, *, form: StreamFormat = FORM) -> list[Message]:
    """Return a whole stream with which nothing is wrong."""
    return [opened(stream_id, form=form), *plain(cut(sound(form=form), stream_id, form=form)), closed(stream_id)]


def plain(frames: Sequence[AudioFrame]) -> list[Message]:
    """Return frames as records."""
    return [encode_frame(frame) for frame in frames]


def with_samples(frame: AudioFrame, samples: Samples) -> AudioFrame:
    """Return a frame with other samples, shape (channels, samples)."""
    return msgspec.structs.replace(frame, pcm=FORM.pack(samples))


def with_header(message: Message, name: str, value: bytes) -> Message:
    """Return a record with another value of a header."""
    headers = tuple((key, value if key == name else old) for key, old in message.headers)
    return msgspec.structs.replace(message, headers=headers)


def _another_rate(frames: list[AudioFrame]) -> list[Message]:
    return plain([msgspec.structs.replace(f, sample_rate_hz=48_000) if 20 <= f.sequence < 24 else f for f in frames])


def _not_finite(frames: list[AudioFrame]) -> list[Message]:
    bad = np.frombuffer(frames[20].pcm, "<f4").copy()[np.newaxis]
    bad[0, 100:110] = np.nan
    bad[0, 200:203] = np.inf
    return plain([*frames[:20], with_samples(frames[20], bad), *frames[21:]])


def _broken_headers(frames: list[AudioFrame]) -> list[Message]:
    messages = plain(frames)
    broken = [
        with_header(messages[10], "ce_samplerate", b"many"),
        with_header(messages[11], "ce_firstsample", b"-5"),
        with_header(messages[12], "ce_sampleformat", b"s24le"),
        msgspec.structs.replace(messages[13], value=b"odd"),
    ]
    return [*messages, *broken]


def _dropped(frames: list[AudioFrame]) -> list[Message]:
    return plain([*frames[:15], *frames[18:]])


def _missing_numbers(frames: list[AudioFrame]) -> list[Message]:
    return plain([msgspec.structs.replace(f, sequence=f.sequence + (7 if f.sequence >= 20 else 0)) for f in frames])


def _doubled(frames: list[AudioFrame]) -> list[Message]:
    return plain([f for frame in frames for f in ([frame, frame] if frame.sequence % 10 == 0 else [frame])])


def _swapped(frames: list[AudioFrame]) -> list[Message]:
    order = [*range(10), 12, 11, 10, *range(13, FRAMES)]
    return plain([frames[number] for number in order])


def _late(frames: list[AudioFrame]) -> list[Message]:
    return plain([*frames[:10], *frames[11:30], frames[10], *frames[30:]])


def _silent(frames: list[AudioFrame]) -> list[Message]:
    return plain([with_samples(f, np.zeros((1, f.samples), np.float32)) if f.sequence >= 10 else f for f in frames])


def _off_centre(frames: list[AudioFrame]) -> list[Message]:
    return plain(
        [with_samples(f, np.float32(0.5) * np.frombuffer(f.pcm, "<f4")[np.newaxis] + np.float32(0.3)) for f in frames]
    )


def _clipped(frames: list[AudioFrame]) -> list[Message]:
    loud = np.clip(40.0 * np.frombuffer(frames[5].pcm, "<f4")[np.newaxis], -1.0, 1.0)
    return plain([*frames[:5], with_samples(frames[5], np.asarray(loud, np.float32)), *frames[6:]])


def _second_source(frames: list[AudioFrame]) -> list[Message]:
    others = [msgspec.structs.replace(frame, source="somebody else") for frame in frames[5:8]]
    return plain([*frames[:10], *others, *frames[10:]])


def _opened_again(frames: list[AudioFrame]) -> list[Message]:
    again = opened(frames[0].stream_id)
    again = with_header(again, "ce_id", b"another opening")
    return [*plain(frames[:10]), again, *plain(frames[10:])]


CASES: dict[str, Case] = {
    "another rate in the middle": Case(
        spoil=_another_rate, counts={"format_changed": 4, "gap": 1}, windows=FRAMES - 4, missing_s=0.4
    ),
    "samples that are no numbers": Case(spoil=_not_finite, counts={"not_finite": 13}),
    "headers and lengths that are wrong": Case(spoil=_broken_headers, counts={"broken_frame": 4}, letters=4),
    "frames that never come": Case(spoil=_dropped, counts={"gap": 1}, windows=FRAMES - 3, missing_s=0.3),
    "numbers that are missing": Case(spoil=_missing_numbers, counts={"sequence": 1}),
    "frames that come twice": Case(spoil=_doubled, counts={"duplicate": 4}),
    "frames out of order": Case(spoil=_swapped, counts={"reordered": 2}),
    "a frame that comes too late": Case(
        spoil=_late, counts={"gap": 1, "late": 1}, windows=FRAMES - 1, missing_s=0.1, late_s=0.1
    ),
    "silence": Case(spoil=_silent, counts={"silence": 1}),
    "an offset": Case(spoil=_off_centre, counts={"dc": 1}),
    "flat tops": Case(spoil=_clipped, counts={"clipping": 0}),
    "another sender": Case(spoil=_second_source, counts={"second_source": 3}),
    "an id that is opened twice": Case(spoil=_opened_again, counts={"reused": 1}),
}
"""What goes wrong, by what it is called; a count of 0 is any count of one or more."""

FORMATS = (
    StreamFormat(sample_rate_hz=8_000),
    StreamFormat(sample_rate_hz=11_025, channels=3),
    StreamFormat(sample_rate_hz=44_100, channels=2, sample_format="f32le"),
    StreamFormat(sample_rate_hz=96_000, channels=5),
    StreamFormat(sample_rate_hz=192_000, channels=8),
)
"""From telephone to converters, one to eight channels; 11,025 Hz has windows of no whole tenth."""
