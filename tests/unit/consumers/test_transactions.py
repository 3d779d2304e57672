"""Transactions that somebody got in the way of."""

import pytest

from consumers.transactions import MAX_TRIES, transact
from grym.errors import AdapterError, LeaseLostError, PermanentError, TransientError, UnavailableError
from grym.ports.work import OpenWork, StateConflictError
from tests.contract.fakes import run_virtual
from tests.contract.probe import open_world


class Steps:
    """Fails a number of times, then answers."""

    def __init__(self, error: Exception, *, times: int) -> None:
        self.error = error
        self.times = times
        self.calls = 0

    async def __call__(self, work: OpenWork) -> str:
        """Fail or answer."""
        del work
        self.calls += 1
        if self.calls <= self.times:
            raise self.error
        return "done"


def test_conflicts_are_tried_again() -> None:
    """A transaction that lost three races wins the fourth."""

    async def work() -> None:
        steps = Steps(TransientError("race"), times=3)
        assert await transact(open_world().backend.work, None, steps) == "done"
        assert steps.calls == 4

    run_virtual(work())


def test_conflicts_without_end_are_told() -> None:
    """After the last try the conflict is the caller's."""

    async def work() -> None:
        steps = Steps(TransientError("race"), times=MAX_TRIES)
        with pytest.raises(TransientError):
            await transact(open_world().backend.work, None, steps)
        assert steps.calls == MAX_TRIES

    run_virtual(work())


@pytest.mark.parametrize(
    "error",
    [
        StateConflictError("x"),
        LeaseLostError("x"),
        AdapterError("x"),
        UnavailableError("x"),
        PermanentError("x"),
        ZeroDivisionError("x"),
    ],
)
def test_other_errors_are_not_mended_by_trying_again(error: Exception) -> None:
    """One call, and the error comes out as it is."""

    async def work() -> None:
        steps = Steps(error, times=1)
        with pytest.raises(type(error)):
            await transact(open_world().backend.work, None, steps)
        assert steps.calls == 1

    run_virtual(work())
