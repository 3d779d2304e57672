"""Fairness of a queue is told from the order in which pieces end."""

from datetime import UTC, datetime, timedelta

from benchmarks.music.speed.queueing import unfairness

START = datetime(2026, 1, 1, tzinfo=UTC)


def _ends(order: str) -> list[tuple[str, datetime]]:
    """Return ends of the users' pieces, a letter each: ``a`` for the first and ``b`` for the second."""
    users = {"a": "first", "b": "second"}
    return [(users[letter], START + timedelta(seconds=at)) for at, letter in enumerate(order)]


def test_taking_turns_is_fair() -> None:
    """With the second user's last piece as many of the first one's are done."""
    assert unfairness(_ends("abababaaaaaa")) == 1


def test_serving_by_arrival_is_not() -> None:
    """Nine pieces of the first user before three of the second are three for one."""
    assert unfairness(_ends("aaaaaaaaabbb")) == 3


def test_a_user_without_an_end_is_starved() -> None:
    """Where nothing of the second user ended, nothing bounds it."""
    assert unfairness(_ends("aaa")) == float("inf")
