"""Envelopes to feed to processors, with a clock that only the test moves."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from schemas.body import Body
from schemas.envelope import Envelope

START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)

MakeEnvelope = Callable[..., Envelope]


@pytest.fixture
def event() -> MakeEnvelope:
    """Return a maker of envelopes: every call is one second later and has an id of its own."""
    count = 0

    def make(body: Body, *, subject: str = "r1", run_no: int = 1, source: str = "test", event_id: str = "") -> Envelope:
        nonlocal count
        count += 1
        instant = START + timedelta(seconds=count)
        return Envelope(
            id=event_id or f"event-{count}",
            source=source,
            type=type(body).TYPE,
            subject=subject,
            time=instant,
            logged_at=instant,
            body=body,
            correlation_id=subject,
            run_no=run_no,
            tenant="acme",
        )

    return make
