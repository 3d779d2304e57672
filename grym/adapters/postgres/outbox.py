"""The outbox in PostgreSQL: messages put beside the effects, and moved into the history once they were sent.

Putting takes no counter and no lock, so transactions do not wait for each other; where a message will lie is known only
when it was sent.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from grym.adapters.placement import correlation_of, digest_of, shard_of
from grym.adapters.postgres.appending import Placed, letter_id_of
from grym.adapters.postgres.database import Database
from grym.adapters.postgres.rows import message_of, pack_fault, pack_headers
from grym.adapters.postgres.wakeup import WakeUp
from grym.errors import LeaseLostError
from grym.ports.log import Placement
from grym.ports.outbox import MAX_BYTES, SHARDS, OutboxBacklog, Unsent
from grym.ports.work import FaultNote, Lease
from schemas.records import Record

_PUT = """
insert into outbox (shard, topic, key, headers, value, correlation, letter_id)
select shard, topic, key, headers, value, correlation, letter_id
from unnest($1::smallint[], $2::text[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[], $7::text[])
    with ordinality as g (shard, topic, key, headers, value, correlation, letter_id, n) order by n"""

_UNSENT = """
select outbox_no, topic, key, headers, value from (
    select *, octet_length(headers) + coalesce(octet_length(key), 0) + coalesce(octet_length(value), 0) as size,
           sum(octet_length(headers) + coalesce(octet_length(key), 0) + coalesce(octet_length(value), 0))
               over (order by outbox_no) as so_far
    from (select * from outbox where shard = $1 order by outbox_no limit $2) as head
) as measured where so_far <= $3 or so_far = size order by outbox_no"""

_HELD = "held as materialized (select 1 from leases where name = $1 and holder = $2 and epoch = $3 for share)"

_SENT = f"""
with {_HELD}, given as (
    select * from unnest($4::bigint[], $5::integer[], $6::bigint[], $7::timestamptz[])
        as g (outbox_no, partition, position, appended_at)
), gone as (
    delete from outbox using held
    where shard = $8 and outbox_no between $9 and $10 and outbox_no = any($4::bigint[])
    returning outbox.*
), kept as (
    insert into events (topic, partition, position, appended_at, key, headers, value, correlation, letter_id)
    select topic, partition, position, appended_at, key, headers, value, correlation, letter_id
    from gone join given using (outbox_no) order by outbox_no
    on conflict do nothing
)
select true from held"""  # noqa: S608 - our own words

_REFUSE = f"""
with {_HELD}, gone as (
    delete from outbox using held where shard = $4 and outbox_no = $5 returning outbox.*
), kept as (
    insert into outbox_refused (outbox_no, shard, topic, key, headers, value, correlation, letter_id, put_at, fault)
    select outbox_no, shard, topic, key, headers, value, correlation, letter_id, put_at, $6 from gone
)
select true from held"""  # noqa: S608 - our own words

_TAKE_BACK = """
with back as (delete from outbox_refused returning *)
insert into outbox (shard, topic, key, headers, value, correlation, letter_id)
select shard, topic, key, headers, value, correlation, letter_id from back order by outbox_no"""

_BACKLOG = """
select (select count(*) from outbox) as count,
       (select count(*) from outbox_refused) as refused,
       coalesce((
           select extract(epoch from clock_timestamp() - min(put_at)) from generate_series(0, $1 - 1) as shards (n),
           lateral (select put_at from outbox where shard = n order by outbox_no limit 1) as head
       ), 0)::float8 as oldest_s"""

_NOTE = """
insert into events (topic, partition, position, appended_at, key, headers, value, correlation)
select topic, partition, position, appended_at, key, headers, value, correlation
from unnest($1::text[], $2::integer[], $3::bigint[], $4::timestamptz[], $5::bytea[], $6::bytea[], $7::bytea[],
            $8::bytea[])
    as g (topic, partition, position, appended_at, key, headers, value, correlation)
order by appended_at, topic, partition, position
on conflict do nothing"""


async def put(connection: Any, messages: Sequence[Placed]) -> None:
    """Put messages into the outbox, in order."""
    if not messages:
        return
    await connection.execute(
        _PUT,
        [shard_of(message) for _, message in messages],
        [message.topic for _, message in messages],
        [message.key for _, message in messages],
        [pack_headers(message.headers) for _, message in messages],
        [message.value for _, message in messages],
        [digest_of(correlation_of(message)) for _, message in messages],
        [letter_id_of(message) for _, message in messages],
    )


async def note(connection: Any, records: Sequence[Record]) -> None:
    """Keep records for the history of their requests."""
    if not records:
        return
    await connection.execute(
        _NOTE,
        [record.topic for record in records],
        [record.partition for record in records],
        [record.position for record in records],
        [record.appended_at for record in records],
        [record.key for record in records],
        [pack_headers(record.headers) for record in records],
        [record.value for record in records],
        [digest_of(correlation_of(record)) for record in records],
    )


class PostgresOutbox:
    """What is to be sent."""

    def __init__(self, database: Database, wakeup: WakeUp) -> None:
        self._database = database
        self._wakeup = wakeup
        self._known = dict.fromkeys(range(SHARDS), -1)

    async def unsent(self, shard: int, *, limit: int, max_bytes: int = MAX_BYTES) -> list[Unsent]:
        """Return what waits in a shard, lowest number first."""
        self._known[shard] = self._wakeup.rung(shard)
        async with self._database.reader() as connection:
            rows = await connection.fetch(_UNSENT, shard, limit, max_bytes)
        return [Unsent(outbox_no=row["outbox_no"], message=message_of(row)) for row in rows]

    async def sent(self, lease: Lease, placed: Sequence[tuple[Unsent, Placement]]) -> None:
        """Move messages into the history."""
        for shard, part in _by_shard(placed).items():
            numbers = [unsent.outbox_no for unsent, _ in part]
            partitions = [placement.source.partition for _, placement in part]
            positions = [placement.position for _, placement in part]
            times: list[datetime] = [placement.appended_at for _, placement in part]
            columns = (numbers, partitions, positions, times, shard, min(numbers), max(numbers))
            await self._fenced(lease, _SENT, *columns)
        self._wakeup.announce()

    async def refuse(self, lease: Lease, unsent: Unsent, *, fault: FaultNote) -> None:
        """Set a message aside that the log will never take."""
        await self._fenced(lease, _REFUSE, shard_of(unsent.message), unsent.outbox_no, pack_fault(fault))

    async def take_back_refused(self) -> int:
        """Put everything that was set aside into the outbox again."""
        async with self._database.writer() as connection:
            done = await connection.execute(_TAKE_BACK)
        self._wakeup.announce(range(SHARDS))
        return int(done.rsplit(" ", 1)[-1])

    async def backlog(self) -> OutboxBacklog:
        """Return how much waits."""
        async with self._database.reader() as connection:
            return OutboxBacklog(**await connection.fetchrow(_BACKLOG, SHARDS))

    async def wait(self, shard: int, *, timeout_s: float) -> None:
        """Return soon after something was put into a shard, or after `timeout_s` seconds."""
        await self._wakeup.wait_for_ring(shard, self._known[shard], timeout_s=timeout_s)

    async def _fenced(self, lease: Lease, statement: str, *arguments: object) -> None:
        async with self._database.writer() as connection:
            held = await connection.fetchval(statement, lease.name, lease.holder, lease.epoch, *arguments)
        if not held:
            raise LeaseLostError(f"the lease {lease.name} is no longer held", details={"epoch": lease.epoch})


def _by_shard(placed: Sequence[tuple[Unsent, Placement]]) -> dict[int, list[tuple[Unsent, Placement]]]:
    shards: dict[int, list[tuple[Unsent, Placement]]] = {}
    for pair in placed:
        shards.setdefault(shard_of(pair[0].message), []).append(pair)
    return shards
