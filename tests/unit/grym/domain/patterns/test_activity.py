"""What is active: heard lately and often, by memory's own time, and never more than a hundred."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from grym.domain.patterns.activity import ACTIVE_S, MOST_ACTIVE, active
from grym.domain.patterns.folding import Projection
from grym.domain.patterns.values import PatternEvent, PatternFacts
from tests.contract.pattern_changes import NOON, stored

DAY = timedelta(days=1)


def heard(name: str, *, days_ago: float = 0.0, count: int = 1) -> PatternFacts:
    """Return a pattern that was heard so often, last so long before noon."""
    projection = Projection()
    projection.apply(PatternEvent(seq=1, change=stored(name)))
    standing = projection.get(name)
    assert standing is not None
    return replace(standing.facts, count=count, last_heard_at=NOON - days_ago * DAY)


def test_recency_counts_more_than_frequency() -> None:
    """0.6 to 0.4; what was not heard for thirty days is not there."""
    patterns = [heard("old", days_ago=29.0, count=50), heard("new"), heard("gone", days_ago=30.0, count=999)]
    found = active(patterns, now=NOON)
    assert [facts.pattern_id for facts, _ in found] == ["new", "old"]
    assert found[0][1] > 0.6
    assert 0.4 < found[1][1] < 0.45


def test_what_is_heard_more_often_goes_before() -> None:
    """Of two that were heard at once."""
    assert [facts.pattern_id for facts, _ in active([heard("a"), heard("b", count=3)], now=NOON)] == ["b", "a"]


@given(days=st.lists(st.floats(0.0, 60.0), max_size=150))
def test_there_are_a_hundred_at_most_and_all_are_recent(days: list[float]) -> None:
    """Most active first, each between 0 and 1."""
    found = active([heard(f"p{n}", days_ago=ago) for n, ago in enumerate(days)], now=NOON)
    assert len(found) == min(MOST_ACTIVE, sum(ago * 86_400.0 < ACTIVE_S for ago in days))
    activities = [activity for _, activity in found]
    assert activities == sorted(activities, reverse=True)
    assert all(0.0 <= activity <= 1.0 for activity in activities)
