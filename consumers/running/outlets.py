"""Where a pure hop's messages go, and when its records count as done."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Protocol

from consumers.running.batcher import Batcher
from consumers.running.exchanges import Exchanges
from consumers.running.tenure import Tenure
from grym.errors import TransientError
from grym.ports.feed import Assignment, Mark
from grym.ports.log import Sender
from schemas.records import Message, Record, TopicPartition

Found = Sequence[tuple[Record, Sequence[Message]]]
"""Records with what follows from each."""

MAX_CHUNKS = 16
"""Chunks in one transaction: several thousand records, a fraction of a second."""


class Outlet(Protocol):
    """Sends what follows from records."""

    async def send(self, found: Found) -> None:
        """Send all messages; the records are done when it returns."""
        ...

    async def commit(self, marks: Mapping[TopicPartition, Mark]) -> None:
        """Store how far partitions are done."""
        ...

    async def drop(self) -> None:
        """Let go of what is under way."""
        ...


class DirectOutlet:
    """Sends first; marks follow on their timer. What is repeated after a crash carries the same ids."""

    def __init__(self, sender: Sender, assignment: Assignment, tenure: Tenure) -> None:
        self._sender = sender
        self._assignment = assignment
        self._tenure = tenure

    async def send(self, found: Found) -> None:
        """Send all messages of a chunk in one call."""
        messages = list(chain.from_iterable(messages for _, messages in found))
        if messages:
            await self._sender.send(messages)
        self._tenure.done_all(record for record, _ in found)

    async def commit(self, marks: Mapping[TopicPartition, Mark]) -> None:
        """Store marks with the group."""
        await self._assignment.commit(marks)

    async def drop(self) -> None:
        """Do nothing: senders are cancelled with their chunks."""


class ExchangeOutlet:
    """Stores messages and marks in one transaction for each partition that is read; one after the other.

    After a failure nothing more is stored: marks may count records as done whose messages were undone.
    """

    def __init__(self, exchanges: Exchanges, group: asyncio.TaskGroup, tenure: Tenure) -> None:
        self._exchanges = exchanges
        self._tenure = tenure
        self._broken = False
        self._lines = {
            source: Batcher[tuple[TopicPartition, Found], None](
                group, self._store, max_items=MAX_CHUNKS, in_flight=1, splits=_never
            )
            for source in tenure.sources
        }

    async def send(self, found: Found) -> None:
        """Store each partition's share of a chunk."""
        shares: dict[TopicPartition, list[tuple[Record, Sequence[Message]]]] = defaultdict(list)
        for record, messages in found:
            shares[record.topic_partition].append((record, messages))
        # All take their places before the first is waited for: the next chunk must find this one before it everywhere.
        await asyncio.gather(*[self._lines[source].put((source, share)) for source, share in shares.items()])

    async def commit(self, marks: Mapping[TopicPartition, Mark]) -> None:
        """Store marks of partitions where something was done without a message."""
        for source in marks:
            if not self._broken:
                await self._lines[source].submit((source, ()))

    async def drop(self) -> None:
        """Cancel transactions that are under way; they are undone."""
        for line in self._lines.values():
            await line.drop()

    async def _store(self, chunks: list[tuple[TopicPartition, Found]]) -> list[None]:
        if self._broken:
            raise TransientError("a transaction before this one failed", code="hop.undone")
        source = chunks[0][0]
        found = [pair for _, share in chunks for pair in share]
        try:
            self._tenure.done_all(record for record, _ in found)
            mark = self._tenure.mark(source)
            await self._exchanges.of(source).send([m for _, messages in found for m in messages], mark)
        except BaseException:
            self._broken = True
            raise
        self._tenure.committed({source: mark})
        return [None] * len(chunks)


def _never(error: Exception) -> bool:
    """Blame no single chunk: after a failure everything starts over."""
    del error
    return False
