"""Between rows and values: headers and faults as bytes, records, letters and parked records from rows."""

from typing import Any

import msgspec

from grym.adapters.placement import digest_of
from grym.ports.work import FaultNote, Letter, Parked
from schemas.records import Headers, Message, Record, TopicPartition

_HEADERS = msgspec.msgpack.Decoder(tuple[tuple[str, bytes], ...])


MAX_NAME_CHARACTERS = 512
"""At most 2 kB in UTF-8, of the 2.7 kB that an entry of an index may take."""


def plain(text: str) -> str:
    """Return what PostgreSQL can keep as text: the character NUL and lone surrogates are replaced.

    For elements of arrays, which asyncpg encodes by itself; a single text is replaced by the connection.
    """
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "\ufffd").encode(errors="replace").decode()


def index_name(name: str) -> str:
    """Return a name that fits into an index: itself, or its beginning and digest where it is long."""
    name = plain(name)
    if len(name) <= MAX_NAME_CHARACTERS:
        return name
    return f"{name[:64]}#{digest_of(name.encode()).hex()}"


def pack_headers(headers: Headers) -> bytes:
    """Return headers as bytes: names may repeat and values are any bytes, which no column type of SQL keeps."""
    return msgspec.msgpack.encode(headers)


def pack_fault(fault: FaultNote | None) -> bytes | None:
    """Return a fault as JSON bytes, since text of SQL cannot hold every message."""
    return None if fault is None else msgspec.json.encode(fault)


def unpack_fault(payload: bytes | None) -> FaultNote | None:
    """Return a fault from bytes."""
    return None if payload is None else msgspec.json.decode(payload, type=FaultNote)


def record_of(row: Any) -> Record:
    """Return a record of a row with the columns of a record."""
    return Record(
        topic=row["topic"],
        partition=row["partition"],
        position=row["position"],
        key=row["key"],
        headers=_HEADERS.decode(row["headers"]),
        value=row["value"],
        appended_at=row["appended_at"],
    )


def message_of(row: Any) -> Message:
    """Return a message of a row with the columns of a message."""
    return Message(topic=row["topic"], key=row["key"], headers=_HEADERS.decode(row["headers"]), value=row["value"])


def parked_of(row: Any) -> Parked:
    """Return a parked record."""
    return Parked(
        parked_id=row["parked_id"],
        processor=row["processor"],
        record=record_of(row),
        attempts=row["attempts"],
        due_at=row["due_at"],
        first_failed_at=row["first_failed_at"],
        fault=unpack_fault(row["fault"]),
    )


def letter_of(row: Any) -> Letter:
    """Return a line of the register of dead letters."""
    fault = unpack_fault(row["fault"])
    assert fault is not None
    return Letter(
        letter_id=row["letter_id"],
        processor=row["processor"],
        request_id=row["request_id"],
        run_no=row["run_no"],
        event_id=row["event_id"],
        event_type=row["event_type"],
        origin=TopicPartition(row["origin_topic"], row["origin_partition"]),
        origin_position=row["origin_position"],
        attempts=row["attempts"],
        fault=fault,
        created_at=row["created_at"],
        state=row["state"],
        redrives=row["redrives"],
    )
