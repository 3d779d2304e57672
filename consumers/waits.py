"""Waiting for the first of several things, with all of the rest cancelled."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from grym.errors import TransientError
from grym.ports.clock import Clock

T = TypeVar("T")


class TimeLimitError(TransientError):
    """Something took longer than it may; a quieter machine may be faster."""

    default_code = "runner.time_limit"


class Bell:
    """Wakes whoever waits for new work in this process; rings are not lost, but several may count as one."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake one round of waiting."""
        self._event.set()

    async def wait(self, clock: Clock, *, timeout_s: float | None) -> None:
        """Return at the next ring, also one since the last call, or after `timeout_s` seconds (None: no limit)."""
        if timeout_s is None:
            await self._event.wait()
        else:
            await first_of(self._event.wait(), clock.sleep(timeout_s))
        self._event.clear()


async def first_of(*waits: Coroutine[Any, Any, Any]) -> None:
    """Return when the first of `waits` is over; the others are cancelled and have ended by then.

    An error of the first one is raised.
    """
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        await cancel_all(*tasks)


async def within(limit_s: float, work: Coroutine[Any, Any, T]) -> T:
    """Return what `work` returns within `limit_s` seconds of the running loop; it is cancelled otherwise.

    Raises
    ------
    TimeLimitError
        When time was up first.
    TransientError
        ``runner.cancelled`` when the work was cancelled, but not from here.
    """
    try:
        async with asyncio.timeout(limit_s) as limit:
            return await work
    except TimeoutError:
        if limit.expired():
            raise TimeLimitError(f"not done within {limit_s} seconds") from None
        raise
    except asyncio.CancelledError:
        raise_if_cancelled()
        raise TransientError("something it waited for was cancelled", code="runner.cancelled") from None


async def cancel_all(*tasks: asyncio.Future[Any]) -> None:
    """Cancel tasks and wait until they have ended; how they ended does not matter any more."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def raise_if_cancelled() -> None:
    """Raise the cancellation of the running task again if an error took its place.

    A task group that is cancelled while one of its tasks fails tells of the failure only (CPython 3.11 and 3.12,
    ``asyncio.TaskGroup.__aexit__``); whoever handles that failure and goes on would not hear of the cancellation.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def sleep_unless(stop: asyncio.Event, clock: Clock, seconds: float) -> None:
    """Wait, but no longer than until `stop` is set."""
    if not stop.is_set():
        await first_of(stop.wait(), clock.sleep(seconds))
