"""Putting the memory backend together."""

from collections.abc import Mapping

from grym.adapters.entries.in_memory import InMemoryEntries
from grym.adapters.memory.housekeeping import MemoryHousekeeping
from grym.adapters.memory.jobs import MemoryJobs
from grym.adapters.memory.live import MemoryLiveStreams
from grym.adapters.memory.outbox import MemoryOutbox
from grym.adapters.memory.patterns import MemoryBook
from grym.adapters.memory.readers import (
    MemoryCounters,
    MemoryLeases,
    MemoryLog,
    MemoryParkingLot,
    MemoryReaders,
)
from grym.adapters.memory.store import Store
from grym.adapters.memory.transaction import CommitHook, MemoryWork
from grym.adapters.readership import readers_by_catalogue
from grym.ports.backend import Backend
from grym.ports.clock import Clock


def open_memory(
    clock: Clock,
    *,
    on_commit: CommitHook | None = None,
    readers: Mapping[str, tuple[str, ...]] | None = None,
    log_elsewhere: bool = False,
) -> Backend:
    """Return an empty backend that lives as long as it is referred to.

    Parameters
    ----------
    clock
        What stands for the database's clock; a `VirtualClock` in simulations.
    on_commit
        Fault injection: called before and after every commit of a unit of work, may raise.
    readers
        Topics by processor, for counting open work; the catalogue's readers unless given.
    log_elsewhere
        Whether events are put into an outbox, to be sent to a log that lies elsewhere. Then the caller replaces `log`,
        `publisher`, `sender`, `feeds` and `counters` of the backend; the log of this one is empty.
    """
    store = Store(clock=clock, readers=dict(readers or readers_by_catalogue()), log_elsewhere=log_elsewhere)
    book = MemoryBook(store)
    log, read = MemoryLog(store), MemoryReaders(store)
    return Backend(
        log=log,
        history=log,
        publisher=log,
        work=MemoryWork(store, on_commit),
        leases=MemoryLeases(store),
        states=read,
        progress=read,
        parking=MemoryParkingLot(store),
        letters=read,
        texts=read,
        counters=MemoryCounters(store),
        jobs=MemoryJobs(store),
        live=MemoryLiveStreams(store),
        book=book,
        projection=book,
        entries=InMemoryEntries(clock=clock, rows=store.entries).opened(),
        housekeeping=MemoryHousekeeping(store),
        closing=_nothing,
        outbox=MemoryOutbox(store) if log_elsewhere else None,
    )


async def _nothing() -> None:
    """Close nothing: memory is given back by itself."""
