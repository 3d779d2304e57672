"""Checkpoints of live streams in PostgreSQL: claimed by partition, saved many in one statement, only ever forwards."""

from collections.abc import Collection, Sequence
from typing import Any

from grym.adapters.postgres.database import Database
from grym.adapters.postgres.desks import Rows
from grym.adapters.postgres.rows import plain
from grym.errors import LeaseLostError
from grym.ports.live import Checkpoint, check_once_each
from schemas.records import TopicPartition

_CLAIM = """
with fresh as (select nextval('live_epochs') as epoch)
insert into live_sources (topic, partition, epoch, claimed_at)
select g.topic, g.partition, fresh.epoch, clock_timestamp()
from unnest($1::text[], $2::integer[]) as g (topic, partition), fresh order by g.topic, g.partition
on conflict (topic, partition) do update
set epoch = excluded.epoch, claimed_at = excluded.claimed_at
returning epoch"""

_HELD = """
select 1 from live_sources
where (topic, partition) in (select * from unnest($1::text[], $2::integer[])) and epoch = $3
order by topic, partition for share"""

_KEEP = """
insert into live_streams as s (stream_id, topic, partition, position, ended, state)
select stream_id, topic, partition, position, ended, state
from unnest($1::text[], $2::text[], $3::integer[], $4::bigint[], $5::boolean[], $6::bytea[])
    as g (stream_id, topic, partition, position, ended, state)
order by stream_id
on conflict (stream_id) do update
set position = excluded.position, ended = excluded.ended, state = excluded.state, saved_at = clock_timestamp()
where not s.ended and s.position <= excluded.position"""

_OPEN = """
select * from live_streams
where not ended and (topic, partition) in (select * from unnest($1::text[], $2::integer[])) order by stream_id"""

_FIND = "select * from live_streams where stream_id = any($1::text[])"


class LiveRows(Rows):
    """Claims and checkpoints inside a transaction."""

    async def claim_sources(self, sources: Collection[TopicPartition]) -> int:
        """Return an epoch higher than all before, under which alone checkpoints are saved from now on."""
        rows = await self._connection.fetch(_CLAIM, *_columns(sources))
        return max((row["epoch"] for row in rows), default=0)

    async def keep_checkpoints(self, epoch: int, checkpoints: Sequence[Checkpoint]) -> None:
        """Save checkpoints that are further than what is stored."""
        if not checkpoints:
            return
        check_once_each(checkpoints)
        sources = {checkpoint.source for checkpoint in checkpoints}
        if len(await self._connection.fetch(_HELD, *_columns(sources), epoch)) < len(sources):
            raise LeaseLostError(
                "somebody else has claimed a partition of live streams", code="live.fenced", details={"epoch": epoch}
            )
        await self._connection.execute(
            _KEEP,
            [plain(checkpoint.stream_id) for checkpoint in checkpoints],
            *_columns([checkpoint.source for checkpoint in checkpoints]),
            [checkpoint.position for checkpoint in checkpoints],
            [checkpoint.ended for checkpoint in checkpoints],
            [checkpoint.state for checkpoint in checkpoints],
        )


class PostgresLiveStreams:
    """Reads checkpoints."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_in(self, sources: Collection[TopicPartition]) -> list[Checkpoint]:
        """Return the checkpoints of streams of these partitions that have not ended."""
        async with self._database.reader() as connection:
            return [_checkpoint(row) for row in await connection.fetch(_OPEN, *_columns(sources))]

    async def find(self, stream_ids: Collection[str]) -> dict[str, Checkpoint]:
        """Return the checkpoints of these streams, ended ones too."""
        async with self._database.reader() as connection:
            rows = await connection.fetch(_FIND, [plain(stream_id) for stream_id in stream_ids])
        return {row["stream_id"]: _checkpoint(row) for row in rows}


def _columns(sources: Collection[TopicPartition]) -> tuple[list[str], list[int]]:
    return [source.topic for source in sources], [source.partition for source in sources]


def _checkpoint(row: Any) -> Checkpoint:
    return Checkpoint(
        stream_id=row["stream_id"],
        source=TopicPartition(row["topic"], row["partition"]),
        position=row["position"],
        state=row["state"],
        ended=row["ended"],
    )
