"""The entries grym itself keeps, each with its address: what a person got last, and what was learned of them."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from grym.domain.entries.values import Address, Entry

SESSION_KEPT = timedelta(days=30)
"""After a month nobody means that piece by "the last one"."""
PLAIN_CHARACTERS = 256
"""Two such names take 2 kB in UTF-8, of the 2.7 kB that an entry of an index of PostgreSQL may take."""
BEGINNING_CHARACTERS = 64


def session_address(user: str, *, tenant: str) -> Address:
    """Return where a user's last piece is kept; the owner is the user, so that `erase` finds it."""
    return Address(scope="session", owner=owner_of(user), key=name_of(f"session/{tenant}"))


def session_entry(user: str, *, tenant: str, last: Mapping[str, Any], at: datetime) -> Entry:
    """Return what is kept of a user's last piece."""
    address = session_address(user, tenant=tenant)
    return Entry(
        key=address.key,
        scope="session",
        owner=address.owner,
        type="medium",
        value=last,
        metadata={"style": last["style"], "title": last["title"]},
        indices={"causal": f"request/{last['request_id']}", "temporal": at.isoformat()},
        created_at=at,
        updated_at=at,
        expires_at=at + SESSION_KEPT,
    )


def parameters_address(user: str, *, style: str) -> Address:
    """Return where it is kept what was learned of a user's taste in a style."""
    return Address(scope="agent", owner=owner_of(user), key=name_of(f"parameters/{style}"))


def parameters_entry(
    user: str, *, style: str, parameters: Mapping[str, float], ratings: int, learner: str, at: datetime
) -> Entry:
    """Return what was learned of a user's taste in a style."""
    address = parameters_address(user, style=style)
    return Entry(
        key=address.key,
        owner=address.owner,
        value={"parameters": dict(parameters), "ratings": ratings, "learner": learner},
        metadata={"style": style, "ratings": ratings},
        indices={"contextual": f"style/{style}"},
        created_at=at,
        updated_at=at,
    )


def owner_of(user: str) -> str:
    """Return the owner that stands for a user."""
    return name_of(user)


def name_of(text: str) -> str:
    """Return a name as one that can be kept: no control characters, and its digest behind its beginning where long."""
    kept = "".join("\ufffd" if sign == "\x00" or "\ud800" <= sign <= "\udfff" else sign for sign in text)
    if len(kept) <= PLAIN_CHARACTERS:
        return kept
    return f"{kept[:BEGINNING_CHARACTERS]}#{hashlib.blake2b(kept.encode(), digest_size=16).hexdigest()}"
