"""Conformance: grym's codec and the reference SDK of CloudEvents understand each other's records.

The SDK decodes every header as UTF-8 and every key as text, so it is an oracle here and never on the way of a record.
"""

import json
from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event, to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent

from grym.errors import ContractError
from schemas.commands import RequestComposition
from schemas.envelope import Envelope, decode, encode
from schemas.frames import AudioFrame, decode_frame, encode_frame
from schemas.records import Message

MADE_AT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
REQUEST = Envelope(
    id="e-1",
    source="shop/ü",
    type=RequestComposition.TYPE,
    subject="r-1",
    time=MADE_AT,
    body=RequestComposition(prompt="a calm nocturne", tempo_bpm=70.0),
    correlation_id="c-1",
    causation_id="e-0",
    attempt=2,
    run_no=3,
    tenant="t-1",
)


def as_sdk(message: Message) -> KafkaMessage:
    """Hand a record of ours to the SDK, which wants headers as a mapping."""
    return KafkaMessage(headers=dict(message.headers), key=message.key, value=message.value or b"")


def as_ours(message: KafkaMessage) -> Message:
    """Hand a record of the SDK to our codec."""
    key = message.key.encode() if isinstance(message.key, str) else message.key
    return Message(topic="grym.requests.v1", key=key, headers=tuple(message.headers.items()), value=message.value)


def test_the_sdk_reads_what_we_write() -> None:
    """Every attribute, extension and the body arrive at the SDK as we meant them."""
    event = from_binary_event(as_sdk(encode(REQUEST)))
    assert event.get_specversion() == "1.0"
    assert (event.get_id(), event.get_source(), event.get_type()) == ("e-1", "shop/ü", "grym.composition.request.v1")
    assert (event.get_subject(), event.get_time()) == ("r-1", MADE_AT)
    assert event.get_datacontenttype() == "application/json"
    extensions = ("correlationid", "causationid", "attempt", "runno", "tenant", "partitionkey")
    assert [event.get_extension(name) for name in extensions] == ["c-1", "e-0", "2", "3", "t-1", "r-1"]
    assert event.get_data() == {"prompt": "a calm nocturne", "tempo_bpm": 70.0}


def test_we_read_what_the_sdk_writes() -> None:
    """An event made with the SDK, with an extension of its own, is an envelope with a foreign header."""
    event = CloudEvent(
        {
            "id": "e-1",
            "source": "shop/ü",
            "type": RequestComposition.TYPE,
            "subject": "r-1",
            "time": MADE_AT,
            "datacontenttype": "application/json",
            "correlationid": "c-1",
            "partitionkey": "r-1",
            "shopno": "17",
        },
        {"prompt": "a calm nocturne", "seconds": 12},
    )
    envelope = decode(as_ours(to_binary_event(event)))
    assert (envelope.id, envelope.source, envelope.type) == ("e-1", "shop/ü", RequestComposition.TYPE)
    assert (envelope.subject, envelope.correlation_id, envelope.time) == ("r-1", "c-1", MADE_AT)
    assert envelope.body == RequestComposition(prompt="a calm nocturne", seconds=12.0)
    assert dict(envelope.foreign)["ce_shopno"] == b"17"


def test_a_record_survives_the_way_through_the_sdk_and_back() -> None:
    """Ours, read and written again by the SDK, is still the same envelope, but for the key it adds as an extension."""
    through = to_binary_event(from_binary_event(as_sdk(encode(REQUEST))))
    again = decode(as_ours(through))
    assert again.foreign == (("ce_partitionkey", b"r-1"),)
    assert [getattr(again, name) for name in again.__struct_fields__ if name != "foreign"] == [
        getattr(REQUEST, name) for name in REQUEST.__struct_fields__ if name != "foreign"
    ]


def test_structured_mode_is_refused_with_a_hint() -> None:
    """The other content mode of the binding is named, not guessed."""
    event = CloudEvent({"id": "1", "source": "s", "type": RequestComposition.TYPE}, {"prompt": "a"})
    structured = as_ours(to_structured_event(event))
    with pytest.raises(ContractError) as caught:
        decode(structured)
    assert "binary mode" in caught.value.hint


def test_a_frame_is_a_cloudevent_too() -> None:
    """The SDK reads a frame's attributes and hands its bytes through, and we read them again."""
    frame = AudioFrame(
        stream_id="s-1",
        source="studio",
        sequence=1,
        first_sample=4410,
        sample_rate_hz=44_100,
        channels=1,
        sample_format="f32le",
        pcm=b"\x00\x00\x80\x3f",
    )
    event = from_binary_event(as_sdk(encode_frame(frame)))
    assert (event.get_id(), event.get_subject(), event.get_data()) == ("s-1/1", "s-1", frame.pcm)
    written = as_ours(to_binary_event(event))
    assert decode_frame(written).pcm == frame.pcm


def test_the_body_on_the_wire_is_plain_json() -> None:
    """Any JSON reader gets the same body; fields at their default are left out."""
    assert json.loads(encode(REQUEST).value or b"") == {"prompt": "a calm nocturne", "tempo_bpm": 70.0}
