"""Takes are ranked by failed checks, then by grades."""

from grym.domain.quality.check import Check
from grym.domain.quality.ranking import merit, ranks


def check(name: str, value: float | None, *, passed: bool = True) -> Check:
    """Return a check."""
    return Check(name=name, value=value, required=">= 0.9", unit="share", passed=passed)


def test_fewer_failures_win_over_better_grades() -> None:
    """A take that fails comes last, however good the rest of it."""
    failing = (check("music.in_key", 1.0), check("signal.clipping", 9.0, passed=False))
    passing = (check("music.in_key", 0.91), check("signal.clipping", 0.0))
    assert ranks([failing, passing]) == (2, 1)


def test_among_equals_grades_decide_and_then_the_order() -> None:
    """Variety counts up to twice what suffices; what is not graded does not count."""
    plain = (check("music.in_key", 0.95), check("music.not_monotonous", 1.2))
    varied = (check("music.in_key", 0.95), check("music.not_monotonous", 1.9))
    more = (check("music.in_key", 0.95), check("music.not_monotonous", 9.0))
    enough = (check("music.in_key", 0.95), check("music.not_monotonous", 2.0), check("music.density", 5.0))
    assert ranks([plain, varied, more, enough]) == (4, 3, 1, 2)


def test_what_cannot_be_measured_has_no_grade() -> None:
    """Nothing graded is nothing."""
    assert merit([check("music.in_key", None)]) == (0, 0.0)
    assert ranks([]) == ()
