"""Which records are a person's, for every place that keeps records."""

import hashlib

import msgspec

from grym.ports.erasing import Erasure
from schemas.catalogue import FEEDBACK
from schemas.envelope import DEFAULT_TENANT, peek
from schemas.records import Record

BY_USER = frozenset({FEEDBACK})
"""Topics whose key is the user: there also others speak of a person's requests."""
ASKER_CHARACTERS = 16


def is_personal(user: str) -> bytes:
    """Return what the JSON of a request of a user holds."""
    return b'"user":' + msgspec.json.encode(user)


def asker(user: str) -> str:
    """Return the digest under which a user takes turns, as the coordinator makes it."""
    return hashlib.sha256(user.encode(errors="replace")).hexdigest()[:ASKER_CHARACTERS]


def concerns(record: Record, erasure: Erasure) -> bool:
    """Tell whether a record is of the person: their requests, and what they said; not what others said of theirs."""
    if record.topic in BY_USER:
        return record.key == erasure.user.encode(errors="replace") and tenant_of(record) == erasure.tenant
    requests = frozenset(erasure.requests)
    return peek(record.headers, "ce_subject") in requests or peek(record.headers, "ce_correlationid") in requests


def tenant_of(record: Record) -> str:
    """Return whose a record is."""
    return peek(record.headers, "ce_tenant") or DEFAULT_TENANT


def tombstone_key(record: Record, erasure: Erasure) -> bytes | None:
    """Return the key a tombstone keeps: that of its request alone, since others name people or are shared with them."""
    own = {request.encode(errors="replace") for request in erasure.requests}
    return record.key if record.key in own else None
