"""Dealing with what many lanes ask for at once: one round trip or one commit for all of them.

Whatever has gathered while the last batch was under way goes together, so batches grow with the load and nobody waits
for one to fill. When a batch fails it is halved until what fails is alone: one bad item spoils nobody else's work.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from consumers.waits import cancel_all

I = TypeVar("I")  # noqa: E741 - item
R = TypeVar("R")


def always(error: Exception) -> bool:
    """Split after every failure."""
    del error
    return True


class Batcher(Generic[I, R]):
    """Gathers items and deals with them together.

    Parameters
    ----------
    group
        Where batches run; they end with it.
    deal
        Deals with items and returns one result each; all or nothing.
    max_items
        Most items in a batch.
    in_flight
        Most batches at once.
    splits
        Whether a failure may be the fault of a single item; otherwise all items of the batch get it.
    """

    def __init__(
        self,
        group: asyncio.TaskGroup,
        deal: Callable[[list[I]], Awaitable[Sequence[R]]],
        *,
        max_items: int,
        in_flight: int,
        splits: Callable[[Exception], bool] = always,
    ) -> None:
        self._group = group
        self._deal = deal
        self._max_items = max_items
        self._in_flight = in_flight
        self._splits = splits
        self._waiting: deque[tuple[I, asyncio.Future[R]]] = deque()
        self._running: set[asyncio.Task[None]] = set()
        self._called = False

    async def submit(self, item: I) -> R:
        """Return the result of an item once its batch is done, or raise what it failed with."""
        return await self.put(item)

    def put(self, item: I) -> asyncio.Future[R]:
        """Do the same at once, for a caller whose items must keep their order: its place in the queue is taken now."""
        result: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, result))
        self._call()
        return result

    async def drop(self) -> None:
        """Cancel everything that is under way; whoever waits for it waits for ever, or is cancelled too."""
        self._waiting.clear()
        await cancel_all(*self._running)

    def _call(self) -> None:
        """Start soon, so that everybody who is about to submit goes along."""
        if not self._called and self._waiting and len(self._running) < self._in_flight:
            self._called = True
            asyncio.get_running_loop().call_soon(self._start)

    def _start(self) -> None:
        self._called = False
        batch: list[tuple[I, asyncio.Future[R]]] = []
        while self._waiting and len(batch) < self._max_items:
            batch.append(self._waiting.popleft())
        batch = [(item, result) for item, result in batch if not result.done()]  # its submitter may have gone
        if batch:
            task = self._group.create_task(self._settle(batch))
            self._running.add(task)
            task.add_done_callback(self._ended)
        self._call()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._call()

    async def _settle(self, batch: "list[tuple[I, asyncio.Future[R]]]") -> None:
        try:
            results = await self._deal([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 - whoever submitted the item deals with it
            if len(batch) > 1 and self._splits(error):
                middle = len(batch) // 2
                await self._settle(batch[:middle])
                await self._settle(batch[middle:])
                return
            for _, result in batch:
                if not result.done():
                    result.set_exception(error)
            return
        for (_, result), value in zip(batch, results, strict=True):
            if not result.done():
                result.set_result(value)
