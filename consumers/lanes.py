"""Work in lanes: one thing at a time per key, several keys at once, a bounded number in hand.

A lane exists only while its key has work. Whatever a piece of work raises ends the task group the lanes run in: what
may fail is dealt with inside the work.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable

Work = Callable[[], Awaitable[None]]


class Lanes:
    """Serial per key, concurrent over keys."""

    def __init__(self, group: asyncio.TaskGroup, *, concurrency: int, capacity: int) -> None:
        self._group = group
        self._slots = asyncio.Semaphore(concurrency)
        self._capacity = capacity
        self._queues: dict[Hashable, deque[Work]] = {}
        self._tasks: dict[Hashable, asyncio.Task[None]] = {}
        self._changed = asyncio.Event()
        self.backlog = 0

    @property
    def room(self) -> int:
        """How many more pieces of work may be put in."""
        return max(0, self._capacity - self.backlog)

    def put(self, key: Hashable, work: Work) -> None:
        """Queue work behind everything of its key."""
        self.backlog += 1
        queue = self._queues.get(key)
        if queue is not None:
            queue.append(work)
            return
        self._queues[key] = deque((work,))
        self._tasks[key] = self._group.create_task(self._drain(key))

    def drop(self) -> None:
        """Cancel everything in hand."""
        for task in self._tasks.values():
            task.cancel()

    async def wait_for_room(self) -> None:
        """Return once there is room."""
        while not self.room:
            await self._next_change()

    async def wait_until_empty(self) -> None:
        """Return once nothing is in hand."""
        while self.backlog:
            await self._next_change()

    async def _next_change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    async def _drain(self, key: Hashable) -> None:
        queue = self._queues[key]
        while queue:
            async with self._slots:
                await queue[0]()
            queue.popleft()
            self.backlog -= 1
            self._changed.set()
        del self._queues[key], self._tasks[key]
