"""Reading header values as text, once for envelopes and for audio frames.

Only names that the caller knows are decoded, the last one of a name wins, and everything else is foreign: it comes
back untouched and in order. An attribute is UTF-8 without control characters (a NUL byte cannot be stored as text in
PostgreSQL) and bounded, since ids become index keys. Trace headers are courtesy: a broken one is foreign, not fatal.

References: CloudEvents 1.0.2, "Type System" (String); W3C Trace Context, section 3.2.
"""

import re

from grym.errors import ContractError
from schemas.headers import MAX_ATTRIBUTE_BYTES
from schemas.records import Headers

SPEC_VERSION = "1.0"

_TRACE = frozenset(("traceparent", "tracestate"))
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def read_headers(headers: Headers, known: frozenset[str]) -> tuple[dict[str, str], Headers]:
    """Split headers into the known ones as text and the foreign ones as they are.

    Raises
    ------
    ContractError
        ``contract.header`` where a known header is not UTF-8, holds a control character or is too long.
    """
    attributes: dict[str, str] = {}
    foreign: list[tuple[str, bytes]] = []
    for pair in headers:
        name, value = pair
        if name not in known:
            foreign.append(pair)
        elif name not in _TRACE:
            attributes[name] = _text(name, value)
        elif _plain(value):
            attributes[name] = value.decode()
        else:
            foreign.append(pair)
    return attributes, tuple(foreign)


def required(attributes: dict[str, str], name: str) -> str:
    """Return an attribute that must be there and not be empty.

    Raises
    ------
    ContractError
        ``contract.header`` where it is missing.
    """
    value = attributes.get(name)
    if not value:
        raise ContractError(
            f"the header {name} is missing",
            code="contract.header",
            hint="Send CloudEvents 1.0 in Kafka binary mode; docs/events.md lists the headers.",
            details={"header": name},
        )
    return value


def to_bytes(name: str, text: str, *, empty: bool = False) -> bytes:
    """Turn an attribute into a header value; only where `empty` is true may it be empty.

    Raises
    ------
    ContractError
        ``contract.header`` where reading it back would be refused.
    """
    try:
        value = text.encode()
    except UnicodeEncodeError as error:
        raise _refused(name, "cannot be written as UTF-8") from error
    if not (text or empty):
        raise _refused(name, "is empty")
    if len(value) > MAX_ATTRIBUTE_BYTES or not (text.isascii() and text.isprintable()):
        check_text(name, text)
    return value


def check_text(name: str, text: str) -> None:
    """Refuse control characters and overlong text.

    Raises
    ------
    ContractError
        ``contract.header``.
    """
    if _CONTROL.search(text):
        raise _refused(name, "holds a control character")
    if len(text.encode()) > MAX_ATTRIBUTE_BYTES:
        raise _refused(name, f"is longer than {MAX_ATTRIBUTE_BYTES} bytes")


def _text(name: str, value: bytes) -> str:
    try:
        text = value.decode()
    except UnicodeDecodeError as error:
        raise _refused(name, "is not UTF-8 text") from error
    if len(value) > MAX_ATTRIBUTE_BYTES or not (text.isascii() and text.isprintable()):
        check_text(name, text)
    return text


def _plain(value: bytes) -> bool:
    return len(value) <= MAX_ATTRIBUTE_BYTES and value.isascii() and value.decode().isprintable()


def _refused(name: str, reason: str) -> ContractError:
    return ContractError(
        f"the header {name} {reason}",
        code="contract.header",
        hint="docs/events.md lists the headers and their limits.",
        details={"header": name},
    )
