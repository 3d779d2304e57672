"""What can be read of states, progress, the parking lot, letters, texts, patterns and open work."""

from collections.abc import Collection, Mapping, Sequence

from grym.adapters.postgres.database import Database
from grym.adapters.postgres.inbox import inbox_name
from grym.adapters.postgres.rows import index_name, letter_of, parked_of, record_of
from grym.ports.work import InboxEntry, Letter, Parked, StoredState
from schemas.records import Record, TopicPartition

_STATES = """
select s.key, s.value, s.version, g.n from unnest($2::text[]) with ordinality as g (key, n)
join states s on s.processor = $1 and s.key = g.key"""

_HEADS = """
with heads as (select distinct on (lane) * from parked where processor = $1 order by lane, parked_id)
select * from heads where (due_at is null or due_at <= clock_timestamp())
  and ($3::text[] is null or (topic, partition) in (select * from unnest($3::text[], $4::integer[])))
order by coalesce(due_at, first_failed_at), parked_id limit $2"""

_NEXT_DUE = """
with heads as (
    select distinct on (lane) due_at, topic, partition from parked where processor = $1 order by lane, parked_id
)
select greatest(0, extract(epoch from min(coalesce(due_at, clock_timestamp())) - clock_timestamp()))::float8
from heads
where $2::text[] is null or (topic, partition) in (select * from unnest($2::text[], $3::integer[]))
having count(*) > 0"""

_GIVEN_UP = """
select origin_topic, origin_partition, origin_position
from letters join unnest($2::text[], $3::integer[], $4::bigint[]) as a (topic, partition, position)
  on origin_topic = topic and origin_partition = partition and origin_position > position
where processor = $1"""

_LETTER_RECORD = """
select topic, partition, position, key, headers, value, appended_at from events
where letter_id = $1 order by entry_no limit 1"""

_OPEN_WORK = """
select coalesce((
           select sum(greatest(0, last - coalesce(position, 0)))
           from unnest($1::text[], $2::text[]) as r (processor, topic)
           join partitions using (topic)
           left join positions using (processor, topic, partition)
       ), 0)::bigint as records,
       (select count(*) from parked) as parked,
       (select count(*) from outbox) as outbox,
       (select count(*) from jobs where state in ('queued', 'running')) as jobs"""


class PostgresReaders:
    """States, progress, letters, texts and patterns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, processor: str, key: str) -> StoredState | None:
        """Return the newest committed state."""
        return (await self.load_all(processor, [key])).get(key)

    async def load_all(self, processor: str, keys: Sequence[str]) -> dict[str, StoredState]:
        """Return the newest committed states of those keys that have one."""
        async with self._database.reader() as connection:
            rows = await connection.fetch(_STATES, processor, [index_name(key) for key in keys])
        return {
            keys[row["n"] - 1]: StoredState(key=keys[row["n"] - 1], value=row["value"], version=row["version"])
            for row in rows
        }

    async def scan(self, processor: str, *, limit: int) -> list[StoredState]:
        """Return the states changed last, newest first."""
        async with self._database.reader() as connection:
            rows = await connection.fetch(
                "select key, value, version from states where processor = $1 order by saved_at desc, key limit $2",
                processor,
                limit,
            )
        return [StoredState(**row) for row in rows]

    async def seen(self, entry: InboxEntry) -> bool:
        """Return whether this delivery had its effect already."""
        return (await self.seen_all([entry]))[0]

    async def seen_all(self, entries: Sequence[InboxEntry]) -> list[bool]:
        """Return the same of many deliveries, in their order."""
        names = [inbox_name(entry) for entry in entries]
        async with self._database.reader() as connection:
            rows = await connection.fetch("select name from inbox where name = any($1::bytea[])", names)
        known = {row["name"] for row in rows}
        return [name in known for name in names]

    async def positions(self, processor: str) -> dict[TopicPartition, int]:
        """Return the positions up to which everything is done."""
        async with self._database.reader() as connection:
            rows = await connection.fetch(
                "select topic, partition, position from positions where processor = $1", processor
            )
        return {TopicPartition(row["topic"], row["partition"]): row["position"] for row in rows}

    async def letters(self, *, state: str | None = "open", limit: int = 1000) -> list[Letter]:
        """Return letters, newest first."""
        async with self._database.reader() as connection:
            rows = await connection.fetch(
                "select * from letters where $1::text is null or state = $1"
                " order by created_at desc, letter_no desc limit $2",
                state,
                limit,
            )
        return [letter_of(row) for row in rows]

    async def given_up(self, processor: str, after: Mapping[TopicPartition, int]) -> set[tuple[TopicPartition, int]]:
        """Return the places behind some positions whose records became letters."""
        async with self._database.reader() as connection:
            rows = await connection.fetch(_GIVEN_UP, processor, *_columns(after), list(after.values()))
        return {(TopicPartition(row["origin_topic"], row["origin_partition"]), row["origin_position"]) for row in rows}

    async def letter(self, letter_id: str) -> tuple[Letter, Record] | None:
        """Return a letter with its record."""
        async with self._database.reader() as connection:
            letter = await connection.fetchrow("select * from letters where letter_id = $1", letter_id)
            record = await connection.fetchrow(_LETTER_RECORD, letter_id)
        return None if letter is None or record is None else (letter_of(letter), record_of(record))

    async def text(self, ref: str) -> str | None:
        """Return a personal text."""
        async with self._database.reader() as connection:
            content = await connection.fetchval("select content from texts where ref = $1", ref)
        return None if content is None else content.decode(errors="surrogatepass")


class PostgresParkingLot:
    """What waits."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due_heads(
        self, processor: str, *, limit: int, sources: Collection[TopicPartition] | None = None
    ) -> list[Parked]:
        """Return heads that are due, longest due first; a head without a due time is due at once."""
        async with self._database.reader() as connection:
            rows = await connection.fetch(_HEADS, processor, limit, *_columns(sources))
        return [parked_of(row) for row in rows]

    async def waiting_keys(self, processor: str) -> set[tuple[str, bytes]]:
        """Return (topic, key) of everything parked."""
        async with self._database.reader() as connection:
            rows = await connection.fetch("select distinct topic, key from parked where processor = $1", processor)
        return {(row["topic"], row["key"] or b"") for row in rows}

    async def next_due_in_s(self, processor: str, *, sources: Collection[TopicPartition] | None = None) -> float | None:
        """Return seconds until the next head is due."""
        async with self._database.reader() as connection:
            due_in_s: float | None = await connection.fetchval(_NEXT_DUE, processor, *_columns(sources))
            return due_in_s


class PostgresCounters:
    """How much is open.

    Parameters
    ----------
    readers
        Topics by processor: who has to read what before nothing is open.
    """

    def __init__(self, database: Database, readers: Mapping[str, tuple[str, ...]]) -> None:
        pairs = [(processor, topic) for processor, topics in readers.items() for topic in topics]
        self._database = database
        self._processors = [processor for processor, _ in pairs]
        self._topics = [topic for _, topic in pairs]

    async def open_work(self) -> dict[str, int]:
        """Return counts that are all 0 only when nothing is left to do soon."""
        async with self._database.reader() as connection:
            row = await connection.fetchrow(_OPEN_WORK, self._processors, self._topics)
        return dict(row)


def _columns(sources: Collection[TopicPartition] | None) -> tuple[list[str] | None, list[int] | None]:
    """Return partitions as the columns of a statement, nothing where all are meant."""
    if sources is None:
        return None, None
    return [source.topic for source in sources], [source.partition for source in sources]
