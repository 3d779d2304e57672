"""The Kafka form in memory: a log with groups beside a store that keeps state, inbox, parking, jobs and the outbox."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from grym.adapters.memory.backend import open_memory
from grym.adapters.memory.group_feed import MemoryFeeds, group_name
from grym.adapters.memory.group_log import MemoryGroupLog, partitions_of
from grym.adapters.readership import readers_by_catalogue
from grym.ports.backend import Backend
from grym.ports.clock import Clock
from grym.ports.feed import Mark
from grym.ports.work import Counters, InboxEntry, Progress
from schemas.records import TopicPartition


def open_memory_with_groups(
    clock: Clock,
    log: MemoryGroupLog,
    *,
    identity: str = "memory",
    readers: Mapping[str, tuple[str, ...]] | None = None,
) -> Backend:
    """Return an empty backend whose log lies elsewhere; it lives as long as it is referred to.

    Parameters
    ----------
    clock
        What stands for the database's clock.
    log
        Where records are sent to and read from; several backends may share it.
    identity
        Names the process in the groups.
    readers
        Topics by processor, for counting open work; the catalogue's readers unless given.
    """
    store = open_memory(clock, log_elsewhere=True)
    return replace(
        store,
        log=log,
        publisher=log,
        sender=log,
        feeds=MemoryFeeds(log, identity),
        progress=GroupProgress(log, store.progress),
        counters=GroupCounters(log, store.counters, readers or readers_by_catalogue()),
    )


class GroupProgress:
    """The inbox of the store, with the positions that the groups have committed."""

    def __init__(self, log: MemoryGroupLog, store: Progress) -> None:
        self._log = log
        self._store = store

    async def seen(self, entry: InboxEntry) -> bool:
        """Return whether this delivery had its effect already."""
        return await self._store.seen(entry)

    async def seen_all(self, entries: Sequence[InboxEntry]) -> list[bool]:
        """Return the same of many deliveries, in their order."""
        return await self._store.seen_all(entries)

    async def positions(self, processor: str) -> dict[TopicPartition, int]:
        """Return the positions up to which everything is done."""
        marks = self._log.group(group_name(processor)).marks
        return {source: mark.position for source, mark in marks.items()}


class GroupCounters:
    """How much is open: the lag of the groups, and what the store counts."""

    def __init__(self, log: MemoryGroupLog, store: Counters, readers: Mapping[str, tuple[str, ...]]) -> None:
        self._log = log
        self._store = store
        self._readers = readers

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
