"""The outbox: what was decided in the database and is to be sent to a log that lies elsewhere.

Rows become visible when their transaction commits, in any order; within a key they are numbered in the order of its
events. The relay of a shard takes what is unsent by number, sends it, and only then moves it into the history.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from grym.ports.log import Placement
from grym.ports.work import Lease
from schemas.records import Message

SHARDS = 4
"""Parts that are relayed apart from each other, by the hash of the key: as many processes may relay at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """A message that waits to be sent."""

    outbox_no: int
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxBacklog:
    """How much waits, and for how many seconds the oldest has waited."""

    count: int
    oldest_s: float


class Outbox(Protocol):
    """Read what is to be sent and note what was."""

    async def unsent(self, shard: int, *, limit: int) -> list[Unsent]:
        """Return what waits in a shard, lowest number first."""
        ...

    async def sent(self, lease: Lease, placed: Sequence[tuple[Unsent, Placement]]) -> None:
        """Move messages into the history; one that somebody else moved already is no error.

        Raises
        ------
        LeaseLostError
            When another relay has the shard.
        """
        ...

    async def backlog(self) -> OutboxBacklog:
        """Return how much waits."""
        ...

    async def wait(self, *, timeout_s: float) -> None:
        """Return soon after something was put into the outbox by anybody, or after `timeout_s` seconds."""
        ...
