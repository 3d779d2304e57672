"""An event loop for simulation: virtual time, no sockets, always the same order, and as little else as possible.

Time stands still while anybody can go on, and then jumps to the next timer. Timers that lie within a millisecond go off
together, which is what makes a seed cheap.
"""

import asyncio
import heapq
from asyncio import events
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

TICK_S = 1e-3
"""Timers closer together than this go off at once."""


class StuckError(RuntimeError):
    """Everybody waits and no timer is set."""


class SimulatedLoop(asyncio.BaseEventLoop):
    """Runs callbacks and timers in virtual time."""

    def __init__(self) -> None:
        super().__init__()
        self._elapsed_s = 0.0
        self._ready: Any
        self._scheduled: list[asyncio.TimerHandle]

    def time(self) -> float:
        """Return virtual seconds since the start."""
        return self._elapsed_s

    def _run_once(self) -> None:
        """Run what is ready, or else let time pass until something is."""
        ready = self._ready
        if not ready:
            self._pass_time()
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle._cancelled:
                handle._run()

    def _pass_time(self) -> None:
        scheduled = self._scheduled
        while scheduled and scheduled[0]._cancelled:
            heapq.heappop(scheduled)
        if not scheduled:
            raise StuckError("everybody waits and nobody sleeps")
        self._elapsed_s = max(self._elapsed_s, scheduled[0].when())
        until_s = self._elapsed_s + TICK_S
        while scheduled and scheduled[0].when() < until_s:
            timer = heapq.heappop(scheduled)
            if not timer._cancelled:
                self._ready.append(timer)

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Do nothing: cancelled timers are dropped when their time comes."""

    def _process_events(self, event_list: list[Any]) -> None:
        """Do nothing: there are no sockets."""

    def _write_to_self(self) -> None:
        """Do nothing: nobody sleeps who could be woken."""


def run_simulated(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in virtual time."""
    loop = SimulatedLoop()
    events.set_event_loop(loop)
    try:
        return loop.run_until_complete(work)
    finally:
        _end_all(loop)
        events.set_event_loop(None)
        loop.close()


def _end_all(loop: SimulatedLoop) -> None:
    """Let whatever still runs end before the loop does."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
