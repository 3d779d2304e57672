"""The outbox: what was decided in the database and is to be sent to a log that lies elsewhere.

Rows become visible when their transaction commits, in any order; within a key they are numbered in the order of its
events. The relay of a shard takes what is unsent by number, sends it, and only then moves it into the history.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from grym.ports.log import Placement
from grym.ports.work import FaultNote, Lease
from schemas.records import Message

SHARDS = 4
"""Parts that are relayed apart from each other, by the hash of the key: as many processes may relay at once."""

MAX_BYTES = 1024 * 1024
"""Most that one look takes up, in bytes of keys, headers and values; a larger message comes alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """A message that waits to be sent."""

    outbox_no: int
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxBacklog:
    """How much waits, for how many seconds the oldest has waited, and how much the log will never take."""

    count: int
    oldest_s: float
    refused: int = 0


class Outbox(Protocol):
    """Read what is to be sent and note what was."""

    async def unsent(self, shard: int, *, limit: int, max_bytes: int = MAX_BYTES) -> list[Unsent]:
        """Return what waits in a shard, lowest number first: at least one message where one waits."""
        ...

    async def sent(self, lease: Lease, placed: Sequence[tuple[Unsent, Placement]]) -> None:
        """Move messages into the history; one that somebody else moved already is no error.

        Raises
        ------
        LeaseLostError
            When another relay has the shard.
        """
        ...

    async def refuse(self, lease: Lease, unsent: Unsent, *, fault: FaultNote) -> None:
        """Set a message aside that the log will never take, so that its followers can go on; it is kept and counted.

        Raises
        ------
        LeaseLostError
            When another relay has the shard.
        """
        ...

    async def take_back_refused(self) -> int:
        """Put everything that was set aside into the outbox again, once the log was mended; return how much it was."""
        ...

    async def backlog(self) -> OutboxBacklog:
        """Return how much waits."""
        ...

    async def wait(self, shard: int, *, timeout_s: float) -> None:
        """Return soon after something was put into a shard by anybody, or after `timeout_s` seconds.

        What came since the last `unsent` of that shard began must not be slept through.
        """
        ...
