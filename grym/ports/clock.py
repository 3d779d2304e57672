"""Time as a port: waiting and timing go through it, so tests can run in virtual time."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The one source of time outside the log."""

    def now(self) -> datetime:
        """Return the instant, in UTC; for display and new events only."""
        ...

    def monotonic_s(self) -> float:
        """Return seconds from an arbitrary start that never go back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...
