"""Tests of schemas.frames: wire form, sample arithmetic and each refusal."""

from typing import Any

import numpy as np
import pytest

from grym.errors import ContractError
from schemas.frames import FRAME_HEADERS, AudioFrame, decode_frame, encode_frame, is_frame
from schemas.records import Message

RAMP = np.arange(8, dtype="<i2")


def frame(**changes: Any) -> AudioFrame:
    """Return four stereo samples of a ramp with some fields changed."""
    fields: dict[str, Any] = {
        "stream_id": "s-1",
        "source": "studio",
        "sequence": 3,
        "first_sample": 12,
        "sample_rate_hz": 44_100,
        "channels": 2,
        "sample_format": "s16le",
        "pcm": RAMP.tobytes(),
    }
    return AudioFrame(**{**fields, **changes})


def with_header(name: str, text: bytes | None) -> Message:
    """Return the frame's record with one header changed, or left out where `text` is None."""
    good = encode_frame(frame())
    headers = [(key, value if key != name else text) for key, value in good.headers]
    kept = tuple((key, value) for key, value in headers if value is not None)
    return Message(topic=good.topic, key=good.key, headers=kept, value=good.value)


def code_of(raw: Message) -> str:
    """Return the code with which a record is refused."""
    with pytest.raises(ContractError) as caught:
        decode_frame(raw)
    return caught.value.code


def test_wire_form() -> None:
    """The record of a frame, byte for byte."""
    assert encode_frame(frame()) == Message(
        topic="grym.audio-frames.v1",
        key=b"s-1",
        headers=(
            ("ce_specversion", b"1.0"),
            ("ce_id", b"s-1/3"),
            ("ce_source", b"studio"),
            ("ce_type", b"grym.audio.frame.v1"),
            ("ce_subject", b"s-1"),
            ("ce_sequence", b"3"),
            ("ce_firstsample", b"12"),
            ("ce_samplerate", b"44100"),
            ("ce_channels", b"2"),
            ("ce_sampleformat", b"s16le"),
            ("content-type", b"application/octet-stream"),
        ),
        value=b"\0\0\1\0\2\0\3\0\4\0\5\0\6\0\7\0",
    )


def test_header_table_is_what_is_written() -> None:
    """The published table names exactly the headers of a record, in order."""
    assert [field.name for field in FRAME_HEADERS] == [name for name, _ in encode_frame(frame()).headers]


def test_positions_count_samples_per_channel() -> None:
    """Sixteen bytes of 16-bit stereo are four samples per channel; as mono float they are four as well."""
    assert (frame().samples, frame().end_sample) == (4, 16)
    assert frame(sample_format="f32le", channels=1).samples == 4


def test_samples_are_read_in_place() -> None:
    """The bytes of the record are pointed into, and interleaved samples come back as they were."""
    message = encode_frame(frame())
    read = decode_frame(message)
    assert read.pcm is message.value
    assert np.frombuffer(read.pcm, "<i2").reshape(-1, 2)[:, 1].tolist() == [1, 3, 5, 7]


def test_is_frame() -> None:
    """Frames are told from stream events by their type header alone."""
    assert is_frame(encode_frame(frame()).headers)
    assert not is_frame((("ce_type", b"grym.stream.opened.v1"),))
    assert not is_frame(())


REQUIRED = [field.name for field in FRAME_HEADERS if field.name not in {"ce_specversion", "content-type"}]


def test_table_says_what_is_required() -> None:
    """All headers but those with one possible value."""
    assert [field.name for field in FRAME_HEADERS if field.required] == REQUIRED


@pytest.mark.parametrize("field", REQUIRED)
def test_missing_header_is_refused(field: str) -> None:
    """Each required header is required."""
    assert code_of(with_header(field, None)) == "contract.header"


@pytest.mark.parametrize("field", ["ce_specversion", "content-type"])
def test_headers_that_say_nothing_new_may_be_missing(field: str) -> None:
    """Spec version and content type have only one value."""
    assert decode_frame(with_header(field, None)) == frame()


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("ce_specversion", b"0.3", "contract.header"),
        ("ce_type", b"grym.stream.opened.v1", "contract.type"),
        ("ce_id", b"s-1/4", "contract.frame"),
        ("ce_sequence", b"-3", "contract.header"),
        ("ce_sequence", b"1" * 19, "contract.header"),
        ("ce_firstsample", b"1.5", "contract.header"),
        ("ce_samplerate", b"7999", "contract.frame"),
        ("ce_samplerate", b"192001", "contract.frame"),
        ("ce_channels", b"0", "contract.frame"),
        ("ce_channels", b"9", "contract.frame"),
        ("ce_channels", b"3", "contract.frame"),
        ("ce_sampleformat", b"s24le", "contract.frame"),
        ("ce_subject", b"\xff", "contract.header"),
    ],
)
def test_broken_header_is_refused(name: str, text: bytes, code: str) -> None:
    """Each defect has its code; three channels do not divide eight samples."""
    assert code_of(with_header(name, text)) == code


@pytest.mark.parametrize(
    "changes",
    [
        {"pcm": b""},
        {"pcm": bytes(15)},
        {"pcm": bytes(18)},
        {"pcm": bytes(1024 * 1024 + 4)},
        {"sample_format": "f32le", "pcm": bytes(12)},
        {"channels": 0},
        {"channels": 9, "pcm": bytes(18)},
        {"sample_rate_hz": 7_999},
        {"sample_rate_hz": 192_001},
        {"sequence": -1},
        {"first_sample": -1},
        {"stream_id": ""},
        {"source": ""},
    ],
)
def test_broken_frame_is_not_written(changes: dict[str, Any]) -> None:
    """Empty, odd, too long, or out of any range: refused before it is published."""
    with pytest.raises(ContractError) as caught:
        encode_frame(frame(**changes))
    assert caught.value.code == "contract.frame"


@pytest.mark.parametrize(
    "changes",
    [
        {"pcm": bytes(1024 * 1024)},
        {"channels": 1, "sequence": 0, "first_sample": 0},
        {"first_sample": 10**18 - 1},
        {"sample_rate_hz": 8_000},
        {"sample_rate_hz": 192_000},
    ],
)
def test_borders_belong_to_the_contract(changes: dict[str, Any]) -> None:
    """The largest frame and both ends of the rates are accepted."""
    assert decode_frame(encode_frame(frame(**changes))) == frame(**changes)


def test_value_of_another_length_is_refused() -> None:
    """A cut record and a tombstone are refused on reading."""
    good = encode_frame(frame())
    for value in (None, b"", b"\0" * 15):
        raw = Message(topic=good.topic, key=good.key, headers=good.headers, value=value)
        assert code_of(raw) == "contract.frame"
