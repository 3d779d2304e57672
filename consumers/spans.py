"""A span of the log in time: where it lies in each partition, and its records merged by when they were appended.

Positions are found by bisection, since log-append times never fall within a partition; the merge keeps the order of
every partition and holds a bounded number of bytes of each.
"""

import heapq
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime

from grym.ports.log import EventLog, TimedLog
from schemas.records import Record, TopicPartition

FIRST_BATCH = 16
MAX_BATCH = 256
BUFFER_BYTES = 256 * 1024
"""What is read of one partition at once, as far as the size of its last records tells."""

POLL_S = 1.0
"""Seconds after which the log is looked at without a wake-up."""

Place = tuple[datetime, str, int, int]


async def positions_before(log: EventLog, topics: Iterable[str], at: datetime) -> dict[TopicPartition, int]:
    """Return for every partition the position up to which records were appended before `at`; 0 where none was."""
    if isinstance(log, TimedLog):
        return await log.positions_at(topics, at)
    ends = await log.ends(topics)
    return {source: await _before(log, source, at, end=end) if end else 0 for source, end in ends.items()}


async def _before(log: EventLog, source: TopicPartition, at: datetime, *, end: int) -> int:
    if not (first := await log.read(source, after=0, limit=1)) or first[0].appended_at >= at:
        return 0
    low, high = first[0].position, end
    if (last := await log.read(source, after=end - 1, limit=1)) and last[0].appended_at < at:
        return end
    while low < high:
        middle = (low + high) // 2
        found = await log.read(source, after=middle, limit=1)
        if found and found[0].appended_at < at:
            low = found[0].position
        else:
            high = middle
    return low


async def merged(
    log: EventLog,
    *,
    after: Mapping[TopicPartition, int],
    upto: Mapping[TopicPartition, int],
    before: datetime | None = None,
) -> AsyncIterator[Record]:
    """Yield the records of partitions in the order in which they were appended.

    Parameters
    ----------
    after
        Positions that are left out, by partition; 0 where a partition is not among them.
    upto
        Where each partition ends, by `EventLog.ends`; others are not read.
    before
        Records from this instant on are left out.
    """
    cursors = [_Cursor(log, source, after=after.get(source, 0), end=end) for source, end in sorted(upto.items())]
    heap: list[tuple[Place, int]] = []
    for number, cursor in enumerate(cursors):
        await _offer(heap, cursor, number, before)
    while heap:
        _, number = heapq.heappop(heap)
        yield cursors[number].take()
        await _offer(heap, cursors[number], number, before)


async def followed(
    log: EventLog, topics: Iterable[str], *, after: Mapping[TopicPartition, int]
) -> AsyncIterator[Record]:
    """Yield the records of topics in the order in which they were appended, and then as they come, without end.

    What one look finds is merged; of two processes that append at once the later instant may be seen first.
    """
    names, positions = tuple(topics), dict(after)
    while True:
        ends = await log.ends(names)
        grown = {source: end for source, end in ends.items() if end > positions.get(source, 0)}
        async for record in merged(log, after=positions, upto=grown):
            yield record
        positions |= grown
        if not grown:
            await log.wait(timeout_s=POLL_S)


async def _offer(heap: list[tuple[Place, int]], cursor: "_Cursor", number: int, before: datetime | None) -> None:
    """Put the next record of a partition up for comparison, unless it lies behind the span."""
    record = await cursor.head()
    if record is not None and (before is None or record.appended_at < before):
        heapq.heappush(heap, (place_of(record), number))


def place_of(record: Record) -> Place:
    """Return what records are merged by: the instant, then topic, partition and position."""
    return (record.appended_at, record.topic, record.partition, record.position)


class _Cursor:
    """Reads one partition ahead."""

    def __init__(self, log: EventLog, source: TopicPartition, *, after: int, end: int) -> None:
        self._log = log
        self._source = source
        self._after = after
        self._end = end
        self._batch = FIRST_BATCH
        self._records: deque[Record] = deque()

    async def head(self) -> Record | None:
        """Return the next record without taking it; None at the end."""
        if not self._records and self._after < self._end:
            records = await self._log.read(self._source, after=self._after, limit=self._batch)
            self._records.extend(record for record in records if record.position <= self._end)
            self._after = records[-1].position if records else self._end
            if records:
                mean_bytes = sum(len(record.value or b"") for record in records) / len(records) + 1
                self._batch = int(min(MAX_BATCH, max(1, BUFFER_BYTES / mean_bytes)))
        return self._records[0] if self._records else None

    def take(self) -> Record:
        """Return the next record and go on; `head` came before."""
        return self._records.popleft()
