"""An entry as JSON bytes and back: what stores keep and what counts against the size limit."""

import json
from datetime import datetime
from typing import Any

from grym.domain.entries.values import Entry

_PLAIN = ("key", "value", "type", "scope", "owner", "metadata", "indices")
_TIMES = ("created_at", "updated_at", "expires_at")


def encode(entry: Entry) -> bytes:
    """Return an entry as JSON; what cannot be written as such raises `TypeError` or `ValueError`."""
    fields: dict[str, Any] = {name: getattr(entry, name) for name in _PLAIN}
    if entry.vector:
        fields["vector"] = entry.vector
    for name in _TIMES:
        if (instant := getattr(entry, name)) is not None:
            fields[name] = instant.isoformat()
    return json.dumps(fields, allow_nan=False, ensure_ascii=False, separators=(",", ":"), default=_mapping).encode()


def decode(payload: bytes) -> Entry:
    """Return the entry; broken bytes raise `ValueError`."""
    try:
        fields = json.loads(payload)
        fields["vector"] = tuple(fields.get("vector", ()))
        for name in _TIMES:
            fields[name] = datetime.fromisoformat(fields[name]) if name in fields else None
        return Entry(**fields)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError("no entry") from error


def _mapping(value: Any) -> Any:
    """Return other kinds of mapping as what JSON knows."""
    return dict(value)
