"""The partitions a member holds, as the runner sees them: a buffer that the member's thread fills.

Everything here happens in the runner's loop, except `readable`, `handing`, `handed_to` and `over`, which belong to
the member's thread: what both sides touch are single numbers and references, which Python exchanges whole.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from typing import Any

from grym.adapters.kafka.records import size_of
from grym.errors import LeaseLostError
from grym.ports.feed import Mark
from grym.ports.work import Lease
from schemas.records import Record, TopicPartition

_PATIENCE_S = 0.25
_RECORD_BYTES = 200  # headers and the objects of a record, about

Commit = Callable[["KafkaAssignment", Mapping[TopicPartition, Mark]], Coroutine[Any, Any, None]]


class KafkaAssignment:
    """The right to work on some partitions, as long as the group's generation lasts.

    Parameters
    ----------
    generation
        The group's count of rebalances: what is committed in another one is refused.
    read_ahead_bytes
        How much of all partitions together may wait here.
    commit
        Stores marks, from the runner's loop.
    hungry
        Called when there is room again after there was none.
    """

    def __init__(
        self,
        *,
        marks: Mapping[TopicPartition, Mark],
        ends: Mapping[TopicPartition, int],
        generation: int,
        read_ahead_bytes: int,
        commit: Commit,
        hungry: Callable[[], None],
    ) -> None:
        self.marks = marks
        self.ends = ends
        self.generation = generation
        self.over = False
        self._handed = dict.fromkeys(marks, 0)
        self._announced = {source: mark.position for source, mark in marks.items()}
        self._taken = dict.fromkeys(marks, 0)
        self._room_bytes = max(1, read_ahead_bytes // max(1, len(marks)))
        self._commit = commit
        self._hungry = hungry
        self._beyond = {source: frozenset(mark.beyond) for source, mark in marks.items() if mark.beyond}
        self._waiting: dict[TopicPartition, deque[Record]] = {source: deque() for source in marks}
        self._paused: frozenset[TopicPartition] = frozenset()
        self._full = False
        self._read_to = {source: mark.position for source, mark in marks.items()}
        self._gaps: set[TopicPartition] = set()
        self._arrived = asyncio.Event()
        self._lost = asyncio.Event()
        self._evicted = False

    @property
    def lease(self) -> Lease | None:
        """None: the log keeps the positions itself."""
        return None

    async def poll(self, *, max_records: int, max_bytes: int) -> Sequence[Record]:
        """Return the next records of partitions that are not paused, in order within each partition."""
        if not (taken := self._take(max_records, max_bytes)):
            self._arrived.clear()
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    await self._arrived.wait()
            except TimeoutError:
                return ()
            taken = self._take(max_records, max_bytes)
        return taken

    def passed(self) -> Mapping[TopicPartition, int]:
        """Return up to where nothing is left, of partitions whose records were all polled."""
        over = [source for source in self._gaps if not self._waiting[source]]
        self._gaps.difference_update(over)
        return {source: self._read_to[source] for source in over}

    def pause(self, sources: Collection[TopicPartition]) -> None:
        """Leave these partitions alone; what was read ahead of them stays here."""
        self._paused = self._paused.union(sources)

    def resume(self, sources: Collection[TopicPartition]) -> None:
        """Read these partitions again."""
        self._paused = self._paused.difference(sources)
        self._arrived.set()
        self._hungry()

    async def commit(self, marks: Mapping[TopicPartition, Mark]) -> None:
        """Store how far partitions are done; in silence when that is no longer ours to say."""
        await self._commit(self, marks)

    async def lost(self) -> None:
        """Return once the group wants the partitions back.

        Raises
        ------
        LeaseLostError
            When the group went on without this member.
        """
        await self._lost.wait()
        if self._evicted:
            raise LeaseLostError(
                "the group went on without this member",
                hint="Look for what held the process up for longer than the session's time-out.",
            )

    def readable(self) -> tuple[list[TopicPartition], bool]:
        """Return the partitions that more may be read of, and whether one is left out only for being full."""
        self._full = True  # until it is known: who takes meanwhile calls `hungry` once too often
        room = self._room_bytes
        unpaused = [source for source in self._handed if source not in self._paused]
        readable = [source for source in unpaused if self._handed[source] - self._taken[source] < room]
        self._full = len(readable) < len(unpaused)
        return readable, self._full

    @property
    def handed_to(self) -> Mapping[TopicPartition, int]:
        """Return up to where each partition was handed over."""
        return self._announced

    def handing(
        self, records: Mapping[TopicPartition, Sequence[Record]], read_to: Iterable[tuple[TopicPartition, int]]
    ) -> dict[TopicPartition, int]:
        """Count what is about to arrive, and return how far partitions were read where that is news."""
        for source, found in records.items():
            self._handed[source] += sum(map(bytes_held, found))
        news = {source: position for source, position in read_to if position > self._announced[source]}
        self._announced |= news
        return news

    def arrive(self, records: Mapping[TopicPartition, Sequence[Record]], read_to: Mapping[TopicPartition, int]) -> None:
        """Take over what was read, and how far partitions were read with or without records."""
        if self._lost.is_set():
            return
        for source, found in records.items():
            self._waiting[source].extend(self._fresh(source, found))
        for source, position in read_to.items():
            self._read_to[source] = position
            found = records.get(source, ())
            if not found or found[-1].position < position:
                self._gaps.add(source)
        self._arrived.set()

    def begin_loss(self, *, evicted: bool) -> None:
        """Tell the runner that the partitions go; what was read ahead is dropped."""
        for waiting in self._waiting.values():
            waiting.clear()
        self._evicted = evicted
        self._lost.set()

    def _fresh(self, source: TopicPartition, found: Sequence[Record]) -> Sequence[Record]:
        """Leave out what was finished above the watermark before."""
        done = self._beyond.get(source)
        if done is None:
            return found
        fresh = [record for record in found if record.position not in done]
        self._taken[source] += sum(bytes_held(record) for record in found if record.position in done)
        if found[-1].position >= max(done):
            del self._beyond[source]
        if not fresh or fresh[-1] is not found[-1]:
            self._gaps.add(source)
        return fresh

    def _take(self, max_records: int, max_bytes: int) -> list[Record]:
        taken: list[Record] = []
        room_bytes = max_bytes
        for source in [source for source, waiting in self._waiting.items() if waiting and source not in self._paused]:
            if len(taken) >= max_records:
                break
            waiting = self._waiting.pop(source)
            self._waiting[source] = waiting  # behind the others: all partitions have their turn
            while waiting and len(taken) < max_records:
                size = bytes_held(waiting[0])
                if size > room_bytes and taken:
                    return self._taking(taken)
                room_bytes -= size
                self._taken[source] += size
                taken.append(waiting.popleft())
        return self._taking(taken)

    def _taking(self, taken: list[Record]) -> list[Record]:
        if self._full and taken:
            self._full = False
            self._hungry()
        return taken


def bytes_held(record: Record) -> int:
    """Return about how much memory a record takes here."""
    return _RECORD_BYTES + size_of(record)
