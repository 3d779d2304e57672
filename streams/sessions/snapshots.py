"""A person in a file: what several processors know of them, together, versioned and under one digest.

The file is MessagePack: a header, the parts by processor, and the SHA-256 of both. Whoever reads it trusts nothing
before the digest fits, and builds a part only through its own checks, so a poisoned file is refused as a whole.
"""

import base64
import binascii
import hashlib
from datetime import datetime
from typing import Literal

import msgspec

from grym.domain.learning import MAX_STARS, MIN_STARS
from grym.domain.sessions.settings import checked_settings
from grym.domain.sessions.values import KEPT_ATTEMPTS, KEPT_EARLY, Session
from grym.errors import GrymError, InvalidRequestError

FORMAT: Literal["grym.person"] = "grym.person"
VERSION = 1
MOST_BYTES = 4 * 1024 * 1024
"""Ten times what the largest session and taste take."""


class Saved(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A saved person.

    Parameters
    ----------
    parts
        State by processor, each in its own encoding.
    sha256
        Over all other fields.
    """

    format: Literal["grym.person"] = FORMAT
    version: int = VERSION
    user: str
    tenant: str
    saved_at: datetime
    parts: dict[str, bytes]
    sha256: str = ""


def pack(*, user: str, tenant: str, saved_at: datetime, parts: dict[str, bytes]) -> bytes:
    """Return the file of a person."""
    saved = Saved(user=user, tenant=tenant, saved_at=saved_at, parts=dict(sorted(parts.items())))
    return msgspec.msgpack.encode(msgspec.structs.replace(saved, sha256=_digest(saved)))


def unpack(content: bytes) -> Saved:
    """Return what a file says.

    Raises
    ------
    InvalidRequestError
        ``snapshot.too_large``, ``snapshot.unreadable``, ``snapshot.version``, ``snapshot.digest``.
    """
    if len(content) > MOST_BYTES:
        raise _refusal("too_large", f"a saved person takes at most {MOST_BYTES:,} bytes", "Is it the right file?")
    try:
        version = msgspec.msgpack.decode(content, type=_Header).version
        if version != VERSION:
            raise _refusal("version", f"the file is of version {version}, not {VERSION}", "Update grym.")
        saved = msgspec.msgpack.decode(content, type=Saved)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _refusal("unreadable", "this is no saved person", "Give a file of `grym sessions save`.") from error
    if _digest(saved) != saved.sha256:
        raise _refusal("digest", "the file was changed after it was saved", "Take another copy of it.")
    return saved


def session_from(part: str) -> Session:
    """Return a session from its part on the wire.

    Raises
    ------
    InvalidRequestError
        ``snapshot.unreadable``, ``snapshot.bounds``.
    """
    try:
        session = msgspec.json.decode(base64.b64decode(part, validate=True), type=Session)
    except (msgspec.MsgspecError, binascii.Error, ValueError) as error:
        raise _refusal("unreadable", "the session in it cannot be read", "Take another copy of the file.") from error
    if not _sane(session):
        raise _refusal("bounds", "the session in it is out of bounds", "Take another copy of the file.")
    return session


def part_of(session: Session) -> bytes:
    """Return a session as a part of a file."""
    return msgspec.json.encode(session)


def on_the_wire(saved: Saved) -> dict[str, str]:
    """Return the parts of a file as they travel."""
    return {name: base64.b64encode(part).decode() for name, part in saved.parts.items()}


class _Header(msgspec.Struct, frozen=True):
    """What is read before anything else is believed."""

    format: Literal["grym.person"]
    version: int


def _sane(session: Session) -> bool:
    """Tell whether a session could have been folded: bounds, order and ranges."""
    numbers = [value for attempt in session.attempts for value in attempt.parameters.values()]
    opinions = [*session.early.values(), *(one.opinion for one in session.attempts if one.opinion is not None)]
    orders = [attempt.order for attempt in session.attempts if attempt.at.tzinfo is not None]
    try:
        for backend, settings in session.preferences.items():
            checked_settings(backend, settings)
    except InvalidRequestError:
        return False
    return (
        len(orders) == len(session.attempts) <= KEPT_ATTEMPTS
        and orders == sorted(orders)
        and len({attempt.request_id for attempt in session.attempts}) == len(session.attempts)
        and len(session.early) <= KEPT_EARLY
        and all(0.0 <= value <= 1.0 for value in numbers)
        and all(MIN_STARS <= opinion.stars <= MAX_STARS and opinion.at.tzinfo is not None for opinion in opinions)
    )


def _digest(saved: Saved) -> str:
    bare = msgspec.structs.replace(saved, sha256="")
    return hashlib.sha256(msgspec.msgpack.encode(bare, order="deterministic")).hexdigest()


def _refusal(name: str, message: str, hint: str) -> GrymError:
    return InvalidRequestError(message, code=f"snapshot.{name}", hint=hint)
