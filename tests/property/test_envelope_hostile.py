"""Whatever bytes arrive, decoding answers with an envelope or with `ContractError`, and foreign headers are kept."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from grym.errors import ContractError
from schemas.envelope import Envelope, decode, encode
from schemas.events import RequestCancelled
from schemas.frames import FRAME_HEADERS, decode_frame
from schemas.headers import ENVELOPE_HEADERS
from schemas.records import Headers, Message, Record
from schemas.registry import BY_TYPE, UPCASTERS

APPENDED_AT = datetime(2026, 1, 1, tzinfo=UTC)
KNOWN = [field.name for field in (*ENVELOPE_HEADERS, *FRAME_HEADERS)]
TYPES = [*BY_TYPE, *UPCASTERS, "grym.audio.frame.v1", "grym.unknown.v9"]

texts = st.text(max_size=20)
header_values = st.one_of(
    st.binary(max_size=40),
    texts.map(lambda text: text.encode(errors="replace")),
    st.sampled_from(TYPES).map(str.encode),
    st.sampled_from([b"1.0", b"1", b"0", b"-1", b"1e9", b"\xd9\xa3", b"a\0b", b"x" * 513, b"application/json"]),
    st.datetimes(timezones=st.timezones()).map(lambda instant: instant.isoformat().encode()),
)
header_lists = st.lists(st.tuples(st.sampled_from(KNOWN) | texts, header_values), max_size=20).map(tuple)
json_values = st.one_of(
    st.binary(max_size=200),
    st.sampled_from(
        [
            b"",
            b"null",
            b"[]",
            b'"text"',
            b"{",
            b"NaN",
            b'{"seconds":NaN}',
            b'{"prompt":"a","seconds":1e309}',
            b'{"prompt":"a","seed":' + b"9" * 5000 + b"}",
            b'{"prompt":"\xff"}',
            b'{"prompt":"\\ud800"}',
            b'{"prompt":"\\u0000"}',
            b'{"result":' + b'{"a":' * 100_000,
            b'{"kind":"compose","result":{"a":' + b"[" * 100_000,
            b"\xef\xbb\xbf{}",
        ]
    ),
)


def record(headers: Headers, value: bytes | None, key: bytes | None = b"k") -> Record:
    """Return a record as a log would hand it out."""
    return Record(
        topic="grym.requests.v1",
        partition=0,
        position=1,
        key=key,
        headers=headers,
        value=value,
        appended_at=APPENDED_AT,
    )


def good_headers(type_name: str) -> Headers:
    """Return the least that an envelope of a type needs."""
    return (("ce_id", b"1"), ("ce_source", b"far/away"), ("ce_type", type_name.encode()))


def read_or_refuse(raw: Record | Message, read: Callable[[Record | Message], Any] = decode) -> Any:
    """Decode; None where the contract refuses in bounded words. Any other exception fails the test."""
    refused: ContractError | None = None
    try:
        return read(raw)
    except ContractError as error:
        refused = error
    assert refused.code.startswith("contract.")
    assert len(refused.message) < 1000
    return None


@settings(max_examples=300, deadline=None)
@given(headers=header_lists, value=st.none() | json_values, key=st.none() | st.binary(max_size=20))
def test_arbitrary_records_are_read_or_refused(headers: Headers, value: bytes | None, key: bytes | None) -> None:
    """No header and no value makes decoding raise anything but `ContractError`, for events and frames alike."""
    raw = record(headers, value, key)
    read_or_refuse(raw)
    read_or_refuse(raw, decode_frame)


@settings(max_examples=300, deadline=None)
@given(type_name=st.sampled_from(TYPES), extra=header_lists, value=json_values, key=st.none() | st.binary(max_size=9))
@example(type_name="grym.feedback.given.v0", extra=(), value=b'{"user":"a","rating":5}', key=None)
@example(type_name="grym.request.cancel.v1", extra=(("ce_time", b"0001-01-01T00:00:00+14:00"),), value=b"{}", key=b"")
@example(type_name="grym.request.cancel.v1", extra=(("traceparent", b"\xff"),), value=b"{}", key=b"\xff")
def test_what_is_read_can_be_written_and_read_again(
    type_name: str, extra: Headers, value: bytes, key: bytes | None
) -> None:
    """A record that is accepted becomes an envelope that survives its own round trip."""
    first = read_or_refuse(record(extra + good_headers(type_name), value, key))
    if first is not None:
        again = decode(encode(first))
        assert again == Envelope(
            **{name: getattr(first, name) for name in first.__struct_fields__ if name != "logged_at"}
        )


@given(foreign=st.lists(st.tuples(texts.filter(lambda name: name not in KNOWN), st.binary(max_size=60)), max_size=8))
def test_foreign_headers_survive_byte_for_byte(foreign: list[tuple[str, bytes]]) -> None:
    """Headers of others keep their order, their repeats and every byte, and change nothing else."""
    plain = Envelope(
        id="1",
        source="grym/coordinator",
        type=RequestCancelled.TYPE,
        subject="r",
        time=APPENDED_AT,
        body=RequestCancelled(reason="asked"),
        correlation_id="r",
        foreign=tuple(foreign),
    )
    message = encode(plain)
    assert message.headers[len(message.headers) - len(foreign) :] == tuple(foreign)
    assert decode(message) == plain


@settings(max_examples=200, deadline=None)
@given(position=st.integers(0, 10_000), byte=st.integers(0, 255), cut=st.integers(0, 10_000))
def test_damaged_bodies_are_read_or_refused(position: int, byte: int, cut: int) -> None:
    """One changed byte or a cut anywhere in a body is never more than a `ContractError`."""
    good = b'{"prompt":"a calm nocturne","seconds":30.0,"seed":7,"style":null,"later":[{"a":1}]}'
    at = position % len(good)
    for value in (good[:at] + bytes([byte]) + good[at + 1 :], good[: cut % len(good)]):
        read_or_refuse(record(good_headers("grym.composition.request.v1"), value))
