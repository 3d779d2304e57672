"""Of a group of errors one is told."""

from grym.errors import GrymError, UnavailableError, first_cause


def test_our_own_error_wins() -> None:
    """Of several errors the first of grym's own is the one to tell, however deep it lies."""
    ours = UnavailableError("gone")
    group = BaseExceptionGroup("all", [ValueError("a"), BaseExceptionGroup("inner", [KeyError("b"), ours])])
    assert first_cause(group) is ours


def test_without_one_of_ours_the_first_is_told() -> None:
    """Foreign errors are told in their order."""
    first = ValueError("a")
    assert first_cause(BaseExceptionGroup("all", [first, KeyError("b")])) is first
    assert not isinstance(first, GrymError)
