"""The log in PostgreSQL: reading by position, the history of a request, publishing, waiting."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from grym.adapters.placement import digest_of, shard_of
from grym.adapters.postgres.appending import Placed, append, placed
from grym.adapters.postgres.database import Database
from grym.adapters.postgres.faults import is_unreachable
from grym.adapters.postgres.outbox import put
from grym.adapters.postgres.rows import record_of
from grym.adapters.postgres.wakeup import Seen, WakeUp
from grym.adapters.waking import Bookmarks
from grym.errors import TransientError
from schemas.catalogue import BY_NAME
from schemas.records import Message, Record, TopicPartition

_READ = """
select topic, partition, position, key, headers, value, appended_at from events
where topic = $1 and partition = $2 and position > $3 order by position limit $4"""

_OF_REQUEST = """
select topic, partition, position, key, headers, value, appended_at from events
where correlation = $1 order by entry_no"""


class PostgresHistory:
    """What has happened to one request: in the log itself, or noted where the log lies elsewhere."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_request(self, correlation_id: str) -> list[Record]:
        """Return every record with that correlation id, in the order of appending."""
        async with self._database.reader() as connection:
            rows = await connection.fetch(_OF_REQUEST, digest_of(correlation_id.encode(errors="replace")))
        return [record_of(row) for row in rows]


class PostgresLog(PostgresHistory):
    """The event log."""

    def __init__(self, database: Database, wakeup: WakeUp) -> None:
        super().__init__(database)
        self._wakeup = wakeup
        self._bookmarks: Bookmarks[Seen] = Bookmarks()

    async def read(self, source: TopicPartition, *, after: int, limit: int) -> list[Record]:
        """Return up to `limit` records with a position greater than `after`, in order."""
        self._bookmarks.open()
        async with self._database.reader() as connection:
            rows = await connection.fetch(_READ, source.topic, source.partition, after, limit)
        return [record_of(row) for row in rows]

    async def ends(self, topics: Iterable[str]) -> dict[TopicPartition, int]:
        """Return the highest visible position of every partition of the topics."""
        self._bookmarks.open()
        names = list(topics)
        ends = {TopicPartition(name, n): 0 for name in names for n in range(BY_NAME[name].partitions)}
        async with self._database.reader() as connection:
            rows = await connection.fetch("select topic, partition, last from partitions where topic = any($1)", names)
        return ends | {TopicPartition(row["topic"], row["partition"]): row["last"] for row in rows}

    async def wait(self, *, timeout_s: float) -> None:
        """Return soon after an append by anybody, or after `timeout_s` seconds."""
        self._bookmarks.turn(await self._wakeup.wait_for_more(self._bookmarks.known(), timeout_s=timeout_s))

    async def publish(self, messages: Sequence[Message]) -> None:
        """Append all messages in one statement, which is one transaction."""
        ready = placed(messages)
        if ready:
            await self._write(append, ready)
            self._wakeup.announce()

    async def _write(self, write: Callable[[Any, Sequence[Placed]], Awaitable[None]], ready: Sequence[Placed]) -> None:
        async with self._database.writer() as connection:
            try:
                await write(connection, ready)
            except Exception as error:
                if isinstance(error, TimeoutError) or is_unreachable(error):
                    raise TransientError(
                        "whether the records were stored is not known",
                        code="publish.unknown",
                        hint="Publish them again under the same ids: that is harmless.",
                    ) from error
                raise


class ForeignLog(PostgresLog):
    """What this database knows of a log that lies elsewhere: the way there, and when something has been sent."""

    def __init__(self, database: Database, wakeup: WakeUp) -> None:
        super().__init__(database, wakeup)
        self._heard: Bookmarks[int] = Bookmarks()

    async def wait(self, *, timeout_s: float) -> None:
        """Return soon after something was sent, noted or put into the outbox, at the latest after `LOOK_S` seconds."""
        known = self._heard.known()
        self._heard.turn(await self._wakeup.wait_for_word(known, timeout_s=timeout_s))

    async def publish(self, messages: Sequence[Message]) -> None:
        """Put all messages into the outbox."""
        ready = placed(messages)
        if ready:
            await self._write(put, ready)
            self._wakeup.announce({shard_of(message) for _, message in ready})
