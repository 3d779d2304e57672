"""The envelope: CloudEvents 1.0 in Kafka binary mode, by our own codec.

Attributes travel as ``ce_<name>`` headers in UTF-8, the body is the record's value. Only headers that grym knows are
decoded; every other header is carried through untouched, so foreign bytes never break decoding. A broken value, an
unknown type or an unknown major version raises `ContractError` and the record becomes a dead letter as it is.

References: CloudEvents 1.0.2, sections "Context Attributes" and "Kafka Protocol Binding, Binary Content Mode".
"""

import uuid
from datetime import UTC, datetime
from typing import Any

import msgspec

from grym.errors import ContractError
from schemas.attributes import SPEC_VERSION, check_text, read_headers, required, to_bytes
from schemas.body import Body
from schemas.headers import ENVELOPE_HEADERS
from schemas.imported import first_logged_at, is_imported
from schemas.payload import decode_body, encode_body
from schemas.records import Headers, Message, Record
from schemas.registry import body_class

JSON = "application/json"
OUR_SOURCE_PREFIX = "grym/"
DEFAULT_TENANT = "default"
"""Of those who name none, and of records from before tenants were written."""

_CAUSATION, _TENANT, _TRACEPARENT, _TRACESTATE = "ce_causationid", "ce_tenant", "traceparent", "tracestate"
_KNOWN = frozenset(field.name for field in ENVELOPE_HEADERS)
_SPEC_VERSION_HEADER = ("ce_specversion", SPEC_VERSION.encode())
_CONTENT_TYPE_HEADER = ("content-type", JSON.encode())
_MAX_COUNT = 999_999_999
"""Largest attempt and run number: nine digits fit every integer column."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """One event or command with everything needed to trace it.

    Parameters
    ----------
    id
        Unique together with `source`.
    source
        Who wrote it; ``grym/<processor>`` for our own.
    subject
        Request id (or stream id); the record key of most topics.
    time
        When the writer made it; for display and causes, never for decisions about deadlines.
    correlation_id, causation_id
        The request it belongs to; the event it was caused by.
    attempt, run_no
        Which try of a step, and which run of the request; both from 1.
    foreign
        Headers of others, in order, untouched.
    logged_at
        Log-append time of the record it was read from, the instant from which deadlines count; None before that. Of
        what an import brought, the time it had in the log it came from.
    """

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    body: Any
    correlation_id: str
    causation_id: str = ""
    attempt: int = 1
    run_no: int = 1
    tenant: str = DEFAULT_TENANT
    traceparent: str = ""
    tracestate: str = ""
    foreign: Headers = ()
    logged_at: datetime | None = None

    @property
    def ours(self) -> bool:
        """Whether grym itself wrote it."""
        return self.source.startswith(OUR_SOURCE_PREFIX)

    @property
    def imported(self) -> bool:
        """Whether an import brought it: history, which nobody works on."""
        return bool(self.foreign) and is_imported(self.foreign)


def encode(envelope: Envelope, *, key: str | None = None) -> Message:
    """Turn an envelope into bytes for its topic; `key` defaults to the subject.

    Raises
    ------
    ContractError
        Where `decode` would refuse the result: ``contract.header`` for an attribute that is empty, too long or holds
        control characters, ``contract.body`` for a number that is not finite, ``contract.size`` for a body over the
        limit of its topic.
    """
    body: Body = envelope.body
    subject = to_bytes("ce_subject", envelope.subject)
    optional = (
        (_CAUSATION, envelope.causation_id),
        (_TENANT, envelope.tenant),
        (_TRACEPARENT, envelope.traceparent),
        (_TRACESTATE, envelope.tracestate),
    )
    headers = [
        _SPEC_VERSION_HEADER,
        ("ce_id", to_bytes("ce_id", envelope.id)),
        ("ce_source", to_bytes("ce_source", envelope.source)),
        ("ce_type", to_bytes("ce_type", envelope.type)),
        ("ce_subject", subject),
        ("ce_time", format_instant(envelope.time).encode()),
        ("ce_correlationid", to_bytes("ce_correlationid", envelope.correlation_id or envelope.subject)),
        ("ce_attempt", _count_bytes(envelope.attempt)),
        ("ce_runno", _count_bytes(envelope.run_no)),
        _CONTENT_TYPE_HEADER,
    ]
    headers += [(name, to_bytes(name, text)) for name, text in optional if text]
    return Message(
        topic=body.TOPIC,
        key=subject if key is None else to_bytes("key", key, empty=True),
        headers=(*headers, *envelope.foreign),
        value=encode_body(body),
    )


def decode(record: Record | Message) -> Envelope:
    """Understand a record; a body of an old major version comes back as the newest one, under its type.

    Raises
    ------
    ContractError
        ``contract.header`` for a missing or unreadable attribute, ``contract.type`` for a type or major version
        grym does not know, ``contract.body`` for a value that does not fit the type, ``contract.size`` for one over
        the limit of its topic.
    """
    attributes, foreign = read_headers(record.headers, _KNOWN)
    type_name = required(attributes, "ce_type")
    _check_mode(attributes)
    event_id = required(attributes, "ce_id")
    source = required(attributes, "ce_source")
    subject = attributes.get("ce_subject") or _key_text(record.key) or event_id
    cls, steps = body_class(type_name)
    return Envelope(
        id=event_id,
        source=source,
        type=cls.TYPE,
        subject=subject,
        time=_instant(attributes, record),
        body=decode_body(cls, record.value or b"", steps=steps),
        correlation_id=attributes.get("ce_correlationid") or subject,
        causation_id=attributes.get(_CAUSATION, ""),
        attempt=_whole(attributes, "ce_attempt"),
        run_no=_whole(attributes, "ce_runno"),
        tenant=attributes.get(_TENANT) or DEFAULT_TENANT,
        traceparent=attributes.get(_TRACEPARENT, ""),
        tracestate=attributes.get(_TRACESTATE, ""),
        foreign=foreign,
        logged_at=_logged_at(record, foreign),
    )


def read_attributes(headers: Headers) -> dict[str, str]:
    """Decode the headers grym knows; the last one of a name wins.

    Raises
    ------
    ContractError
        ``contract.header`` where a known header is not UTF-8, holds a control character or is too long.
    """
    return read_headers(headers, _KNOWN)[0]


def peek(headers: Headers, name: str) -> str:
    """Return one header as text for display, with broken bytes replaced; empty when it is absent."""
    return next((value.decode(errors="replace") for key, value in reversed(headers) if key == name), "")


def peek_count(headers: Headers, name: str, *, default: int) -> int:
    """Return one header as a whole number of at most nine digits; `default` where it is no such number."""
    text = peek(headers, name)
    readable = text.isascii() and text.isdigit() and len(text) <= len(str(_MAX_COUNT))
    return int(text) if readable else default


def output_id(*, processor: str, cause: Envelope, type_name: str, n: int) -> str:
    """Name an output by what caused it, so that doing the work again names it again.

    Promise 1: UUIDv5 over processor, source, input id, run number, output type and n.
    """
    parts = (processor, cause.source, cause.id, str(cause.run_no), type_name, str(n))
    return str(uuid.uuid5(_OUTPUT_NAMESPACE, "\x1f".join(parts)))


_OUTPUT_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:grym:output")


def format_instant(instant: datetime) -> str:
    """Write an instant as RFC 3339 UTC with microseconds; one without a zone is taken as UTC."""
    if instant.tzinfo is not UTC:
        instant = instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    return instant.isoformat(timespec="microseconds")[: -len("+00:00")] + "Z"


def _check_mode(attributes: dict[str, str]) -> None:
    if attributes.get("ce_specversion", SPEC_VERSION) != SPEC_VERSION:
        raise ContractError("this version of CloudEvents is not understood", code="contract.header")
    media_type = attributes.get("content-type", JSON)
    if media_type == JSON:
        return
    media_type = media_type.partition(";")[0].strip().lower()
    is_json = media_type == JSON or media_type.endswith("+json")
    if not is_json or media_type.startswith("application/cloudevents"):
        raise ContractError(
            "the value is not plain JSON",
            code="contract.header",
            hint="Send the body as application/json, in CloudEvents binary mode.",
            details={"content_type": media_type},
        )


def _whole(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "1")
    if text == "1":
        return 1
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_MAX_COUNT)) and text[0] != "0"):
        raise ContractError(
            f"the header {name} is not a whole number from 1", code="contract.header", details={"header": name}
        )
    return int(text)


def _count_bytes(count: int) -> bytes:
    if count == 1:
        return b"1"
    if not 1 <= count <= _MAX_COUNT:
        raise ContractError("attempts and runs count from 1", code="contract.header", details={"count": count})
    return str(count).encode()


def _instant(attributes: dict[str, str], record: Record | Message) -> datetime:
    text = attributes.get("ce_time")
    if text is None:
        return record.appended_at if isinstance(record, Record) else datetime.fromtimestamp(0, UTC)
    try:
        instant = datetime.fromisoformat(text.upper())  # RFC 3339 allows t and z
        if instant.tzinfo is UTC:
            return instant
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise ContractError("ce_time is not an RFC 3339 instant", code="contract.header") from error


def _logged_at(record: Record | Message, foreign: Headers) -> datetime | None:
    first = first_logged_at(foreign) if foreign else None
    return first or (record.appended_at if isinstance(record, Record) else None)


def _key_text(key: bytes | None) -> str:
    """Read the record key as a subject; a key that could not be one is no subject."""
    try:
        text = (key or b"").decode()
        check_text("key", text)
    except (UnicodeDecodeError, ContractError):
        return ""
    return text
