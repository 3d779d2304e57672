"""A small envelope that the tests of this folder vary."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.envelope import Envelope
from schemas.events import RequestCancelled

NOON = datetime(2026, 1, 2, 12, 0, 0, 5, tzinfo=UTC)


@pytest.fixture
def make_envelope() -> Callable[..., Envelope]:
    """Return a factory: a complete envelope with the given fields changed."""

    def make(**changes: Any) -> Envelope:
        fields: dict[str, Any] = {
            "id": "e-1",
            "source": "grym/coordinator",
            "type": RequestCancelled.TYPE,
            "subject": "r-1",
            "time": NOON,
            "body": RequestCancelled(reason="asked"),
            "correlation_id": "r-1",
        }
        return Envelope(**{**fields, **changes})

    return make
