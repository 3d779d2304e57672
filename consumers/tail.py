"""Following topics as they grow, from given positions: every record of a partition once and in order."""

from collections.abc import AsyncIterator, Iterable, Mapping

from grym.ports.log import EventLog
from schemas.records import Record, TopicPartition

BATCH = 256
POLL_S = 1.0
"""Seconds after which the log is looked at without a wake-up."""


async def tail(
    log: EventLog, topics: Iterable[str], *, after: Mapping[TopicPartition, int] | None = None
) -> AsyncIterator[Record]:
    """Yield the records of topics as they are appended, without end.

    Parameters
    ----------
    after
        Positions that were read already, as `EventLog.ends` returns them; None reads from the beginning. A partition
        that is not among them is read from its beginning.
    """
    names = tuple(topics)
    positions = dict(after or {})
    while True:
        grown = await _grown(log, names, positions)
        for source, end in grown:
            records = await log.read(source, after=positions.get(source, 0), limit=BATCH)
            if not records:  # retention gave up what was there
                positions[source] = end
            for record in records:
                positions[source] = record.position
                yield record
        if not grown:
            await log.wait(timeout_s=POLL_S)


async def _grown(
    log: EventLog, topics: tuple[str, ...], positions: Mapping[TopicPartition, int]
) -> list[tuple[TopicPartition, int]]:
    ends = await log.ends(topics)
    return [(source, end) for source, end in sorted(ends.items()) if end > positions.get(source, 0)]
