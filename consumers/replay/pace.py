"""How fast a replay goes: as fast as life, some times faster, or as fast as its share of the machine allows."""

from datetime import datetime, timedelta

from grym.ports.clock import Clock

SHARE = 0.5
"""Part of the time that a replay works; it rests for the other part, so that live traffic has the machine."""

BURST_S = 0.05
"""Seconds of work between rests: what live traffic in the same process waits at most."""


class EventClock:
    """Time as the events tell it; stands still between them."""

    def __init__(self, begin: datetime) -> None:
        self._begin = begin
        self._now = begin

    def show(self, instant: datetime) -> None:
        """Go on to an instant; never back."""
        self._now = max(self._now, instant)

    def now(self) -> datetime:
        """Return the instant of the event at hand."""
        return self._now

    def monotonic_s(self) -> float:
        """Return seconds of event time since the beginning."""
        return (self._now - self._begin).total_seconds()

    async def sleep(self, seconds: float) -> None:
        """Let event time pass at once."""
        self.show(self._now + timedelta(seconds=seconds))


class Pace:
    """Keeps a replay to its speed and its share.

    Parameters
    ----------
    clock
        The clock of this machine.
    speed
        Seconds of the span in a second; None for as fast as the share allows.
    """

    def __init__(self, clock: Clock, *, speed: float | None = None, share: float = SHARE) -> None:
        self._clock = clock
        self._speed = speed
        self._share = share
        self._began_s = self._worked_from_s = clock.monotonic_s()
        self._first: datetime | None = None

    async def keep(self, instant: datetime) -> None:
        """Wait before the event of an instant, as long as speed and share ask for."""
        if self._speed is not None:
            await self._follow(instant, self._speed)
        worked_s = self._clock.monotonic_s() - self._worked_from_s
        if worked_s >= BURST_S:
            await self._clock.sleep(worked_s * (1.0 - self._share) / self._share)
            self._worked_from_s = self._clock.monotonic_s()

    async def _follow(self, instant: datetime, speed: float) -> None:
        if self._first is None:
            self._first, self._began_s = instant, self._clock.monotonic_s()
        due_s = self._began_s + (instant - self._first).total_seconds() / speed
        ahead_s = due_s - self._clock.monotonic_s()
        if ahead_s > 0:
            await self._clock.sleep(ahead_s)
            self._worked_from_s = self._clock.monotonic_s()
