"""Long work under a lease: accepted in milliseconds, run by whoever takes it, guarded by a fence token.

Leases run by the database's clock. Every taking of a job increases its fence; a result, progress report, checkpoint
or failure that carries an older fence is refused.
"""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from schemas.records import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class LeasedJob:
    """A job in somebody's hands.

    Parameters
    ----------
    attempt
        Times it was taken, this one included; those that were handed back untried do not count.
    failures
        Tries that ended in an error; a holder that was killed is none.
    idle_takes
        Times it was taken since it last kept a checkpoint, this one included: many mean that it ends its process.
    checkpoint
        What an earlier try kept, so that this one need not begin anew.
    overdue
        Whether its deadline had passed, by the database's clock, when it was taken.
    """

    job_id: str
    kind: str
    request_id: str
    run_no: int
    tenant: str
    message: Message
    attempt: int
    fence: int
    created_at: datetime
    failures: int = 0
    idle_takes: int = 1
    priority: int = 0
    deadline_at: datetime | None = None
    checkpoint: bytes | None = None
    overdue: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How much work of some kinds is open.

    Parameters
    ----------
    waiting
        Jobs that are due and in nobody's hands.
    oldest_s
        Seconds since the longest waiting of them became due; 0 when none waits.
    running
        Jobs in somebody's hands, of any process.
    """

    waiting: int = 0
    oldest_s: float = 0.0
    running: int = 0


class JobStore(Protocol):
    """Take jobs and hold on to them."""

    async def take(
        self, kinds: tuple[str, ...], *, holder: str, lease_s: float, adopt: bool = True
    ) -> LeasedJob | None:
        """Take a job that is due, or one whose lease expired; None when there is none.

        The highest priority first; within it tenants take turns, within a tenant those who ask do, and the oldest job
        of each comes first.

        Parameters
        ----------
        adopt
            Whether a job may be taken whose holder let the lease expire. After an outage of the store nobody should
            for the length of a lease: holders that are alive renew theirs first.
        """
        ...

    async def renew(self, job_id: str, fence: int, *, lease_s: float) -> bool:
        """Extend the lease; False when the job was cancelled or somebody else took it."""
        ...

    async def backlog(self, kinds: tuple[str, ...]) -> Backlog:
        """Return how much work of these kinds is open."""
        ...


class JobStores(Protocol):
    """Opens job stores apart from all other connections, for heartbeats that nothing else may hold up."""

    def open(self) -> AbstractAsyncContextManager[JobStore]:
        """Return a store with connections of its own, for the event loop in which the block is entered.

        Opening connects to nothing yet, so it works while the database is away.
        """
        ...
