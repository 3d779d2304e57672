"""Which patterns are on somebody's mind: heard lately, and heard often, by memory's own time."""

from collections.abc import Iterable
from datetime import datetime
from math import log1p

from grym.domain.patterns.values import PatternFacts

MOST_ACTIVE = 100
ACTIVE_S = 30 * 24 * 3600.0
"""What was not heard for thirty days is active no more."""

RECENCY, FREQUENCY = 0.6, 0.4


def active(patterns: Iterable[PatternFacts], *, now: datetime) -> list[tuple[PatternFacts, float]]:
    """Return what is active, most active first, ties in order of id; `MOST_ACTIVE` at most.

    Parameters
    ----------
    now
        By the log's clock: the time of the newest event, so that the same memory has the same answer.

    Returns
    -------
    list of (PatternFacts, float)
        Activity 0–1: 0.6 by how lately it was heard, 0.4 by how often against the one heard most.
    """
    recent = [one for one in patterns if (now - one.last_heard_at).total_seconds() < ACTIVE_S]
    most = max((one.count for one in recent), default=1)
    scored = [(one, _activity(one, now=now, most=most)) for one in recent]
    return sorted(scored, key=lambda pair: (-pair[1], pair[0].pattern_id))[:MOST_ACTIVE]


def _activity(facts: PatternFacts, *, now: datetime, most: int) -> float:
    idle_s = max((now - facts.last_heard_at).total_seconds(), 0.0)
    often = log1p(facts.count) / log1p(most)
    return round(RECENCY * (1.0 - idle_s / ACTIVE_S) + FREQUENCY * often, 6)
