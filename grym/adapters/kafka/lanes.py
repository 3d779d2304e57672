"""Batches on their way to one partition: what comes while one is under way goes with the next.

A lone message is on its way at once, and many travel together: the next batch stays open until the one before it is
confirmed, since the client has one batch of a partition under way at most. A batch must be closed before it is handed
over: the client counts its records, for the sequence numbers, some time before it stops taking more. Order within a
partition is the order of `append`.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from schemas.records import Message, TopicPartition

_MESSAGE_BYTES = 200  # headers and the record's own fields, about


def size_of(message: Message) -> int:
    """Return about how many bytes a message takes while it waits."""
    return _MESSAGE_BYTES + len(message.value or b"") + len(message.key or b"")


class Batch:
    """Some messages of one partition that are confirmed together.

    Attributes
    ----------
    outcome
        Resolved to what the broker answered (an object with `offset` of the first message and `timestamp` in ms) or
        to an exception; never failed, so that a caller who was cancelled leaves no complaint behind.
    """

    __slots__ = ("builder", "bytes", "count", "outcome", "source")

    def __init__(self, builder: Any, source: TopicPartition) -> None:
        self.builder = builder
        self.source = source
        self.count = 0
        self.bytes = 0
        self.outcome: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def settle(self, answer: Any) -> None:
        """Note what became of the batch; the first answer counts."""
        if not self.outcome.done():
            self.outcome.set_result(answer)


class Lane:
    """The way to one partition.

    Parameters
    ----------
    producer
        The client's idempotent producer.
    settled
        Called with every batch whose outcome is known.
    """

    def __init__(
        self, producer: Any, source: TopicPartition, physical: str, *, settled: Callable[[Batch], None]
    ) -> None:
        self._producer = producer
        self._source = source
        self._physical = physical
        self._settled = settled
        self._open: Batch | None = None
        self._waiting: deque[Batch] = deque()
        self._under_way: Batch | None = None
        self._pump: asyncio.Task[None] | None = None

    def append(self, message: Message) -> tuple[Batch, int]:
        """Put a message at the end and return its batch and its place in it."""
        batch = self._open
        headers = list(message.headers)
        if batch is None or not self._fits(batch, message, headers):
            batch = self._begin()
            self._fits(batch, message, headers)
        place = batch.count
        batch.count += 1
        batch.bytes += size_of(message)
        return batch, place

    def fail(self, error: BaseException) -> None:
        """Give up everything that is not confirmed."""
        if self._pump is not None:
            self._pump.cancel()
        for batch in [self._under_way, *self._waiting]:
            if batch is not None:
                batch.settle(error)
        self._waiting.clear()

    @staticmethod
    def _fits(batch: Batch, message: Message, headers: list[tuple[str, bytes]]) -> bool:
        """Append unless the batch is full or was taken up; the first message of a batch always fits."""
        added = batch.builder.append(timestamp=None, key=message.key, value=message.value, headers=headers)
        return added is not None

    def _begin(self) -> Batch:
        batch = self._open = Batch(self._producer.create_batch(), self._source)
        self._waiting.append(batch)
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._hand_over())
        return batch

    async def _hand_over(self) -> None:
        """Send batches one after the other."""
        while self._waiting:
            batch = self._under_way = self._waiting.popleft()
            batch.builder.close()
            batch.settle(await self._sent(batch))
            self._under_way = None
            self._settled(batch)

    async def _sent(self, batch: Batch) -> Any:
        """Return what the broker answered, or the error."""
        try:
            delivered = await self._producer.send_batch(batch.builder, self._physical, partition=self._source.partition)
            return await delivered
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the outcome of this batch
            return error
