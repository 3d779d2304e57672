"""The times of entries: given by whoever stores them, or by the log."""

from dataclasses import replace
from datetime import datetime

from grym.domain.entries.checking import check_entry
from grym.domain.entries.faults import InvalidEntryError
from grym.domain.entries.values import Entry


def dated(entry: Entry) -> datetime:
    """Check an entry that comes with its times, by these alone, and return when it was updated.

    Raises
    ------
    InvalidEntryError
        What `check_entry` says, and ``entry.time`` without `updated_at` and `created_at`.
    """
    if entry.updated_at is None or entry.created_at is None:
        raise InvalidEntryError("the entry lacks its times", key=entry.key, code="entry.time", hint="Give both.")
    check_entry(entry, now=entry.updated_at)
    return entry.updated_at


def stamp(entry: Entry, *, now: datetime) -> Entry:
    """Return an entry with the times it lacks."""
    updated_at = entry.updated_at or now
    return replace(entry, updated_at=updated_at, created_at=entry.created_at or updated_at)
