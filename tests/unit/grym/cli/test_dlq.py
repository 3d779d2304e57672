"""What the dead-letter commands understand."""

from datetime import UTC, datetime, timedelta

import pytest

from grym.cli.dlq import conditions, instant
from grym.errors import InvalidRequestError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("90s", NOW - timedelta(seconds=90)),
        ("15m", NOW - timedelta(minutes=15)),
        ("2h", NOW - timedelta(hours=2)),
        ("7d", NOW - timedelta(days=7)),
        ("2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31T12:00:00+02:00", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
    ],
)
def test_since_is_a_span_or_an_instant(text: str | None, expected: datetime | None) -> None:
    """Spans count back from now, instants are taken as UTC where they name no zone."""
    assert instant(text, now=NOW) == expected


def test_since_that_is_neither_is_refused() -> None:
    """A text that is no time is bad usage."""
    with pytest.raises(InvalidRequestError, match="no instant"):
        instant("yesterday", now=NOW)


def test_conditions_are_pairs() -> None:
    """The first equals sign separates field and value."""
    assert conditions(["code=a=b", "class=X"]) == {"code": "a=b", "class": "X"}


def test_a_condition_without_a_value_is_refused() -> None:
    """A word without an equals sign is bad usage."""
    with pytest.raises(InvalidRequestError, match="no condition"):
        conditions(["code"])
