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
from schemas.body import Body
from schemas.records import Headers, Message, Record
from schemas.registry import body_class, lift

SPEC_VERSION = "1.0"
JSON = "application/json"
OUR_SOURCE_PREFIX = "grym/"

_OPTIONAL = {
    "ce_causationid": "causation_id",
    "ce_tenant": "tenant",
    "traceparent": "traceparent",
    "tracestate": "tracestate",
}
_KNOWN = frozenset(
    "ce_specversion ce_id ce_source ce_type ce_subject ce_time ce_correlationid ce_attempt ce_runno content-type".split()
    + list(_OPTIONAL)
)


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
        Log-append time of the record it was read from, the instant from which deadlines count; None before that.
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
    tenant: str = "default"
    traceparent: str = ""
    tracestate: str = ""
    foreign: Headers = ()
    logged_at: datetime | None = None

    @property
    def ours(self) -> bool:
        """Whether grym itself wrote it."""
        return self.source.startswith(OUR_SOURCE_PREFIX)


def encode(envelope: Envelope, *, key: str | None = None) -> Message:
    """Turn an envelope into bytes for its topic; `key` defaults to the subject."""
    body: Body = envelope.body
    headers = [
        ("ce_specversion", SPEC_VERSION),
        ("ce_id", envelope.id),
        ("ce_source", envelope.source),
        ("ce_type", envelope.type),
        ("ce_subject", envelope.subject),
        ("ce_time", format_instant(envelope.time)),
        ("ce_correlationid", envelope.correlation_id),
        ("ce_attempt", str(envelope.attempt)),
        ("ce_runno", str(envelope.run_no)),
        ("content-type", JSON),
    ]
    headers += [(name, getattr(envelope, field)) for name, field in _OPTIONAL.items() if getattr(envelope, field)]
    return Message(
        topic=type(body).TOPIC,
        key=(envelope.subject if key is None else key).encode(),
        headers=tuple((name, text.encode()) for name, text in headers) + envelope.foreign,
        value=msgspec.json.encode(body),
    )


def decode(record: Record | Message) -> Envelope:
    """Understand a record.

    Raises
    ------
    ContractError
        ``contract.header`` for a missing or unreadable attribute, ``contract.type`` for a type or major version
        grym does not know, ``contract.body`` for a value that does not fit the type.
    """
    attributes = read_attributes(record.headers)
    type_name = _required(attributes, "ce_type")
    version = attributes.get("ce_specversion", SPEC_VERSION)
    if version != SPEC_VERSION:
        raise ContractError(f"CloudEvents version {version!r} is not understood", code="contract.header")
    event_id = _required(attributes, "ce_id")
    subject = attributes.get("ce_subject") or _key_text(record.key) or event_id
    return Envelope(
        id=event_id,
        source=_required(attributes, "ce_source"),
        type=type_name,
        subject=subject,
        time=_instant(attributes, record),
        body=_body(type_name, record.value),
        correlation_id=attributes.get("ce_correlationid") or subject,
        attempt=_whole(attributes, "ce_attempt"),
        run_no=_whole(attributes, "ce_runno"),
        logged_at=record.appended_at if isinstance(record, Record) else None,
        foreign=tuple(pair for pair in record.headers if pair[0] not in _KNOWN),
        **{field: attributes[name] for name, field in _OPTIONAL.items() if attributes.get(name)},
    )


def read_attributes(headers: Headers) -> dict[str, str]:
    """Decode the headers grym knows; the last one of a name wins.

    Raises
    ------
    ContractError
        ``contract.header`` where a known header is not UTF-8.
    """
    try:
        return {name: value.decode() for name, value in headers if name in _KNOWN}
    except UnicodeDecodeError as error:
        raise ContractError("a CloudEvents header is not UTF-8 text", code="contract.header") from error


def peek(headers: Headers, name: str) -> str:
    """Return one header as text for display, with broken bytes replaced; empty when it is absent."""
    return next((value.decode(errors="replace") for key, value in reversed(headers) if key == name), "")


def output_id(*, processor: str, cause: Envelope, type_name: str, n: int) -> str:
    """Name an output by what caused it, so that doing the work again names it again.

    Promise 1: UUIDv5 over processor, source, input id, run number, output type and n.
    """
    parts = (processor, cause.source, cause.id, str(cause.run_no), type_name, str(n))
    return str(uuid.uuid5(_OUTPUT_NAMESPACE, "\x1f".join(parts)))


_OUTPUT_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:grym:output")


def format_instant(instant: datetime) -> str:
    """Write an instant as RFC 3339 UTC with microseconds."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _required(attributes: dict[str, str], name: str) -> str:
    value = attributes.get(name, "")
    if not value:
        raise ContractError(
            f"the header {name} is missing",
            code="contract.header",
            hint="Send CloudEvents 1.0 in Kafka binary mode; docs/events.md lists the headers.",
            details={"header": name},
        )
    return value


def _whole(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "1")
    if not (text.isascii() and text.isdigit() and 1 <= len(text) <= 9):  # noqa: PLR2004 (fits every integer column)
        raise ContractError(f"the header {name} is not a whole number", code="contract.header", details={"value": text})
    return int(text)


def _instant(attributes: dict[str, str], record: Record | Message) -> datetime:
    text = attributes.get("ce_time")
    if text is None:
        return record.appended_at if isinstance(record, Record) else datetime.fromtimestamp(0, UTC)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise ContractError("ce_time is not an RFC 3339 instant", code="contract.header") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _key_text(key: bytes | None) -> str:
    try:
        return (key or b"").decode()
    except UnicodeDecodeError:
        return ""


def _body(type_name: str, value: bytes | None) -> Body:
    cls, steps = body_class(type_name)
    try:
        if not steps:
            return msgspec.json.decode(value or b"", type=cls)
        return msgspec.convert(lift(msgspec.json.decode(value or b""), steps), type=cls)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ContractError(
            f"the body does not fit {type_name}: {error}",
            code="contract.body",
            hint="Compare it with the JSON Schema of `grym schema export`.",
        ) from error
