"""Attempts for the tests of sessions: piece by number, an hour apart."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from grym.domain.sessions.values import Attempt, Opinion

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def opinion(stars: float, *, after_h: float = 0.0, feedback_id: str = "f") -> Opinion:
    """Return an opinion so many hours after noon."""
    return Opinion(stars=stars, at=NOON + timedelta(hours=after_h), feedback_id=feedback_id)


def attempt(number: int, *, stars: float | None = None, **fields: Any) -> Attempt:
    """Return the attempt of a number; a completed waltz that passed, unless told otherwise."""
    plain = Attempt(
        request_id=f"r{number:03}",
        at=NOON + timedelta(hours=number),
        outcome="completed",
        style="waltz",
        backend="synth",
        passed=True,
        rounds=1,
        wall_s=4.0,
        opinion=None if stars is None else opinion(stars, after_h=number + 0.5),
    )
    return replace(plain, **fields)
