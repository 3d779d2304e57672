"""Delays between attempts."""

import math

import pytest

from consumers.failures.retry import MAX_ASKED_S, RetryPolicy

POLICY = RetryPolicy(base_s=1.0, factor=2.0, cap_s=10.0, max_attempts=3)


@pytest.mark.parametrize(("attempts", "full_s"), [(1, 1.0), (2, 2.0), (3, 4.0), (4, 8.0), (5, 10.0), (1000, 10.0)])
def test_delay_doubles_up_to_the_cap(attempts: int, full_s: float) -> None:
    """The delay lies between half and all of the capped exponential one."""
    for identity in map(str, range(50)):
        delay_s = POLICY.delay_s(attempts=attempts, identity=identity)
        assert full_s / 2 <= delay_s < full_s


def test_delay_is_spread_by_identity_and_never_by_chance() -> None:
    """Two identities differ, one identity never does, and attempts of one identity are spread too."""
    delays = {POLICY.delay_s(attempts=1, identity=str(n)) for n in range(20)}
    assert len(delays) == 20
    assert POLICY.delay_s(attempts=1, identity="x") == POLICY.delay_s(attempts=1, identity="x")
    assert POLICY.delay_s(attempts=2, identity="x") != 2 * POLICY.delay_s(attempts=1, identity="x")


def test_asked_delay_is_never_undercut() -> None:
    """A dependency that asks for more gets it; one that asks for less gets the policy."""
    assert POLICY.delay_s(attempts=1, identity="x", asked_s=50.0) == 50.0
    assert POLICY.delay_s(attempts=1, identity="x", asked_s=0.0) == POLICY.delay_s(attempts=1, identity="x")


@pytest.mark.parametrize("asked_s", [math.nan, math.inf, -math.inf])
def test_senseless_wishes_are_passed_over(asked_s: float) -> None:
    """A delay that is no number of seconds is not asked for at all."""
    assert POLICY.delay_s(attempts=1, identity="x", asked_s=asked_s) == POLICY.delay_s(attempts=1, identity="x")


def test_asked_delay_is_bounded() -> None:
    """Nobody can park an event for ever."""
    assert POLICY.delay_s(attempts=1, identity="x", asked_s=1e9) == MAX_ASKED_S


def test_attempts_are_exhausted_at_the_limit() -> None:
    """The third failure of three is the last."""
    assert [POLICY.exhausted(n) for n in (1, 2, 3, 4)] == [False, False, True, True]
