"""Time: the machine's clock, and a virtual one that moves only when everybody waits.

`VirtualClock.run` drives a coroutine: whenever no task can go on, time jumps to the earliest sleeper. A simulation of
hours therefore takes milliseconds, and the same program meets the same instants every time.
"""

import asyncio
import heapq
import time
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from grym.errors import InvariantError

T = TypeVar("T")

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)

SETTLE_ROUNDS = 64
"""Turns of the event loop given to tasks before time jumps.

A task that waits for another one needs about three turns per link (result, task, waiter), so chains of twenty links
settle; a longer one would only see time move a little early, and always in the same way.
"""


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """Return the instant, in UTC."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Return seconds from an arbitrary start that never go back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class VirtualClock:
    """Time that is told when to pass.

    Parameters
    ----------
    start
        The instant at which it begins; 1 January 2026 unless given.
    """

    def __init__(self, start: datetime = _EPOCH) -> None:
        self._start = start
        self._elapsed_s = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    def now(self) -> datetime:
        """Return the virtual instant, in UTC."""
        return self._start + timedelta(seconds=self._elapsed_s)

    def monotonic_s(self) -> float:
        """Return virtual seconds since the start."""
        return self._elapsed_s

    async def sleep(self, seconds: float) -> None:
        """Wait until virtual time has passed by `seconds`; 0 lets the others have one turn."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (self._elapsed_s + seconds, self._count, woken))
        await woken

    async def advance(self, seconds: float) -> None:
        """Let `seconds` pass, waking sleepers in the order in which they come due."""
        end_s = self._elapsed_s + seconds
        await _settle()
        while (due_s := self._next_due_s()) is not None and due_s <= end_s:
            self._wake(due_s)
            await _settle()
        self._elapsed_s = max(self._elapsed_s, end_s)

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end, letting time pass whenever everybody waits.

        Raises
        ------
        InvariantError
            ``clock.stuck`` when `work` waits for something that no passing of time can bring.
        """
        task = asyncio.create_task(work)
        try:
            await _settle()
            while not task.done():
                due_s = self._next_due_s()
                if due_s is None:
                    raise InvariantError("everybody waits and nobody sleeps", code="clock.stuck")
                self._wake(due_s)
                await _settle()
            return task.result()
        finally:
            task.cancel()

    def _next_due_s(self) -> float | None:
        while self._sleepers and self._sleepers[0][2].done():  # cancelled
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def _wake(self, due_s: float) -> None:
        _, _, woken = heapq.heappop(self._sleepers)
        self._elapsed_s = max(self._elapsed_s, due_s)
        woken.set_result(None)


async def _settle() -> None:
    for _ in range(SETTLE_ROUNDS):
        await asyncio.sleep(0)
