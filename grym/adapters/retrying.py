"""Reading and writing tried again in place: at most three times and within a second, for what may be repeated.

More than that is an outage, which breakers and the runner deal with. Never put this around a breaker: what a breaker
refuses would be asked for again at once.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import stamina
import stamina.instrumentation

from grym.errors import AdapterError
from grym.ports.breaker import BreakerOpenError

T = TypeVar("T")

ATTEMPTS = 3
TOGETHER_S = 1.0
"""Seconds after which no further try begins."""
FIRST_WAIT_S = 0.05
"""A connection that was reset is back at once."""
LONGEST_WAIT_S = 0.3

# By itself stamina would log what a call was given, which may be anybody's text, and count in the global registry.
stamina.instrumentation.set_on_retry_hooks(())


async def again(work: Callable[[], Awaitable[T]], *, operation: str, note: Callable[[str], None] | None = None) -> T:
    """Await `work()`, and again where it raised an `AdapterError`; the last error is raised as it is.

    Parameters
    ----------
    operation
        What it is, for `note`.
    note
        Called before every further try.
    """
    async for attempt in stamina.retry_context(
        on=_may_pass,
        attempts=ATTEMPTS,
        timeout=TOGETHER_S,
        wait_initial=FIRST_WAIT_S,
        wait_max=LONGEST_WAIT_S,
        wait_jitter=FIRST_WAIT_S,
    ):
        if attempt.num > 1 and note is not None:
            note(operation)
        with attempt:
            return await work()
    raise AssertionError(operation)  # stamina raises the last error itself


def _may_pass(error: Exception) -> bool:
    return isinstance(error, AdapterError) and not isinstance(error, BreakerOpenError)
