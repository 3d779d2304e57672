"""The mark of a record that an import brought: it is history, and its time is that of the log it came from."""

from datetime import UTC, datetime

import msgspec

from schemas.headers import IMPORTED
from schemas.records import Headers, Record, header


def is_imported(headers: Headers) -> bool:
    """Tell whether an import brought the record with these headers."""
    return any(name == IMPORTED for name, _ in headers)


def marked(record: Record) -> Record:
    """Return a record as an import brings it; one that came by an import keeps its first mark."""
    if is_imported(record.headers):
        return record
    instant = record.appended_at.astimezone(UTC).isoformat()
    return msgspec.structs.replace(record, headers=(*record.headers, (IMPORTED, instant.encode())))


def unmarked(record: Record) -> Record:
    """Return a record without the mark."""
    kept = tuple(pair for pair in record.headers if pair[0] != IMPORTED)
    return msgspec.structs.replace(record, headers=kept)


def first_logged_at(headers: Headers) -> datetime | None:
    """Return when a record was appended to the log it came from; None where no import brought it or nobody can tell."""
    mark = header(headers, IMPORTED)
    try:
        instant = None if mark is None else datetime.fromisoformat(mark.decode())
        return None if instant is None or instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):  # somebody else wrote the mark
        return None


def as_first_logged(record: Record) -> Record:
    """Return a record with the time it had in the log it came from."""
    first = first_logged_at(record.headers)
    return record if first is None else msgspec.structs.replace(record, appended_at=first)
