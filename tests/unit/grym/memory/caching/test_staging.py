"""Where guessed records wait."""

from hypothesis import given
from hypothesis import strategies as st

from grym.memory.caching.staging import Held, Staging


def held(size: int = 1, version: int = 1) -> Held[str]:
    """Return a record of some bytes."""
    return Held(version=version, value=f"version {version}", size_bytes=size)


def test_what_waits_is_taken_once() -> None:
    """It goes where records are that somebody has asked for."""
    staging: Staging[str] = Staging(10)
    assert staging.put("a", held()) == 0
    assert staging.take("a", 1) is not None
    assert staging.take("a", 1) is None


def test_an_older_version_is_not_taken() -> None:
    """What was changed since it was loaded is of no use."""
    staging: Staging[str] = Staging(10)
    staging.put("a", held(version=3))
    assert staging.take("a", 4) is None
    assert staging.take("a", 2) is not None


def test_wrong_guesses_push_out_each_other() -> None:
    """The oldest goes first; one larger than the whole room does not stay."""
    staging: Staging[str] = Staging(3)
    for key in "abc":
        assert staging.put(key, held()) == 0
    assert staging.put("d", held()) == 1
    assert "a" not in staging
    assert staging.put("large", held(size=4)) == 4
    assert (len(staging), staging.used_bytes) == (0, 0)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 5), st.booleans())), st.integers(0, 12))
def test_bytes_add_up(steps: list[tuple[str, int, bool]], budget: int) -> None:
    """What is used is never more than the budget, and nothing once everything is dropped."""
    staging: Staging[str] = Staging(budget)
    for key, size, put in steps:
        if put:
            staging.put(key, held(size=size))
        else:
            staging.drop(key)
        assert 0 <= staging.used_bytes <= budget
    for key in "abcdef":
        staging.drop(key)
    assert (staging.used_bytes, len(staging)) == (0, 0)
