"""Guesses of what a session asks for next."""

from grym.memory.caching.foresight import Foresight, ForesightSettings


def heard(foresight: Foresight, session: str, keys: str) -> str:
    """Let a session ask for records and return the guess after each, a dot for none."""
    return "".join(foresight.heard(session, key) or "." for key in keys)


def test_what_followed_before_is_guessed() -> None:
    """A piece that is heard again is known after its first part."""
    assert heard(Foresight(), "one", "abcdabcd") == "....bcda"


def test_sessions_do_not_mix() -> None:
    """What another session asked for in between follows nothing."""
    foresight = Foresight()
    for key, other in zip("abcd", "wxyz", strict=True):
        heard(foresight, "one", key)
        heard(foresight, "other", other)
    assert heard(foresight, "third", "abc") == "bcd"
    assert heard(foresight, "fourth", "wxy") == "xyz"


def test_one_exception_changes_no_habit() -> None:
    """A strength of three is gone after three exceptions, not after one."""
    foresight = Foresight()
    heard(foresight, "one", "ab" * 20)
    assert heard(foresight, "other", "ac") == "b."
    assert heard(foresight, "third", "a") == "b"
    heard(foresight, "one", "acacac")
    assert heard(foresight, "fourth", "a") == "c"


def test_guesses_in_vain_must_show_more() -> None:
    """After many that nobody used, what came once is not guessed any more; what came twice is."""
    foresight = Foresight()
    for _ in range(100):
        foresight.judged(used=False)
    assert heard(foresight, "one", "ababab") == "....ba"
    assert foresight.accuracy < 0.2
    for _ in range(100):
        foresight.judged(used=True)
    assert heard(foresight, "two", "xyx") == "..y"


def test_memory_is_bounded() -> None:
    """However many records and sessions come, only so many are remembered, those not met the longest forgotten."""
    foresight = Foresight(ForesightSettings(records=3, sessions=2))
    heard(foresight, "one", "abcdef")
    assert len(foresight) == 3
    assert heard(foresight, "two", "a") == "."
    assert heard(foresight, "three", "d") == "e"
    assert heard(foresight, "one", "x") == "."
    assert heard(foresight, "four", "f") == "."
