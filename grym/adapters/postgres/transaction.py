"""One open unit of work in PostgreSQL."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from grym.adapters.placement import digest_of
from grym.adapters.postgres.appending import Placed, append, placed
from grym.adapters.postgres.database import Database
from grym.adapters.postgres.desks import JobRows, LetterRows, ParkedRows, TimerRows
from grym.adapters.postgres.effects import apply_effect
from grym.adapters.postgres.wakeup import WakeUp
from grym.errors import LeaseLostError
from grym.ports.effects import Effect, EnqueueJob
from grym.ports.work import Admission, InboxEntry, Lease, OpenWork, StateConflictError
from schemas.records import Message, TopicPartition

_HELD = "select 1 from leases where name = $1 and holder = $2 and epoch = $3 for share"

_ADMIT = "insert into inbox (name, digest) values ($1, $2) on conflict (name) do nothing returning true"

_NEW_STATE = """
insert into states (processor, key, value, version, saved_at) values ($1, $2, $3, 1, clock_timestamp())
on conflict (processor, key) do nothing returning version"""

_NEXT_STATE = """
update states set value = $3, version = version + 1, saved_at = clock_timestamp()
where processor = $1 and key = $2 and version = $4 returning version"""

_ADVANCE = """
insert into positions as p (processor, topic, partition, position)
select $1, topic, partition, position
from unnest($2::text[], $3::integer[], $4::bigint[]) as g (topic, partition, position) order by topic, partition
on conflict (processor, topic, partition) do update set position = greatest(p.position, excluded.position)"""


def inbox_name(entry: InboxEntry) -> bytes:
    """Return the name of a delivery as an index entry of fixed length."""
    parts = (entry.processor, entry.source, entry.event_id, str(entry.run_no))
    return digest_of(*(part.encode(errors="surrogatepass") for part in parts))


class PostgresWork:
    """Opens transactions."""

    def __init__(self, database: Database, wakeup: WakeUp) -> None:
        self._database = database
        self._wakeup = wakeup

    def begin(self, lease: Lease | None = None) -> AbstractAsyncContextManager[OpenWork]:
        """Open a transaction that commits on leaving the block without an error."""
        return self._open(lease)

    @asynccontextmanager
    async def _open(self, lease: Lease | None) -> AsyncIterator[OpenWork]:
        async with self._database.writer() as connection:
            async with connection.transaction():
                if lease is not None:
                    await _check_lease(connection, lease)
                work = PostgresTransaction(connection)
                yield work
                await work.flush()
            if work.concerns_others:
                self._wakeup.announce()


class PostgresTransaction(ParkedRows, LetterRows, JobRows, TimerRows):
    """A transaction; outputs are kept back until just before the commit, since their positions are."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self._messages: list[Placed] = []
        self.concerns_others = False

    async def admit(self, entry: InboxEntry) -> Admission:
        """Claim the right to have an effect for this delivery; waits for another that is about to claim it."""
        name = inbox_name(entry)
        if await self._connection.fetchval(_ADMIT, name, entry.digest):
            return Admission.NEW
        digest = await self._connection.fetchval("select digest from inbox where name = $1", name)
        if digest == entry.digest:
            return Admission.DUPLICATE
        if entry.external:
            return Admission.CONFLICT
        await self._connection.execute("update inbox set differences = differences + 1 where name = $1", name)
        return Admission.DUPLICATE

    async def save(self, processor: str, key: str, value: bytes, *, expected_version: int) -> None:
        """Store a state whose stored version is the expected one."""
        if expected_version == 0:
            saved = await self._connection.fetchval(_NEW_STATE, processor, key, value)
        else:
            saved = await self._connection.fetchval(_NEXT_STATE, processor, key, value, expected_version)
        if saved is None:
            raise StateConflictError(
                f"the state {key!r} of {processor} was saved in between", details={"expected": expected_version}
            )

    async def append(self, messages: Sequence[Message]) -> None:
        """Stage outputs; they get their positions just before the commit."""
        self._messages += placed(messages)

    async def apply(self, effect: Effect) -> None:
        """Carry out one effect."""
        self.concerns_others = self.concerns_others or isinstance(effect, EnqueueJob)
        await apply_effect(self._connection, effect)

    async def advance(self, processor: str, positions: Mapping[TopicPartition, int]) -> None:
        """Record that everything up to these positions is done; never moves backwards."""
        if positions:
            topics, partitions = [source.topic for source in positions], [source.partition for source in positions]
            await self._connection.execute(_ADVANCE, processor, topics, partitions, list(positions.values()))

    async def flush(self) -> None:
        """Write what was kept back; the commit follows."""
        self.concerns_others = self.concerns_others or bool(self._messages)
        await append(self._connection, self._messages)


async def _check_lease(connection: Any, lease: Lease) -> None:
    if not await connection.fetchval(_HELD, lease.name, lease.holder, lease.epoch):
        raise LeaseLostError(f"the lease {lease.name} is no longer held", details={"epoch": lease.epoch})
