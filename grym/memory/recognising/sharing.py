"""Work that everybody who wants its result at the same time waits for together."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """Begins work where none is under way; it goes on where those who wait for it are cancelled.

    Work that has a thread change something needs that: a thread cannot be stopped half-way, and whoever came next would
    begin beside it.
    """

    def __init__(self, work: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self._work = work
        self._under_way: asyncio.Task[T] | None = None

    async def result(self) -> T:
        """Return what the work gives, or raise what it raises; the next call then begins anew."""
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.ensure_future(self._work())
            self._under_way.add_done_callback(_noted)
        return await asyncio.shield(self._under_way)

    def leave_behind(self) -> None:
        """Have calls from now on begin anew, since the work under way may miss what they know of."""
        self._under_way = None


def _noted(task: asyncio.Task[Any]) -> None:
    """Take note of an error, though everybody who waited may be gone."""
    if not task.cancelled():
        task.exception()
