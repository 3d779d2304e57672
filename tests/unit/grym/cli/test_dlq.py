"""What the dead-letter commands understand."""

from datetime import UTC, datetime, timedelta

import pytest

from grym.cli.dlq import conditions, letters_per_s
from grym.cli.instants import instant
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


@pytest.mark.parametrize(("text", "per_s"), [(None, None), ("50", 50), ("50/s", 50), ("30/m", 0.5), ("0.5/s", 0.5)])
def test_a_rate_is_letters_in_a_time(text: str | None, per_s: float | None) -> None:
    """Without a unit it is letters a second."""
    assert letters_per_s(text) == per_s


@pytest.mark.parametrize("text", ["", "0", "-1", "fast", "5/w", "nan", "1e9", "0.0/s"])
def test_a_rate_that_is_none_is_refused(text: str) -> None:
    """Nothing is sent at a rate nobody meant."""
    with pytest.raises(InvalidRequestError, match="no rate"):
        letters_per_s(text)
