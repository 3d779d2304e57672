"""A log in memory with the manners of Kafka: it lies apart from the state, and groups keep their positions in it.

Positions may have gaps, as control records and compaction leave them. Appending is the only transaction there is.
"""

import asyncio
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from grym.adapters.memory.group import Group, GroupSettings
from grym.adapters.placement import place
from grym.adapters.waking import Bookmarks
from grym.ports.clock import Clock
from grym.ports.log import Placement
from schemas.catalogue import BY_NAME
from schemas.records import Message, Record, TopicPartition


class MemoryGroupLog:
    """Partitions, and the groups that read them; an event log, a publisher and a sender in one.

    Parameters
    ----------
    clock
        Gives records their time of appending; waiting runs on the time of the event loop, which must agree with it.
    gap
        Asked after each record how many positions are taken that no reader will see, as the marks of transactions are.
    """

    def __init__(
        self, clock: Clock, *, settings: GroupSettings | None = None, gap: Callable[[], int] = lambda: 0
    ) -> None:
        self.clock = clock
        self.settings = settings or GroupSettings()
        self.groups: dict[str, Group] = {}
        self._gap = gap
        self._records: dict[TopicPartition, list[Record]] = defaultdict(list)
        self._positions: dict[TopicPartition, list[int]] = defaultdict(list)
        self._ends: dict[TopicPartition, int] = defaultdict(int)
        self._version = 0
        self._waiting: dict[asyncio.Future[None], frozenset[TopicPartition] | None] = {}
        self._bookmarks: Bookmarks[int] = Bookmarks()

    def group(self, name: str) -> Group:
        """Return the group of that name, a new one where there is none."""
        return self.groups.setdefault(name, Group(self.settings))

    async def publish(self, messages: Sequence[Message]) -> None:
        """Append all messages at once."""
        self.append(messages)

    async def send(self, messages: Sequence[Message]) -> list[Placement]:
        """Append all messages at once and return where each lies."""
        return self.append(messages)

    def append(self, messages: Sequence[Message]) -> list[Placement]:
        """Append at this instant, or refuse all of them."""
        places = [place(message) for message in messages]
        placed = [self._append(source, message) for source, message in zip(places, messages, strict=True)]
        if placed:
            self.wake(placement.source for placement in placed)
        return placed

    async def read(self, source: TopicPartition, *, after: int, limit: int) -> list[Record]:
        """Return up to `limit` records with a position greater than `after`, in order."""
        self._bookmarks.open()
        return self.records_after(source, after, limit=limit)

    def records_after(self, source: TopicPartition, position: int, *, limit: int) -> list[Record]:
        """Return the same at once."""
        start = bisect_right(self._positions[source], position)
        return self._records[source][start : start + limit]

    async def ends(self, topics: Iterable[str]) -> dict[TopicPartition, int]:
        """Return the highest position of every partition of the topics."""
        self._bookmarks.open()
        return {source: self.end(source) for source in partitions_of(topics)}

    def end(self, source: TopicPartition) -> int:
        """Return the highest position of a partition; 0 where there is none."""
        return self._ends[source]

    async def wait(self, *, timeout_s: float) -> None:
        """Return soon after an append, or after `timeout_s` seconds of the event loop's time."""
        known = self._bookmarks.known()
        if known is None or known == self._version:
            await self.change(timeout_s=timeout_s)
        self._bookmarks.turn(self._version)

    async def change(self, *, timeout_s: float, sources: frozenset[TopicPartition] | None = None) -> None:
        """Return at the next `wake` that is about one of these partitions or any, or after `timeout_s` seconds."""
        loop = asyncio.get_running_loop()
        changed: asyncio.Future[None] = loop.create_future()
        self._waiting[changed] = sources
        patience = loop.call_later(timeout_s, _resolve, changed)
        try:
            await changed
        finally:
            patience.cancel()
            del self._waiting[changed]

    def wake(self, sources: Iterable[TopicPartition]) -> None:
        """Wake who waits for one of these partitions: something was appended, or may be read again."""
        self._version += 1
        touched = frozenset(sources)
        for changed, wanted in self._waiting.items():
            if wanted is None or not wanted.isdisjoint(touched):
                _resolve(changed)

    def _append(self, source: TopicPartition, message: Message) -> Placement:
        now, position = self.clock.now(), self._ends[source] + 1
        record = Record(
            topic=source.topic,
            partition=source.partition,
            position=position,
            key=message.key,
            headers=message.headers,
            value=message.value,
            appended_at=now,
        )
        self._records[source].append(record)
        self._positions[source].append(position)
        self._ends[source] = position + self._gap()
        return Placement(source=source, position=position, appended_at=now)


def partitions_of(topics: Iterable[str]) -> list[TopicPartition]:
    """Return every partition of topics of the catalogue."""
    return [TopicPartition(name, number) for name in topics for number in range(BY_NAME[name].partitions)]


def _resolve(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
