"""The Kafka form in memory: a log with groups beside a store that keeps state, inbox, parking, jobs and the outbox."""

from dataclasses import replace

from grym.adapters.memory.backend import open_memory
from grym.adapters.memory.group_feed import MemoryFeeds, group_name
from grym.adapters.memory.group_log import MemoryGroupLog, partitions_of
from grym.adapters.readership import readers_by_catalogue
from grym.ports.backend import Backend
from grym.ports.clock import Clock
from grym.ports.feed import Mark
from grym.ports.work import Counters


def open_memory_with_groups(clock: Clock, log: MemoryGroupLog, *, identity: str = "memory") -> Backend:
    """Return an empty backend whose log lies elsewhere; it lives as long as it is referred to.

    Parameters
    ----------
    clock
        What stands for the database's clock.
    log
        Where records are sent to and read from; several backends may share it.
    identity
        Names the process in the groups.
    """
    store = open_memory(clock, log_elsewhere=True)
    return replace(
        store,
        log=log,
        publisher=log,
        sender=log,
        feeds=MemoryFeeds(log, identity),
        counters=GroupCounters(log, store.counters),
    )


class GroupCounters:
    """How much is open: the lag of the groups, and what the store counts."""

    def __init__(self, log: MemoryGroupLog, store: Counters) -> None:
        self._log = log
        self._store = store
        self._readers = readers_by_catalogue()

    async def open_work(self) -> dict[str, int]:
        """Return counts that are all 0 only when nothing is left to do soon."""
        behind = sum(self._lag(processor, topics) for processor, topics in self._readers.items())
        return {**await self._store.open_work(), "records": behind}

    def _lag(self, processor: str, topics: tuple[str, ...]) -> int:
        marks = self._log.group(group_name(processor)).marks
        lag = 0
        for source in partitions_of(topics):
            mark = marks.get(source, Mark())
            if self._log.end(source) > mark.position:
                lag += self._log.end(source) - mark.position - len(mark.beyond)
        return lag
