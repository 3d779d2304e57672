"""The event log: append-only partitions, read by position.

A position is visible only when every lower position of its partition is visible too (promise 12), so a reader that
has seen position p never misses one below it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

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


@runtime_checkable
class TimedLog(Protocol):
    """A log that finds positions by time itself; any other is searched."""

    async def positions_at(self, topics: Iterable[str], instant: datetime) -> dict[TopicPartition, int]:
        """Return the positions after which everything was appended at `instant` or later."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a message lies since the log has confirmed it."""

    source: TopicPartition
    position: int
    appended_at: datetime


class Sender(Protocol):
    """Put events in and learn where they lie; for the runner and the outbox relay."""

    async def send(self, messages: Sequence[Message]) -> list[Placement]:
        """Append all messages and return, in their order, where each lies, once all are durable.

        Calls are served in the order in which they began: records of one key keep that order, over calls too. When a
        call fails, those that began before its failure was known fail as well, so that nothing overtakes what must be
        sent again; a call that finds no room waits for it.

        Raises
        ------
        TransientError
            ``publish.unknown`` when some may be stored and some not: send all of them again.
        ContractError
            For a message the catalogue does not allow.
        """
        ...
