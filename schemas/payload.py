"""Bodies as JSON: one decoder per type, and the limits that a value keeps to.

JSON has no NaN and msgspec writes one as null, so a written body that holds a null is read back once before it leaves.
Text with a NUL character is refused, since PostgreSQL cannot store it. Of a repeated key the last one counts.
"""

import re
from typing import Any

import msgspec

from grym.errors import ContractError
from schemas.body import Body
from schemas.catalogue import BY_NAME
from schemas.registry import BODIES, Upcaster, lift

MAX_MESSAGE_CHARS = 300
"""Longest part of a decoder's sentence that is kept: it may quote the value, and becomes a header of the letter."""

_DECODERS: dict[type[Body], msgspec.json.Decoder[Any]] = {cls: msgspec.json.Decoder(cls) for cls in BODIES}
_ENCODER = msgspec.json.Encoder()
_ANY = msgspec.json.Decoder()
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def encode_body(body: Body) -> bytes:
    """Write a body as JSON.

    Raises
    ------
    ContractError
        ``contract.body`` where reading it back would be refused, ``contract.size`` where it is over the limit.
    """
    cls = type(body)
    try:
        value = _ENCODER.encode(body)
    except (UnicodeEncodeError, OverflowError, RecursionError, TypeError) as error:
        raise _misfit(cls, error) from error
    _check(cls, value)
    if b"null" in value:
        _decoded(cls, value)
    return value


def decode_body(cls: type[Body], value: bytes, *, steps: tuple[Upcaster, ...] = ()) -> Body:
    """Read a body of a type, lifted through `steps` where it was written under an older major version.

    Raises
    ------
    ContractError
        ``contract.body`` where the value does not fit, ``contract.size`` where it is over the limit of the topic.
    """
    _check(cls, value)
    if not steps:
        return _decoded(cls, value)
    try:
        return msgspec.convert(lift(_ANY.decode(value), steps), type=cls)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise _misfit(cls, error) from error


def _decoded(cls: type[Body], value: bytes) -> Body:
    try:
        body: Body = _DECODERS[cls].decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _misfit(cls, error) from error
    return body


def _check(cls: type[Body], value: bytes) -> None:
    limit_bytes = BY_NAME[cls.TOPIC].max_bytes
    if len(value) > limit_bytes:
        raise ContractError(
            f"the body of {cls.TYPE} is longer than {limit_bytes} bytes",
            code="contract.size",
            hint="Store the payload as an artifact and send its reference.",
            details={"bytes": len(value), "limit_bytes": limit_bytes},
        )
    if b"\\u0000" in value and _NUL.search(value):
        raise ContractError("the body holds a NUL character", code="contract.body", details={"type": cls.TYPE})


def _misfit(cls: type[Body], error: Exception) -> ContractError:
    return ContractError(
        f"the body does not fit {cls.TYPE}: {str(error)[:MAX_MESSAGE_CHARS]}",
        code="contract.body",
        hint="Compare it with the JSON Schema of `grym schema export`.",
        details={"type": cls.TYPE},
    )
