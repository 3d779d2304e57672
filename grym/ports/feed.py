"""Who reads what: a feed hands out assignments, one after the other, and takes them away again.

An assignment is the right to work on some partitions of a processor's topics. In the embedded runtime it comes with
the processor's lease and covers all partitions; on Kafka it comes from the consumer group and covers some.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from grym.ports.work import Lease
from schemas.records import Message, Record, TopicPartition


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far one partition is done: everything up to `position`, and above it the positions of `beyond`, rising."""

    position: int = 0
    beyond: tuple[int, ...] = ()


class Assignment(Protocol):
    """The right to work on some partitions until it is lost or given back."""

    @property
    def lease(self) -> Lease | None:
        """What fences a commit in the database, and says that positions are committed there with the effects.

        None where the log keeps the positions itself (`commit`).
        """
        ...

    @property
    def marks(self) -> Mapping[TopicPartition, Mark]:
        """Return how far each assigned partition was done when the assignment began."""
        ...

    @property
    def ends(self) -> Mapping[TopicPartition, int]:
        """Return where each partition ended then: up to there an earlier holder may have worked."""
        ...

    async def poll(self, *, max_records: int, max_bytes: int) -> Sequence[Record]:
        """Return the next records of partitions that are not paused, in order within each partition.

        Waits for the first one, but no longer than the feed's own patience; then the answer is empty. At least one
        record is returned whatever its size. Never called twice at once; may be cancelled without losing records.
        """
        ...

    def passed(self) -> Mapping[TopicPartition, int]:
        """Return up to where partitions were read since the last call although nothing is left there.

        Retention took it, or it is the marks of transactions: positions that no record will ever finish.
        """
        ...

    def pause(self, sources: Collection[TopicPartition]) -> None:
        """Leave these partitions alone until `resume`; pausing twice is no error."""
        ...

    def resume(self, sources: Collection[TopicPartition]) -> None:
        """Read these partitions again."""
        ...

    async def commit(self, marks: Mapping[TopicPartition, Mark]) -> None:
        """Store how far partitions are done, where `lease` is None; refused in silence once the assignment is lost."""
        ...

    async def lost(self) -> None:
        """Return once the assignment is to be given back (Kafka: partitions are being revoked).

        Raises
        ------
        LeaseLostError
            When somebody else has it already.
        """
        ...


class Feed(Protocol):
    """Hands out the assignments of one processor."""

    def assigned(self, stop: asyncio.Event) -> AbstractAsyncContextManager[Assignment | None]:
        """Wait for an assignment and give it back when the block ends; None when stopped before there was one.

        A block left with an error that the caller wants to start over from (the database was away) keeps the
        membership of a group: the next call gives the same partitions again, from their committed marks.
        """
        ...

    async def close(self) -> None:
        """Leave for good, so that the others need not wait for it."""
        ...


class Exchange(Protocol):
    """Sends what follows from one partition's records together with how far that partition is done."""

    async def open(self) -> None:
        """Shut out every earlier holder of the partition; to be done before its marks are read."""
        ...

    async def send(self, messages: Sequence[Message], mark: Mark) -> None:
        """Store messages and mark, both or neither.

        Raises
        ------
        LeaseLostError
            When somebody else has the partition; nothing is stored.
        TransientError
            ``publish.unknown`` when both or neither are stored: read the marks again, and go on from there.
        ContractError
            For a message the log does not allow; nothing is stored.
        """
        ...

    async def close(self) -> None:
        """Give the connections back."""
        ...


class Feeds(Protocol):
    """Opens feeds where the log lies elsewhere (Kafka)."""

    def feed(self, processor: str, topics: tuple[str, ...]) -> Feed:
        """Return the feed of a processor over its topics; nothing is joined before the first `assigned`."""
        ...
