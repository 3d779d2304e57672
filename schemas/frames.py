"""Audio frames on the wire: raw PCM bytes as the record's value, everything else in headers.

No JSON, no base64: a frame is read by pointing into its bytes (``np.frombuffer(frame.pcm, "<i2")``). Samples are
interleaved and little-endian. Positions are counted in samples per channel from the start of the stream, so a gap is
`first_sample` of a frame lying after the end of the one before, and a repeat carries the same id. Frames share their
topic with the opened and closed events of their stream; `is_frame` tells them apart without reading the value.

References: CloudEvents 1.0.2, Kafka Protocol Binding, Binary Content Mode.
"""

from typing import Literal

import msgspec

from grym.errors import ContractError
from schemas.attributes import SPEC_VERSION, read_headers, required, to_bytes
from schemas.catalogue import AUDIO_FRAMES, BY_NAME
from schemas.headers import HeaderField
from schemas.records import Headers, Message, Record, header

SampleFormat = Literal["s16le", "f32le"]

TYPE = "grym.audio.frame.v1"
MEDIA_TYPE = "application/octet-stream"
SAMPLE_BYTES: dict[SampleFormat, int] = {"s16le": 2, "f32le": 4}
RATES_HZ = (8_000, 192_000)
"""Lowest and highest sample rate: telephone to the highest rate of common converters."""
MAX_CHANNELS = 8
MAX_BYTES = BY_NAME[AUDIO_FRAMES].max_bytes

_COUNT = "^(0|[1-9][0-9]{0,17})$"

FRAME_HEADERS: tuple[HeaderField, ...] = (
    HeaderField(name="ce_specversion", about="version of CloudEvents; always 1.0", pattern="^1\\.0$"),
    HeaderField(name="ce_id", about="`<stream id>/<sequence number>`; a repeat carries it again", required=True),
    HeaderField(name="ce_source", about="who recorded or sent it", required=True),
    HeaderField(name="ce_type", about=f"always {TYPE}", required=True, pattern=f"^{TYPE.replace('.', '[.]')}$"),
    HeaderField(name="ce_subject", about="stream id, which is a request id and the record key", required=True),
    HeaderField(name="ce_sequence", about="number of the frame in its stream, from 0", required=True, pattern=_COUNT),
    HeaderField(
        name="ce_firstsample",
        about="position of its first sample, in samples per channel from the start of the stream",
        required=True,
        pattern=_COUNT,
    ),
    HeaderField(
        name="ce_samplerate", about="sample rate in hertz, 8,000 to 192,000", required=True, pattern="^[0-9]{4,6}$"
    ),
    HeaderField(name="ce_channels", about="interleaved channels, 1 to 8", required=True, pattern="^[1-8]$"),
    HeaderField(
        name="ce_sampleformat",
        about="s16le (signed 16-bit) or f32le (32-bit float, full scale 1.0), little-endian",
        required=True,
        pattern="^(s16le|f32le)$",
    ),
    HeaderField(name="content-type", about=f"media type of the value: {MEDIA_TYPE}"),
)
_KNOWN = frozenset(field.name for field in FRAME_HEADERS)


class AudioFrame(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of live sound.

    Parameters
    ----------
    stream_id
        The stream it belongs to; a request id.
    source
        Who recorded or sent it.
    sequence
        Number of the frame in its stream, from 0.
    first_sample
        Position of its first sample, in samples per channel from the start of the stream.
    sample_rate_hz
        8,000 to 192,000.
    channels
        Interleaved channels, 1 to 8.
    sample_format
        ``s16le`` or ``f32le``.
    pcm
        The samples as bytes; a whole number of samples for every channel, at least one, at most 1 MiB.
    foreign
        Headers of others, in order, untouched.
    """

    stream_id: str
    source: str
    sequence: int
    first_sample: int
    sample_rate_hz: int
    channels: int
    sample_format: SampleFormat
    pcm: bytes
    foreign: Headers = ()

    @property
    def id(self) -> str:
        """The CloudEvents id, the same each time this frame is sent."""
        return f"{self.stream_id}/{self.sequence}"

    @property
    def samples(self) -> int:
        """Length in samples per channel."""
        return len(self.pcm) // (SAMPLE_BYTES[self.sample_format] * self.channels)

    @property
    def end_sample(self) -> int:
        """Position just after its last sample, in samples per channel."""
        return self.first_sample + self.samples


def is_frame(headers: Headers) -> bool:
    """Tell whether a record of the frames topic is a frame, not an event about its stream."""
    return header(headers, "ce_type") == TYPE.encode()


def encode_frame(frame: AudioFrame) -> Message:
    """Turn a frame into a record; its samples are passed on, not copied.

    Raises
    ------
    ContractError
        ``contract.frame`` where the frame breaks a rule that `decode_frame` would refuse.
    """
    _check(frame)
    attributes = (
        ("ce_specversion", SPEC_VERSION),
        ("ce_id", frame.id),
        ("ce_source", frame.source),
        ("ce_type", TYPE),
        ("ce_subject", frame.stream_id),
        ("ce_sequence", str(frame.sequence)),
        ("ce_firstsample", str(frame.first_sample)),
        ("ce_samplerate", str(frame.sample_rate_hz)),
        ("ce_channels", str(frame.channels)),
        ("ce_sampleformat", frame.sample_format),
        ("content-type", MEDIA_TYPE),
    )
    return Message(
        topic=AUDIO_FRAMES,
        key=to_bytes("ce_subject", frame.stream_id),
        headers=tuple((name, to_bytes(name, text)) for name, text in attributes) + frame.foreign,
        value=frame.pcm,
    )


def decode_frame(record: Record | Message) -> AudioFrame:
    """Understand a frame without copying its samples.

    Raises
    ------
    ContractError
        ``contract.header`` for a missing or unreadable attribute, ``contract.type`` for a record that is no frame,
        ``contract.frame`` for a value that is empty, too long or not a whole number of samples, and for a rate,
        channel count or format that grym does not take.
    """
    attributes, foreign = read_headers(record.headers, _KNOWN)
    if required(attributes, "ce_type") != TYPE:
        raise ContractError("the record is not an audio frame", code="contract.type")
    if attributes.get("ce_specversion", SPEC_VERSION) != SPEC_VERSION:
        raise ContractError("the version of CloudEvents is not understood", code="contract.header")
    sample_format = required(attributes, "ce_sampleformat")
    frame = AudioFrame(
        stream_id=required(attributes, "ce_subject"),
        source=required(attributes, "ce_source"),
        sequence=_count(attributes, "ce_sequence"),
        first_sample=_count(attributes, "ce_firstsample"),
        sample_rate_hz=_count(attributes, "ce_samplerate"),
        channels=_count(attributes, "ce_channels"),
        sample_format="f32le" if sample_format == "f32le" else "s16le",
        pcm=record.value or b"",
        foreign=foreign,
    )
    if sample_format not in SAMPLE_BYTES:
        raise _broken("the sample format is not s16le or f32le", sample_format=sample_format[:40])
    if required(attributes, "ce_id") != frame.id:
        raise _broken("ce_id is not <stream id>/<sequence number>", expected=frame.id)
    _check(frame)
    return frame


def _check(frame: AudioFrame) -> None:
    if not RATES_HZ[0] <= frame.sample_rate_hz <= RATES_HZ[1]:
        raise _broken("the sample rate lies outside 8,000 to 192,000 Hz", sample_rate_hz=frame.sample_rate_hz)
    if not 1 <= frame.channels <= MAX_CHANNELS:
        raise _broken(f"a frame has 1 to {MAX_CHANNELS} channels", channels=frame.channels)
    if not frame.pcm:
        raise _broken("the frame is empty", hint="Close the stream with grym.stream.closed.v1 instead.")
    if len(frame.pcm) > MAX_BYTES:
        raise _broken("the frame is longer than 1 MiB", hint="Send shorter frames.", bytes=len(frame.pcm))
    if len(frame.pcm) % (SAMPLE_BYTES[frame.sample_format] * frame.channels):
        raise _broken(
            "the value is not a whole number of samples for every channel",
            bytes=len(frame.pcm),
            channels=frame.channels,
            sample_format=frame.sample_format,
        )
    if not (frame.stream_id and frame.source):
        raise _broken("a frame names its stream and its source")
    if min(frame.sequence, frame.first_sample) < 0:
        raise _broken("positions count from 0", sequence=frame.sequence, first_sample=frame.first_sample)


def _count(attributes: dict[str, str], name: str) -> int:
    text = required(attributes, name)
    if not (text.isascii() and text.isdigit() and len(text) <= 18):  # noqa: PLR2004 (fits a 64-bit integer)
        raise ContractError(
            f"the header {name} is not a whole number", code="contract.header", details={"header": name}
        )
    return int(text)


def _broken(message: str, *, hint: str = "", **details: str | int) -> ContractError:
    return ContractError(
        message, code="contract.frame", hint=hint or "docs/events.md lists the headers of a frame.", details=details
    )
