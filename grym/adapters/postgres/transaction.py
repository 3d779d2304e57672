"""One open unit of work in PostgreSQL."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from grym.adapters.entries.postgres_rows import keep_rows
from grym.adapters.placement import shard_of
from grym.adapters.postgres.appending import Placed, append, placed
from grym.adapters.postgres.database import Database
from grym.adapters.postgres.desks import JobRows, LetterRows, ParkedRows, TimerRows
from grym.adapters.postgres.effects import apply_effects
from grym.adapters.postgres.inbox import InboxRows
from grym.adapters.postgres.live import LiveRows
from grym.adapters.postgres.outbox import note, put
from grym.adapters.postgres.patterns_writing import record_changes
from grym.adapters.postgres.states import StateRows
from grym.adapters.postgres.wakeup import WakeUp
from grym.domain.patterns.checking import checked
from grym.errors import LeaseLostError
from grym.ports.effects import Effect, EnqueueJob, KeepEntry, RecordPatterns
from grym.ports.entries import Entry, dated
from grym.ports.patterns import PatternChange
from grym.ports.work import Lease, OpenWork
from schemas.records import Message, Record, TopicPartition

_HELD = "select 1 from leases where name = $1 and holder = $2 and epoch = $3 for share"

_ADVANCE = """
insert into positions as p (processor, topic, partition, position)
select $1, topic, partition, position
from unnest($2::text[], $3::integer[], $4::bigint[]) as g (topic, partition, position) order by topic, partition
on conflict (processor, topic, partition) do update set position = greatest(p.position, excluded.position)"""


class PostgresWork:
    """Opens transactions."""

    def __init__(self, database: Database, wakeup: WakeUp, *, log_elsewhere: bool = False) -> None:
        self._database = database
        self._wakeup = wakeup
        self._transaction = OutboxTransaction if log_elsewhere else PostgresTransaction

    def begin(self, lease: Lease | None = None) -> AbstractAsyncContextManager[OpenWork]:
        """Open a transaction that commits on leaving the block without an error."""
        return self._open(lease)

    @asynccontextmanager
    async def _open(self, lease: Lease | None) -> AsyncIterator[OpenWork]:
        async with self._database.writer() as connection:
            async with connection.transaction():
                if lease is not None:
                    await _check_lease(connection, lease)
                work = self._transaction(connection)
                yield work
                await work.flush()
            if work.concerns_others:
                self._wakeup.announce(work.shards)


class PostgresTransaction(InboxRows, StateRows, ParkedRows, LetterRows, JobRows, TimerRows, LiveRows):
    """A transaction; outputs and events of patterns are kept back until just before the commit, as their places are."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self._messages: list[Placed] = []
        self._changes: list[PatternChange] = []
        self._entries: list[Entry] = []
        self.concerns_others = False
        self.shards: set[int] = set()

    async def append(self, messages: Sequence[Message]) -> None:
        """Stage outputs; they get their positions just before the commit."""
        self._messages += placed(messages)

    async def apply(self, effect: Effect) -> None:
        """Carry out one effect."""
        await self.apply_all([effect])

    async def apply_all(self, effects: Sequence[Effect]) -> None:
        """Carry out many effects."""
        self.concerns_others = self.concerns_others or any(isinstance(effect, EnqueueJob) for effect in effects)
        for effect in effects:
            if isinstance(effect, RecordPatterns):
                self._changes += map(checked, effect.changes)
            elif isinstance(effect, KeepEntry):
                dated(effect.entry)
                self._entries.append(effect.entry)
        await apply_effects(self._connection, effects)

    async def note(self, records: Sequence[Record]) -> None:
        """Keep nothing: the records lie in this very database."""
        del records

    async def advance(self, processor: str, positions: Mapping[TopicPartition, int]) -> None:
        """Record that everything up to these positions is done; never moves backwards."""
        if positions:
            topics, partitions = [source.topic for source in positions], [source.partition for source in positions]
            await self._connection.execute(_ADVANCE, processor, topics, partitions, list(positions.values()))

    async def flush(self) -> None:
        """Write what was kept back; the commit follows."""
        self.concerns_others = self.concerns_others or bool(self._messages)
        await self._write_down()
        await append(self._connection, self._messages)

    async def _write_down(self) -> None:
        """Write what takes numbers from a counter, one counter after the other, always in this order."""
        if self._entries:  # an expired version is one that had expired when the newest of these was written
            await keep_rows(self._connection, self._entries, now=max(map(dated, self._entries)))
        await record_changes(self._connection, self._changes)


class OutboxTransaction(PostgresTransaction):
    """A transaction whose outputs go to a log that lies elsewhere."""

    async def note(self, records: Sequence[Record]) -> None:
        """Keep records that came from outside for the history of their requests."""
        self.concerns_others = self.concerns_others or bool(records)
        await note(self._connection, records)

    async def flush(self) -> None:
        """Put what was kept back into the outbox."""
        self.shards = {shard_of(message) for _, message in self._messages}
        self.concerns_others = self.concerns_others or bool(self.shards)
        await self._write_down()
        await put(self._connection, self._messages)


async def _check_lease(connection: Any, lease: Lease) -> None:
    if not await connection.fetchval(_HELD, lease.name, lease.holder, lease.epoch):
        raise LeaseLostError(f"the lease {lease.name} is no longer held", details={"epoch": lease.epoch})
