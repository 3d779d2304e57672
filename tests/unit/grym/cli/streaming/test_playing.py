"""One call of `grym stream`: interrupts that can be answered in order, and the exit codes."""

import asyncio
import os
import signal

import pytest

from grym.cli.screen import Screen
from grym.cli.streaming.playing import Interruption, _exit_code, interruptible
from grym.cli.streaming.views import LineView


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_first_signal_can_be_answered(number: signal.Signals) -> None:
    """It cancels what runs and is taken as answered; another Ctrl-C does what it always does, SIGTERM counts once."""
    with interruptible() as interruption:
        with pytest.raises(asyncio.CancelledError):
            await _signalled(number)
        assert interruption.taken()
        current = asyncio.current_task()
        assert current is not None
        assert current.cancelling() == 0
        if number == signal.SIGINT:
            assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        else:
            os.kill(os.getpid(), number)
            await asyncio.sleep(0)
            assert current.cancelling() == 0


async def _signalled(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)
    async with asyncio.timeout(30.0):
        await asyncio.Event().wait()


async def test_another_cancellation_is_not_taken() -> None:
    """What came from elsewhere goes on."""
    current = asyncio.current_task()
    assert current is not None
    assert not Interruption(current).taken()


@pytest.mark.parametrize(
    ("outcome", "gave_up", "interrupted", "code"),
    [
        ("completed", False, False, 0),
        ("rejected", False, False, 3),
        ("dead_lettered", False, False, 3),
        ("cancelled", False, False, 3),
        ("pending", True, False, 5),
        ("completed", False, True, 130),
    ],
)
def test_exit_codes_are_those_of_the_contract(outcome: str, *, gave_up: bool, interrupted: bool, code: int) -> None:
    """How the request of the stream ended, giving up, an interrupt."""
    view = LineView(Screen())
    view.standing.outcome = outcome
    assert _exit_code(view, gave_up=gave_up, interrupted=interrupted) == code
