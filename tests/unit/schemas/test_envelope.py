"""Tests of schemas.envelope: the wire form to the byte, defaults of foreign senders, and what is refused."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from grym.errors import ContractError
from schemas.envelope import Envelope, decode, encode, format_instant, output_id, peek, peek_count, read_attributes
from schemas.events import FeedbackGiven, RequestCancelled, StepStarted
from schemas.records import Headers, Message, Record

Make = Callable[..., Envelope]
MINIMAL: dict[str, bytes] = {"ce_id": b"7", "ce_source": b"shop", "ce_type": b"grym.request.cancelled.v1"}
VALUE = b'{"reason":"asked"}'
APPENDED_AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def message(
    changes: dict[str, bytes | None] | None = None, *, value: bytes | None = VALUE, key: bytes | None = b"k"
) -> Message:
    """Return a record of a foreign sender with some headers changed, or left out where they are None."""
    headers = {**MINIMAL, **(changes or {})}
    kept = tuple((name, text) for name, text in headers.items() if text is not None)
    return Message(topic="grym.outcomes.v1", key=key, headers=kept, value=value)


def refusal(raw: Message) -> ContractError:
    """Return the error with which a record is refused."""
    with pytest.raises(ContractError) as caught:
        decode(raw)
    return caught.value


def test_wire_form(make_envelope: Make) -> None:
    """The record of a small event, byte for byte."""
    assert encode(make_envelope(run_no=2, causation_id="c-1")) == Message(
        topic="grym.outcomes.v1",
        key=b"r-1",
        headers=(
            ("ce_specversion", b"1.0"),
            ("ce_id", b"e-1"),
            ("ce_source", b"grym/coordinator"),
            ("ce_type", b"grym.request.cancelled.v1"),
            ("ce_subject", b"r-1"),
            ("ce_time", b"2026-01-02T12:00:00.000005Z"),
            ("ce_correlationid", b"r-1"),
            ("ce_attempt", b"1"),
            ("ce_runno", b"2"),
            ("content-type", b"application/json"),
            ("ce_causationid", b"c-1"),
            ("ce_tenant", b"default"),
        ),
        value=VALUE,
    )


def test_every_field_survives_the_round_trip(make_envelope: Make) -> None:
    """An envelope with no field left at its default comes back equal."""
    full = make_envelope(
        id="é-1",
        causation_id="c",
        attempt=3,
        run_no=999_999_999,
        tenant="t",
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        tracestate="a=b",
        foreign=(("x", b"\xff\x00"), ("x", b"")),
    )
    assert decode(encode(full)) == full


def test_events_of_grym_know_it(make_envelope: Make) -> None:
    """Whose an event is follows from its source."""
    assert make_envelope().ours is True
    assert make_envelope(source="grymm/coordinator").ours is False


def test_given_key_replaces_the_subject(make_envelope: Make) -> None:
    """A record key of its own, even an empty one, does not touch the subject."""
    assert encode(make_envelope(), key="user-1").key == b"user-1"
    assert encode(make_envelope(), key="").key == b""
    assert decode(encode(make_envelope(), key="user-1")).subject == "r-1"


def test_least_that_a_sender_must_say() -> None:
    """Id, source and type are enough: the rest follows from the record."""
    plain = message()
    raw = Record(
        topic=plain.topic,
        partition=0,
        position=1,
        key=plain.key,
        headers=plain.headers,
        value=VALUE,
        appended_at=APPENDED_AT,
    )
    envelope = decode(raw)
    assert envelope.subject == envelope.correlation_id == "k"
    assert envelope.time == envelope.logged_at == APPENDED_AT
    assert (envelope.attempt, envelope.run_no, envelope.tenant) == (1, 1, "default")
    assert envelope.body == RequestCancelled(reason="asked")
    assert not envelope.ours


@pytest.mark.parametrize("key", [None, b"", b"\xff", b"a\x00b", b"x" * 513])
def test_subject_falls_back_to_the_id_where_the_key_is_no_text(key: bytes | None) -> None:
    """A missing, binary or overlong key is no reason to refuse a record."""
    assert decode(message(key=key)).subject == "7"


def test_message_without_time_counts_from_the_epoch() -> None:
    """What was never logged and says no time has none that could be mistaken for now."""
    assert decode(message()).time == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", ["ce_id", "ce_source", "ce_type"])
@pytest.mark.parametrize("text", [None, b""])
def test_missing_attribute_is_refused(name: str, text: bytes | None) -> None:
    """Each required attribute is named when it is missing or empty."""
    error = refusal(message({name: text}))
    assert error.code == "contract.header"
    assert error.details == {"header": name}
    assert "docs/events.md" in error.hint


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ce_specversion", b"0.3"),
        ("ce_id", b"\xff"),
        ("ce_id", b"a\x00b"),
        ("ce_subject", b"a\nb"),
        ("ce_subject", "a\x85b".encode()),
        ("ce_correlationid", b"x" * 513),
        ("ce_attempt", b"0"),
        ("ce_attempt", b"01"),
        ("ce_runno", b"-1"),
        ("ce_runno", b"1.0"),
        ("ce_runno", b""),
        ("ce_runno", "٣".encode()),
        ("ce_runno", b"1000000000"),
        ("ce_time", b"yesterday"),
        ("ce_time", b""),
        ("ce_time", b"0001-01-01T00:00:00+14:00"),
        ("content-type", b"application/avro"),
        ("content-type", b"application/cloudevents+json"),
    ],
)
def test_broken_attribute_is_refused(name: str, text: bytes) -> None:
    """Each kind of broken attribute is a contract error of the header."""
    assert refusal(message({name: text})).code == "contract.header"


@pytest.mark.parametrize("media_type", [b"application/json; charset=utf-8", b"Application/JSON", b"application/x+json"])
def test_json_by_any_of_its_names_is_read(media_type: bytes) -> None:
    """Parameters, case and suffixes of the media type do not matter."""
    assert decode(message({"content-type": media_type})).body.reason == "asked"


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        (b"2026-01-02T12:00:00Z", datetime(2026, 1, 2, 12, tzinfo=UTC)),
        (b"2026-01-02t12:00:00z", datetime(2026, 1, 2, 12, tzinfo=UTC)),
        (b"2026-01-02T14:00:00+02:00", datetime(2026, 1, 2, 12, tzinfo=UTC)),
        (b"2026-01-02T12:00:00", datetime(2026, 1, 2, 12, tzinfo=UTC)),
    ],
)
def test_instants_become_utc(text: bytes, instant: datetime) -> None:
    """Any offset is turned into UTC, and none is taken as UTC."""
    found = decode(message({"ce_time": text})).time
    assert found == instant
    assert found.utcoffset() == timedelta(0)


def test_last_of_a_repeated_header_wins() -> None:
    """Kafka allows a name twice; the later one counts, as with most clients."""
    raw = message()
    twice: Headers = (*raw.headers, ("ce_id", b"8"))
    assert decode(Message(topic=raw.topic, key=raw.key, headers=twice, value=raw.value)).id == "8"


@pytest.mark.parametrize("trace", [b"\xff", b"a\x00", b"x" * 513])
def test_broken_trace_is_foreign(trace: bytes) -> None:
    """A trace header that is no text is carried on but means nothing."""
    envelope = decode(message({"traceparent": trace}))
    assert envelope.traceparent == ""
    assert envelope.foreign == (("traceparent", trace),)


def test_unknown_type_and_newer_major_are_refused() -> None:
    """A type that no version of grym knows, and a major of tomorrow."""
    for name in (b"grym.request.cancelled.v2", b"com.example.thing"):
        error = refusal(message({"ce_type": name}))
        assert error.code == "contract.type"
        assert error.details == {"type": name.decode()}


def test_older_major_comes_back_as_the_newest() -> None:
    """An upcast body has the newest class, and the envelope says so, hence can be written again."""
    envelope = decode(message({"ce_type": b"grym.feedback.given.v0"}, value=b'{"user":"u","rating":4}'))
    assert envelope.body == FeedbackGiven(user="u", stars=4)
    assert envelope.type == FeedbackGiven.TYPE
    assert decode(encode(envelope)).body == envelope.body


@pytest.mark.parametrize("value", [None, b"", b"[]", b"{", b'{"reason":1}', b'{"reason":"\xff"}', b"{}"])
def test_body_that_does_not_fit_is_refused(value: bytes | None) -> None:
    """A tombstone, another JSON type, a cut, a wrong type, bad UTF-8, a missing field."""
    error = refusal(message(value=value))
    assert error.code == "contract.body"
    assert error.details == {"type": "grym.request.cancelled.v1"}


@pytest.mark.parametrize(
    "changes",
    [
        {"id": ""},
        {"source": ""},
        {"subject": ""},
        {"id": "a\nb"},
        {"subject": "\ud800"},
        {"correlation_id": "x" * 513},
        {"tenant": "é" * 257},
        {"attempt": 0},
        {"run_no": 1_000_000_000},
    ],
)
def test_envelope_that_nobody_could_read_is_not_written(make_envelope: Make, changes: dict[str, Any]) -> None:
    """Writing refuses what reading would refuse, before anything is published."""
    with pytest.raises(ContractError) as caught:
        encode(make_envelope(**changes))
    assert caught.value.code == "contract.header"


def test_correlation_defaults_to_the_subject(make_envelope: Make) -> None:
    """An empty correlation id is written as what a reader would assume."""
    assert decode(encode(make_envelope(correlation_id=""))).correlation_id == "r-1"


def test_format_instant() -> None:
    """Microseconds always, UTC always, whatever zone it came in."""
    local = datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    assert format_instant(local) == "2025-12-31T23:00:00.000000Z"
    assert format_instant(local.replace(tzinfo=None)) == "2026-01-01T01:00:00.000000Z"


def test_output_ids_are_stable_and_distinct(make_envelope: Make) -> None:
    """The id is a fixed function of its six parts, and each of them matters."""
    cause = make_envelope()

    def name(cause: Envelope = cause, processor: str = "p", type_name: str = StepStarted.TYPE, n: int = 0) -> str:
        return output_id(processor=processor, cause=cause, type_name=type_name, n=n)

    assert name() == "7b90f879-518b-52b3-a675-c5eadeb7866f"
    others = {
        name(processor="q"),
        name(type_name="other"),
        name(n=1),
        name(make_envelope(id="e-2")),
        name(make_envelope(source="grym/features")),
        name(make_envelope(run_no=2)),
    }
    assert len(others | {name()}) == 7
    assert uuid.UUID(name()).version == 5


def test_peek_never_fails() -> None:
    """A header shown to a person has broken bytes replaced, and is empty when absent."""
    headers: Headers = (("ce_id", b"1"), ("ce_id", b"a\xff"))
    assert peek(headers, "ce_id") == "a\N{REPLACEMENT CHARACTER}"
    assert peek(headers, "ce_type") == ""


def test_read_attributes_leaves_foreign_headers_out() -> None:
    """Only the headers of grym are read as text."""
    assert read_attributes((("ce_id", b"1"), ("x", b"\xff"))) == {"ce_id": "1"}


@pytest.mark.parametrize(("text", "count"), [(b"12", 12), (b"", 7), (b"1.5", 7), (b"9" * 5_000, 7), (b"\xff", 7)])
def test_peeking_at_a_count_never_fails(text: bytes, count: int) -> None:
    """What is no number of at most nine digits counts as the default, and so does an absent header."""
    assert peek_count((("n", text),), "n", default=7) == count
    assert peek_count((), "n", default=7) == 7
