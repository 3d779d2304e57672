"""Claim checks: a body too large for the log lies in the artifact store, and the record carries its name (promise 7).

The record's value is empty then and three headers say what to fetch. The store verifies the digest on reading. A claim
that comes from outside is checked before anything is fetched.
"""

import re
from typing import TypeVar

import msgspec

from grym.errors import ContractError
from grym.ports.artifacts import ArtifactStore
from schemas.body import ARTIFACT_ADDRESS, ArtifactRef
from schemas.catalogue import BY_NAME, DEAD_LETTERS, ERROR_ROOM_BYTES, KIB
from schemas.envelope import JSON
from schemas.records import Headers, Message, Record, header

CLAIM = "grym_claim"
CLAIM_BYTES = "grym_claim_bytes"
CLAIM_HEADERS = frozenset((CLAIM, CLAIM_BYTES))
LIMIT_BYTES = 256 * KIB
"""Largest value that travels in a record: a quarter of what brokers take by default."""

MOST_OF_A_LETTER = BY_NAME[DEAD_LETTERS].max_record_bytes - ERROR_ROOM_BYTES
"""Bytes of key, headers and value that a dead letter takes beside its error headers."""

_SIZE = re.compile(rb"[0-9]{1,12}")

R = TypeVar("R", Record, Message)


class ClaimDesk:
    """Checks large values in and out."""

    def __init__(self, artifacts: ArtifactStore) -> None:
        self._artifacts = artifacts

    async def check_in(self, message: Message) -> tuple[Message, str | None]:
        """Return the message as it should travel, and the artifact it refers to where it had to be stored."""
        value = message.value
        if value is None or len(value) <= LIMIT_BYTES:
            return message, None
        ref = await self._artifacts.put(value, media_type=JSON, name="claim")
        marks = ((CLAIM, ref.uri.encode()), (CLAIM_BYTES, str(ref.size_bytes).encode()))
        return msgspec.structs.replace(message, value=b"", headers=(*message.headers, *marks)), ref.uri

    async def fitting(self, record: Record) -> tuple[Record, str | None]:
        """Return a record as it fits into a dead letter, and the artifact its value lies in where that was too large.

        A batch that was compressed may hold records far over the limits that brokers keep to.
        """
        value = record.value
        if value is None or _size_of(record) <= MOST_OF_A_LETTER:
            return record, None
        ref = await self._artifacts.put(value, media_type="application/octet-stream", name="letter")
        marks = ((CLAIM, ref.uri.encode()), (CLAIM_BYTES, str(ref.size_bytes).encode()))
        return msgspec.structs.replace(record, value=b"", headers=(*record.headers, *marks)), ref.uri

    async def check_out(self, record: R) -> R:
        """Return the record with its real value, for reading only; what is kept of a record is its original.

        Raises
        ------
        ContractError
            ``contract.claim`` for a claim that names no artifact, or one over the limit of the topic.
        PermanentError
            Where the artifact is missing or damaged.
        """
        uri = header(record.headers, CLAIM)
        if uri is None:
            return record
        value = await self._artifacts.get(_reference(record, uri))
        return msgspec.structs.replace(record, value=value, headers=_without_claim(record.headers))


def _reference(record: Record | Message, uri: bytes) -> ArtifactRef:
    size = header(record.headers, CLAIM_BYTES) or b""
    address = uri.decode(errors="replace")
    if not (ARTIFACT_ADDRESS.fullmatch(address) and _SIZE.fullmatch(size)):
        raise ContractError("the claim check names no artifact", code="contract.claim")
    topic = BY_NAME.get(record.topic)
    if topic is not None and int(size) > topic.max_bytes:
        raise ContractError("the claimed value is over the limit of its topic", code="contract.claim")
    return ArtifactRef(uri=address, size_bytes=int(size), media_type=JSON)


def _size_of(record: Record) -> int:
    headers = sum(len(name) + len(value) for name, value in record.headers)
    return len(record.key or b"") + headers + len(record.value or b"")


def _without_claim(headers: Headers) -> Headers:
    return tuple(pair for pair in headers if pair[0] not in CLAIM_HEADERS)
