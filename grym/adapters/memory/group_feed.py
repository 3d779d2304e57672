"""The client's side of groups in memory: feeds and assignments as the runner knows them."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager

from grym.adapters.memory.group import Group, Member
from grym.adapters.memory.group_log import MemoryGroupLog, partitions_of
from grym.errors import LeaseLostError
from grym.ports.feed import Feed, Mark
from schemas.records import Record, TopicPartition

POLL_S = 5.0
"""Seconds a poll waits for the first record."""


def group_name(processor: str) -> str:
    """Return the name of a processor's group."""
    return f"grym.{processor}"


class MemoryFeeds:
    """Opens the feeds of one process.

    Parameters
    ----------
    identity
        Names the process over its restarts: who comes back under its identity gets back what it had.
    """

    def __init__(self, log: MemoryGroupLog, identity: str) -> None:
        self._log = log
        self._identity = identity
        self._feeds: list[MemoryFeed] = []

    def feed(self, processor: str, topics: tuple[str, ...]) -> Feed:
        """Return the feed of a processor over its topics."""
        return self.memory_feed(processor, topics)

    def memory_feed(self, processor: str, topics: tuple[str, ...]) -> "MemoryFeed":
        """Return the same with what only this kind of feed can do."""
        feed = MemoryFeed(self._log, self._log.group(group_name(processor)), self._identity, topics)
        self._feeds.append(feed)
        return feed

    def fall_silent(self) -> None:
        """Answer to no group any more, as a process that is dead or frozen does."""
        for feed in self._feeds:
            feed.fall_silent()

    def come_back(self) -> None:
        """Answer again."""
        for feed in self._feeds:
            feed.come_back()


class MemoryFeed:
    """The membership of one process in one group."""

    def __init__(self, log: MemoryGroupLog, group: Group, identity: str, topics: tuple[str, ...]) -> None:
        self._log = log
        self._group = group
        self._identity = identity
        self._topics = topics
        self._member: Member | None = None

    @asynccontextmanager
    async def assigned(self, stop: asyncio.Event) -> AsyncIterator["GroupAssignment | None"]:
        """Wait for an assignment and give it back when the block ends; the membership goes on."""
        member = await self._join(stop)
        if member is None:
            yield None
            return
        member.is_working = True
        assignment = GroupAssignment(self._log, self._group, member)
        try:
            yield assignment
        finally:
            assignment.is_over = True
            self._group.let_go(member)

    async def close(self) -> None:
        """Leave for good."""
        if self._member is not None:
            self._group.leave(self._member)
            self._member = None

    def fall_silent(self) -> None:
        """Answer to the group no more."""
        if self._member is not None:
            self._group.silence(self._member)

    def come_back(self) -> None:
        """Answer again."""
        if self._member is not None:
            self._group.hear(self._member)

    async def _join(self, stop: asyncio.Event) -> Member | None:
        """Wait until partitions are handed out; None when stopped first."""
        while not stop.is_set():
            if self._member is None or self._member.is_gone:
                partitions = {topic: partitions_of([topic]) for topic in self._topics}
                self._member = self._group.join(self._identity, partitions)
            member = self._member
            await _either(member.handed_out, stop)
            if member.handed_out.is_set() and not member.is_gone:
                return member
        return None


class GroupAssignment:
    """The right to work on some partitions in one generation."""

    def __init__(self, log: MemoryGroupLog, group: Group, member: Member) -> None:
        self.is_over = False
        self._log = log
        self._group = group
        self._member = member
        self._generation = member.generation
        self._called_back = member.called_back
        self._marks = {source: group.marks.get(source, Mark()) for source in member.sources}
        self._ends = {source: log.end(source) for source in member.sources}
        self._taken = {source: mark.position for source, mark in self._marks.items()}
        self._sources = frozenset(self._taken)
        self._passed: dict[TopicPartition, int] = {}
        self._paused: set[TopicPartition] = set()
        self._turn = 0

    @property
    def lease(self) -> None:
        """Nothing: the log keeps the positions."""
        return

    @property
    def marks(self) -> Mapping[TopicPartition, Mark]:
        """Return how far each partition was done when the assignment began."""
        return self._marks

    @property
    def ends(self) -> Mapping[TopicPartition, int]:
        """Return where each partition ended then."""
        return self._ends

    async def poll(self, *, max_records: int, max_bytes: int) -> Sequence[Record]:
        """Return the next records of partitions that are not paused, in order within each partition."""
        records = self._fetch(max_records, max_bytes)
        if not records:
            await self._log.change(timeout_s=POLL_S, sources=self._sources)
            records = self._fetch(max_records, max_bytes)
        return records

    def passed(self) -> Mapping[TopicPartition, int]:
        """Return up to where partitions were read since the last call although nothing is left there."""
        passed, self._passed = self._passed, {}
        return passed

    def pause(self, sources: Collection[TopicPartition]) -> None:
        """Leave these partitions alone."""
        self._paused.update(sources)

    def resume(self, sources: Collection[TopicPartition]) -> None:
        """Read these partitions again."""
        self._paused.difference_update(sources)
        self._log.wake(sources)

    async def commit(self, marks: Mapping[TopicPartition, Mark]) -> None:
        """Store how far partitions are done; refused in silence once the assignment is lost."""
        self.keep(marks)

    def keep(self, marks: Mapping[TopicPartition, Mark]) -> bool:
        """Store the same and say whether it was accepted."""
        return self._generation == self._member.generation and self._group.commit(self._member, marks)

    async def lost(self) -> None:
        """Return once the assignment is to be given back.

        Raises
        ------
        LeaseLostError
            When the group goes on without this member.
        """
        await self._called_back.wait()
        if self._is_lost:
            raise LeaseLostError(f"the group goes on without {self._member.identity}", code="feed.lost")

    @property
    def _is_lost(self) -> bool:
        return self._member.is_gone or self._member.generation != self._generation

    def _fetch(self, max_records: int, max_bytes: int) -> list[Record]:
        """Take records from one partition after the other, each time beginning with another one."""
        if self.is_over or self._called_back.is_set():
            return []
        sources, taken = list(self._taken), list[Record]()
        self._turn += 1
        start = self._turn % max(1, len(sources))
        for source in sources[start:] + sources[:start]:
            if source not in self._paused:
                max_bytes = self._fetch_from(source, taken, max_records, max_bytes)
        return taken

    def _fetch_from(self, source: TopicPartition, taken: list[Record], max_records: int, max_bytes: int) -> int:
        """Take records of one partition and return how many bytes there is still room for."""
        room = max_records - len(taken)
        beyond = self._marks[source].beyond
        for record in self._log.records_after(source, self._taken[source], limit=room + len(beyond)):
            if record.position in beyond:
                self._taken[source] = self._passed[source] = record.position
                continue
            size = len(record.value or b"")
            if taken and (size > max_bytes or len(taken) >= max_records):
                return 0
            taken.append(record)
            self._taken[source] = record.position
            max_bytes -= size
        if not self._log.records_after(source, self._taken[source], limit=1):
            self._pass_over_the_rest(source)
        return max_bytes

    def _pass_over_the_rest(self, source: TopicPartition) -> None:
        """Note that no record lies between the last one read and the end."""
        if self._log.end(source) > self._taken[source]:
            self._taken[source] = self._passed[source] = self._log.end(source)


async def _either(one: asyncio.Event, other: asyncio.Event) -> None:
    """Return once one of the two is set."""
    waits = [asyncio.ensure_future(event.wait()) for event in (one, other)]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
