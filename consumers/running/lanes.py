"""Work in lanes: one thing at a time per key, several keys at once.

A lane exists only while its key has work. It hands over what has gathered in one run, so that a key with many events
costs few commits. Whatever the work raises ends the task group the lanes run in: what may fail is dealt with inside.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterator
from itertools import islice
from typing import Generic, TypeVar

from consumers.running.budget import Budget

T = TypeVar("T")


class Lanes(Generic[T]):
    """Serial per key, concurrent over keys.

    Parameters
    ----------
    group
        Where the lanes run.
    work
        Takes the things of a run out of hand, in order.
    concurrency
        Keys worked on at once.
    max_run
        Most things handed over at once.
    budget
        Counts what is in hand.
    """

    def __init__(
        self,
        group: asyncio.TaskGroup,
        work: Callable[[list[T]], Awaitable[None]],
        *,
        concurrency: int,
        max_run: int,
        budget: Budget,
    ) -> None:
        self._group = group
        self._work = work
        self._slots = asyncio.Semaphore(concurrency)
        self._max_run = max_run
        self._budget = budget
        self._queues: dict[Hashable, deque[tuple[T, int]]] = {}
        self._tasks: dict[Hashable, asyncio.Task[None]] = {}

    def put(self, key: Hashable, thing: T, *, size_bytes: int = 0) -> None:
        """Queue a thing behind everything of its key."""
        self._budget.take(1, size_bytes)
        queue = self._queues.get(key)
        if queue is not None:
            queue.append((thing, size_bytes))
            return
        self._queues[key] = deque(((thing, size_bytes),))
        self._tasks[key] = self._group.create_task(self._drain(key))

    def busy(self, key: Hashable) -> bool:
        """Return whether something of a key is in hand."""
        return key in self._queues

    def heads(self) -> Iterator[T]:
        """Return what each lane is at."""
        return (queue[0][0] for queue in self._queues.values() if queue)

    def drop(self) -> None:
        """Cancel everything in hand."""
        for task in self._tasks.values():
            task.cancel()

    async def _drain(self, key: Hashable) -> None:
        queue = self._queues[key]
        while queue:
            async with self._slots:
                run = list(islice(queue, self._max_run))
                await self._work([thing for thing, _ in run])
            for _ in run:
                queue.popleft()
            self._budget.give_back(len(run), sum(size for _, size in run))
        del self._queues[key], self._tasks[key]
