"""The state machine of a circuit breaker, by pybreaker: it counts failures in a row and knows the three states.

Nothing is awaited here: an outcome is told, the state follows. Apart from `grym.adapters.breaker` since pybreaker loads
a Redis client it is not asked for (a tenth of a second, 6 MB), which a process without failures need not pay.
"""

from collections.abc import Callable
from datetime import datetime
from typing import cast

import pybreaker

from grym.ports.breaker import BreakerState
from grym.ports.clock import Clock


class Machine:
    """Counts and remembers.

    Parameters
    ----------
    changed
        Called with the state before and the state now, from within `succeeded`, `failed` and `half_open`.
    """

    def __init__(self, *, failures: int, clock: Clock, changed: Callable[[BreakerState, BreakerState], None]) -> None:
        self._storage = _MonotonicStorage(clock)
        self._breaker = pybreaker.CircuitBreaker(
            fail_max=failures,
            state_storage=self._storage,
            listeners=[_Listener(changed)],
            throw_new_error_on_trip=False,
        )

    @property
    def state(self) -> BreakerState:
        """``closed``, ``open`` or ``half-open``."""
        return cast("BreakerState", self._storage.state)

    @property
    def opened_s(self) -> float:
        """When it opened last, by the clock's monotonic time."""
        return self._storage.opened_s

    def half_open(self) -> None:
        """Let somebody try."""
        self._breaker.half_open()

    def succeeded(self) -> None:
        """Note a success: nothing is left of the failures before it."""
        self._breaker.call(_nothing)

    def failed(self, error: Exception) -> None:
        """Note a failure."""

        def fail() -> None:
            raise error

        try:
            self._breaker.call(fail)
        except Exception as raised:
            if raised is not error:  # pybreaker raises what it was told; anything else is its own
                raise


class _MonotonicStorage(pybreaker.CircuitMemoryStorage):
    """Remembers when the breaker opened by a clock that nobody sets."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(pybreaker.STATE_CLOSED)
        self._clock = clock
        self.opened_s = 0.0

    @property
    def opened_at(self) -> datetime | None:
        """Return nothing: `opened_s` is what counts."""
        return None

    @opened_at.setter
    def opened_at(self, datetime: datetime) -> None:
        """Take the time from the clock instead."""
        del datetime
        self.opened_s = self._clock.monotonic_s()


class _Listener(pybreaker.CircuitBreakerListener):
    def __init__(self, changed: Callable[[BreakerState, BreakerState], None]) -> None:
        self._changed = changed

    def state_change(
        self,
        cb: pybreaker.CircuitBreaker,
        old_state: pybreaker.CircuitBreakerState | None,
        new_state: pybreaker.CircuitBreakerState,
    ) -> None:
        """Pass it on."""
        del cb
        before = pybreaker.STATE_CLOSED if old_state is None else old_state.name
        self._changed(cast("BreakerState", before), cast("BreakerState", new_state.name))


def _nothing() -> None:
    return
