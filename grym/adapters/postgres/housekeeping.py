"""Sweeping what retention has given up, in small batches, and erasing a person's texts."""

from datetime import UTC, datetime, timedelta
from typing import Any

from grym.adapters.entries.postgres_removing import bury, held_by
from grym.adapters.postgres.database import Database
from grym.adapters.postgres.rows import index_name
from grym.adapters.retention import INBOX_HORIZON_S, LETTERS_S
from grym.domain.entries.known import owner_of
from schemas.catalogue import TOPICS, Topic

_SWEEP_EVENTS = """
delete from events where ctid = any(array(
    select place from (
        select ctid as place, appended_at from events
        where topic = $1 and partition = $2 order by position limit $4
    ) as oldest where appended_at < clock_timestamp() - $3::interval
))"""

_SWEEP_INBOX = """
delete from inbox where ctid = any(array(
    select ctid from inbox where admitted_at < clock_timestamp() - $1::interval limit $2
))"""

_SWEEP_JOBS = """
delete from jobs where ctid = any(array(
    select ctid from jobs where ended_at < clock_timestamp() - $1::interval
      and job_no < (select max(job_no) from jobs) limit $2
))"""
# The newest job stays: readers tell by the highest number whether there is a new one.

# A command may be read as late as any event.
_SWEEP_CANCELLED_RUNS = """
delete from cancelled_runs where ctid = any(array(
    select ctid from cancelled_runs where cancelled_at < clock_timestamp() - $1::interval limit $2
))"""

_SWEEP_REFUSED = """
delete from outbox_refused where ctid = any(array(
    select ctid from outbox_refused where refused_at < clock_timestamp() - $1::interval limit $2
))"""

_SWEEP_STREAMS = """
delete from live_streams where ctid = any(array(
    select ctid from live_streams where ended and saved_at < clock_timestamp() - $1::interval limit $2
))"""

_SWEEP_LETTERS = """
delete from letters where ctid = any(array(
    select ctid from letters where created_at < clock_timestamp() - $1::interval limit $2
))"""
# What went wrong may quote a body, so it is kept no longer than the body itself.


class PostgresHousekeeping:
    """Keeps the database from growing for ever."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sweep(self, *, limit: int) -> dict[str, int]:
        """Remove what retention has given up, at most `limit` rows of each table."""
        horizon = timedelta(seconds=INBOX_HORIZON_S)
        async with self._database.writer() as connection:
            events = 0
            for topic in TOPICS:
                events += await _sweep_topic(connection, topic, limit=limit - events)
            inbox = _count(await connection.execute(_SWEEP_INBOX, horizon, limit))
            jobs = _count(await connection.execute(_SWEEP_JOBS, horizon, limit))
            runs = _count(await connection.execute(_SWEEP_CANCELLED_RUNS, horizon, limit))
            letters = _count(await connection.execute(_SWEEP_LETTERS, timedelta(seconds=LETTERS_S), limit))
            streams = _count(await connection.execute(_SWEEP_STREAMS, horizon, limit))
            refused = _count(await connection.execute(_SWEEP_REFUSED, timedelta(seconds=LETTERS_S), limit))
        swept = {"events": events, "inbox": inbox, "jobs": jobs, "letters": letters}
        return {**swept, "cancelled_runs": runs, "outbox_refused": refused, "live_streams": streams}

    async def held_artifacts(self) -> set[str]:
        """Return the addresses that some request refers to."""
        async with self._database.reader() as connection:
            return {row["uri"] for row in await connection.fetch("select distinct uri from holds")}

    async def erase(self, user: str) -> int:
        """Remove the personal text and the entries of a user."""
        async with self._database.writer() as connection, connection.transaction():
            gone, _ = await bury(connection, held_by(owner=owner_of(user)), now=datetime.now(UTC))
            return gone + _count(await connection.execute("delete from texts where user_id = $1", index_name(user)))


async def _sweep_topic(connection: Any, topic: Topic, *, limit: int) -> int:
    if topic.retention_s is None:
        return 0
    kept, swept = timedelta(seconds=topic.retention_s), 0
    # A topic on a broker may have more partitions than the catalogue says.
    last = await connection.fetchval("select max(partition) from events where topic = $1", topic.name)
    for partition in range(0 if last is None else last + 1):
        if swept < limit:
            done = await connection.execute(_SWEEP_EVENTS, topic.name, partition, kept, limit - swept)
            swept += _count(done)
    return swept


def _count(command_tag: str) -> int:
    return int(command_tag.rsplit(" ", 1)[-1])
