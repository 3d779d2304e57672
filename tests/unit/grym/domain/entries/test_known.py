"""Entries that grym itself keeps can be kept by every store, whatever a person is called."""

from datetime import UTC, datetime

import pytest

from grym.domain.entries.checking import check_entry
from grym.domain.entries.known import (
    SESSION_KEPT,
    owner_of,
    parameters_address,
    parameters_entry,
    session_address,
    session_entry,
)

AT = datetime(2026, 1, 1, tzinfo=UTC)
LAST = {"request_id": "r1", "style": "waltz", "title": "Waltz"}


@pytest.mark.parametrize("user", ["anna", "Änne/:*", "with\x00nul", "half \ud800", "x" * 5000])
def test_any_name_makes_entries_that_can_be_kept(user: str) -> None:
    """Each under its own address, owned by the user, so that erasing finds it."""
    session = session_entry(user, tenant="default", last=LAST, at=AT)
    learned = parameters_entry(user, style="waltz", parameters={"density": 0.5}, ratings=3, learner="l/1", at=AT)
    for entry in (session, learned):
        check_entry(entry, now=AT)
        assert entry.owner == owner_of(user)
    assert session.address == session_address(user, tenant="default")
    assert learned.address == parameters_address(user, style="waltz")


def test_sessions_of_tenants_are_apart_and_end() -> None:
    """One user of two tenants has two sessions, each for a month."""
    one, other = (session_entry("anna", tenant=name, last=LAST, at=AT) for name in ("a", "b"))
    assert one.address != other.address
    assert one.expires_at == AT + SESSION_KEPT


def test_long_names_stay_apart() -> None:
    """Two people whose names begin alike do not share a session."""
    assert owner_of("x" * 600 + "a") != owner_of("x" * 600 + "b")
    assert session_address("anna", tenant="t" * 600 + "a") != session_address("anna", tenant="t" * 600 + "b")
