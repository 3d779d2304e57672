"""Long work under a lease: accepted in milliseconds, run by whoever takes it, guarded by a fence token.

Leases run by the database's clock. Every taking of a job increases its fence; a result, progress report or failure
that carries an older fence is refused.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from schemas.records import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class LeasedJob:
    """A job in somebody's hands; `attempt` counts from 1."""

    job_id: str
    kind: str
    request_id: str
    run_no: int
    tenant: str
    message: Message
    attempt: int
    fence: int
    created_at: datetime


class JobStore(Protocol):
    """Take jobs and hold on to them."""

    async def take(self, kinds: tuple[str, ...], *, holder: str, lease_s: float) -> LeasedJob | None:
        """Take the oldest queued job that is due, or one whose lease expired; None when there is none."""
        ...

    async def renew(self, job_id: str, fence: int, *, lease_s: float) -> bool:
        """Extend the lease; False when the job was cancelled or somebody else took it."""
        ...
