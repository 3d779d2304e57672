"""Tests of consumers.running.keeping: what time can mend is begun again, anything else is not."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import pytest

from consumers.failures.retry import RetryPolicy
from consumers.running.keeping import keep_running, worst
from consumers.settings import RunnerSettings
from grym.errors import InvariantError, LeaseLostError, TransientError, UnavailableError
from tests.contract.fakes import run_virtual
from tests.contract.probe import open_world

SETTINGS = RunnerSettings(reconnect=RetryPolicy(base_s=1.0, cap_s=60.0), retry=RetryPolicy(cap_s=30.0))


def began_at(errors: Sequence[Exception], *, works_s: float = 0.0) -> list[float]:
    """Return when each attempt began, if the first ones end with errors and the next one stops."""
    world, stop = open_world(), asyncio.Event()
    starts: list[float] = []

    async def once() -> None:
        starts.append(world.clock.monotonic_s())
        await asyncio.sleep(works_s)
        if len(starts) <= len(errors):
            raise errors[len(starts) - 1]
        stop.set()

    run_virtual(keep_running("p", world.ports(), SETTINGS, once, stop))
    return starts


def test_a_backend_that_stays_away_is_left_alone_longer_each_time() -> None:
    """The waits grow."""
    starts = began_at([UnavailableError("away")] * 4)
    waits = [later - sooner for sooner, later in pairwise(starts)]
    assert len(waits) == 4
    assert waits[-1] > 2 * waits[0] > 0


def test_work_that_went_well_for_long_is_begun_again_soon() -> None:
    """A failure after it is the first in a row."""
    soon, later = began_at([UnavailableError("away")] * 2, works_s=100.0)[1:]
    assert later - soon < 105.0


def test_a_lost_lease_is_no_failure() -> None:
    """Somebody else has it; competing begins at once."""
    assert began_at([LeaseLostError("taken")] * 3) == [0.0] * 4


def test_what_nothing_mends_is_raised() -> None:
    """Nobody tries again what fails the same way."""
    with pytest.raises(InvariantError):
        began_at([InvariantError("a promise was broken")])


def test_of_several_errors_the_one_decides_that_time_cannot_mend() -> None:
    """Then a lost lease, then whatever is away."""
    away, lost, broken = UnavailableError("away"), LeaseLostError("taken"), InvariantError("broken")
    assert worst(BaseExceptionGroup("all", [away, BaseExceptionGroup("some", [lost, broken])])) is broken
    assert worst(BaseExceptionGroup("all", [away, lost])) is lost
    assert worst(BaseExceptionGroup("all", [TransientError("a"), away])).args == ("a",)
