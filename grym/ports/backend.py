"""Everything durable behind one value: what a runtime opens, hands to its parts, and closes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from grym.ports.entries import EntryStore
from grym.ports.erasing import Eraser
from grym.ports.feed import Exchange, Feeds
from grym.ports.jobs import JobStore, JobStores
from grym.ports.live import LiveStreams
from grym.ports.log import EventHistory, EventLog, Publisher, Sender
from grym.ports.outbox import Outbox
from grym.ports.patterns import PatternBook, PatternProjection
from grym.ports.work import Counters, Leases, LetterBook, ParkingLot, Progress, States, Texts, UnitOfWork
from schemas.records import TopicPartition


class Housekeeping(Protocol):
    """What must happen now and then, in batches, beside the processors."""

    async def sweep(self, *, limit: int) -> dict[str, int]:
        """Remove what retention has given up, at most `limit` rows of each table, and return how many by table."""
        ...

    async def held_artifacts(self) -> set[str]:
        """Return the addresses that some request still refers to."""
        ...

    async def erase(self, user: str) -> int:
        """Remove the personal text of a user and what memory keeps of them; return how many texts and entries."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """The event log and all state, in memory, in PostgreSQL, or in Kafka and PostgreSQL.

    Parameters
    ----------
    closing
        Called once by `close`.
    eraser
        Erases people; None where nothing outlives the process.
    outbox, sender, feeds
        Where the log lies elsewhere than the state: what is to be sent there, who sends it, and who reads from it.
        None where one transaction covers both.
    exchanges
        Opens what sends messages and offsets in one transaction, by processor and partition; for pure hops, where asked
        for.
    job_stores
        Opens further stores of the same jobs, for heartbeats; None where nothing can hold up `jobs`.
    """

    log: EventLog
    history: EventHistory
    publisher: Publisher
    work: UnitOfWork
    leases: Leases
    states: States
    progress: Progress
    parking: ParkingLot
    letters: LetterBook
    texts: Texts
    counters: Counters
    jobs: JobStore
    live: LiveStreams
    book: PatternBook
    projection: PatternProjection
    entries: EntryStore
    housekeeping: Housekeeping
    closing: Callable[[], Awaitable[None]]
    eraser: Eraser | None = None
    outbox: Outbox | None = None
    sender: Sender | None = None
    feeds: Feeds | None = None
    exchanges: Callable[[str, TopicPartition], Exchange] | None = None
    job_stores: JobStores | None = None

    async def close(self) -> None:
        """Give everything back; nothing can be read or written afterwards."""
        await self.closing()
