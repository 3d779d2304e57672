"""The event log: append-only partitions, read by position.

A position is visible only when every lower position of its partition is visible too (promise 12), so a reader that
has seen position p never misses one below it.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from schemas.records import Message, Record, TopicPartition


class EventLog(Protocol):
    """Read what has happened."""

    async def read(self, source: TopicPartition, *, after: int, limit: int) -> list[Record]:
        """Return up to `limit` records with a position greater than `after`, in order."""
        ...

    async def ends(self, topics: Iterable[str]) -> dict[TopicPartition, int]:
        """Return the highest visible position of every partition of the topics; 0 where there is none."""
        ...

    async def wait(self, *, timeout_s: float) -> None:
        """Return soon after something was appended by anybody, or after `timeout_s` seconds.

        An append between the last `read` and this call must not be slept through.
        """
        ...


class EventHistory(Protocol):
    """Read what has happened to one request, without scanning topics."""

    async def of_request(self, correlation_id: str) -> list[Record]:
        """Return every record with that correlation id, in the order of appending."""
        ...


class Publisher(Protocol):
    """Put first events in."""

    async def publish(self, messages: Sequence[Message]) -> None:
        """Append all messages durably, or raise: `UnavailableError` when certainly nothing was stored.

        A time-out after sending is `TransientError` with code ``publish.unknown``: retry under the same ids.
        """
        ...
