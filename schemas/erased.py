"""Tombstones: what stays of a record whose body was erased, since positions and causes must not have holes.

The value is gone, and the key where it named a person; the headers that name the event stay, with one mark more. Nobody
takes in a tombstone, a replay leaves it out, and an export carries it as it is.
"""

from schemas.records import Headers

ERASED = "grym_erased"


def is_erased(headers: Headers) -> bool:
    """Tell whether the record with these headers is a tombstone."""
    return any(name == ERASED for name, _ in headers)


def tombstone_headers(headers: Headers) -> Headers:
    """Return the headers of a tombstone: grym's own about the event, and the mark; others may tell of a person."""
    own = tuple((name, value) for name, value in headers if name.startswith(("ce_", "grym_")) and name != ERASED)
    return (*own, (ERASED, b"1"))
