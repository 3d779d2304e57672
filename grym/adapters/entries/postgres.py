"""Entries in PostgreSQL: durable, filtered, sorted and paged by the server, and followed by number."""

import heapq
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from grym.adapters.entries.postgres_conditions import Conditions, conditions_of, order_of
from grym.adapters.entries.postgres_removing import bury, expired, held_by, named
from grym.adapters.entries.postgres_rows import entry_of, keep_rows, load_rows
from grym.adapters.postgres.database import Database
from grym.domain.entries.matching import scored, sort_key
from grym.ports.clock import Clock
from grym.ports.entries import (
    Address,
    Changes,
    Entry,
    EntryStore,
    Health,
    Lookup,
    Query,
    Result,
    Scope,
    Stored,
)

PAGE = 200
"""Rows read at a time: some milliseconds of scoring, during which nothing else runs in this process."""
GRAVES_KEPT = timedelta(days=7)
"""A follower that slept longer reads everything anew."""

_GET = """
select body, created_at from entries
where scope = $1 and owner = $2 and key = $3 and (expires_at is null or expires_at > $4)"""

_FORGET = """
with gone as (delete from entry_graves where buried_at < clock_timestamp() - $1::interval returning change_no)
update entry_counter set forgotten_no = greatest(forgotten_no, (select max(change_no) from gone))
where exists (select from gone)"""

_CHANGES = """
select * from (
    (select change_no, body, created_at, scope, owner, key from entries
     where change_no > $1 order by change_no limit $2)
    union all
    (select change_no, null, null, scope, owner, key from entry_graves
     where change_no > $1 order by change_no limit $2)
) as changed order by change_no limit $2"""

Opening = Callable[[], Awaitable[Database]]


class PostgresEntries(EntryStore):
    """A store in a database with grym's schema.

    Parameters
    ----------
    opening
        Opens the database, or returns one that is open.
    owned
        Whether `close` closes it.
    """

    def __init__(self, opening: Opening, *, clock: Clock, name: str = "postgres", owned: bool = False) -> None:
        super().__init__(name=name, clock=clock)
        self._opening_database = opening
        self._owned = owned
        self._connections: Database | None = None

    @classmethod
    def over(cls, database: Database, *, clock: Clock, name: str = "postgres") -> "PostgresEntries":
        """Return a store over a database that somebody else closes."""

        async def opened() -> Database:
            return database

        store = cls(opened, clock=clock, name=name)
        store._connections = database
        return store

    async def changes(self, after: int, *, limit: int) -> Changes:
        """Return what was committed behind a number, by whatever process."""
        self._require_open()
        with self._blamed():
            async with self._database.reader() as connection:
                rows = await connection.fetch(_CHANGES, after, limit)
                forgotten = await connection.fetchval("select max(forgotten_no) from entry_counter")
        stored = tuple(entry_of(row) for row in rows if row["body"] is not None)
        gone = dict.fromkeys(_address(row) for row in rows if row["body"] is None)
        return Changes(
            mark=rows[-1]["change_no"] if rows else after,
            stored=stored,
            removed=tuple(gone.keys() - {entry.address for entry in stored}),
            whole=after == 0 or after >= (forgotten or 0),
        )

    async def _open(self) -> None:
        self._connections = await self._opening_database()

    async def _shut(self) -> None:
        if self._owned:
            await self._database.close()

    async def _put(self, entries: Sequence[Entry]) -> Sequence[Stored]:
        async with self._database.writer() as connection, connection.transaction():
            await keep_rows(connection, entries, now=self._clock.now())
            kept = await load_rows(connection, [entry.address for entry in entries])
        return [Stored(entry=entry) for entry in kept]

    async def _get(self, address: Address) -> Lookup:
        async with self._database.reader() as connection:
            row = await connection.fetchrow(_GET, address.scope, address.owner, address.key, self._clock.now())
        return Lookup(entry=None) if row is None else Lookup(entry=entry_of(row), store=self.name)

    async def _find(self, query: Query, notes: list[str]) -> AsyncIterator[Result]:
        del notes
        if not query.scored:
            async for entry in self._sorted(query):
                yield Result(entry=entry)
            return
        found = [result async for entry in self._all(query) if (result := scored(entry, query)) is not None]
        wanted = None if query.limit is None else query.offset + query.limit
        best = heapq.nsmallest(len(found) if wanted is None else wanted, found, key=lambda one: sort_key(one, query))
        for result in best[query.offset :]:
            yield result

    async def _remove(self, address: Address, up_to: datetime | None) -> bool:
        _, alive = await self._bury(named(address, up_to=up_to), at_most=1)
        return alive > 0

    async def _clear(self, scope: Scope | None, owner: str | None) -> int:
        _, alive = await self._bury(held_by(scope=scope, owner=owner))
        return alive

    async def _count(self, query: Query) -> int:
        asked = conditions_of(query, now=self._clock.now())
        async with self._database.reader() as connection:
            statement = f"select count(*) from entries where {asked.where}"  # noqa: S608 - our own words
            return int(await connection.fetchval(statement, *asked.arguments))

    async def _fields(self, query: Query) -> set[str] | None:
        asked = conditions_of(query, now=self._clock.now())
        async with self._database.reader() as connection:
            statement = f"""
                select distinct name from entries left join lateral jsonb_object_keys(metadata) as name on true
                where {asked.where}"""  # noqa: S608 - our own words
            rows = await connection.fetch(statement, *asked.arguments)
        return {row["name"] for row in rows} - {None} if rows else None

    async def _sweep(self, limit: int) -> int:
        gone, _ = await self._bury(expired(self._clock.now(), limit=limit), at_most=limit)
        async with self._database.writer() as connection:
            await connection.execute(_FORGET, GRAVES_KEPT)
        return gone

    async def _probe(self) -> Health:
        async with self._database.reader() as connection:
            count = await connection.fetchval("select count(*) from entries")
        return Health(store=self.name, ready=True, entries=count)

    @property
    def _database(self) -> Database:
        assert self._connections is not None
        return self._connections

    async def _sorted(self, query: Query) -> AsyncIterator[Entry]:
        """Yield a page of the question, read in smaller ones.

        By key nothing is missed or repeated that is there throughout, whatever comes and goes meanwhile; in another
        order an entry that moves may be.
        """
        room, offset, last = query.limit, query.offset, None
        while room is None or room > 0:
            asked = conditions_of(query, now=self._clock.now())
            if last is not None:
                asked.add("(key, scope, owner) > ({}, {}, {})", last.key, last.scope, last.owner)
            size = PAGE if room is None else min(PAGE, room)
            statement = f"""
                select body, created_at from entries where {asked.where}
                order by {order_of(query)} limit {size} offset {offset}"""  # noqa: S608 - our own words and numbers
            async with self._database.reader() as connection:
                rows = await connection.fetch(statement, *asked.arguments)
            entries = [entry_of(row) for row in rows]
            for entry in entries:
                yield entry
            if len(rows) < size:
                return
            if query.order == ("key", "asc"):
                offset, last = 0, entries[-1].address
            else:
                offset += size
            room = None if room is None else room - size

    async def _all(self, query: Query) -> AsyncIterator[Entry]:
        """Yield everything that matches, in the order of addresses."""
        last: Address | None = None
        while True:
            asked = conditions_of(query, now=self._clock.now())
            if last is not None:
                asked.add("(scope, owner, key) > ({}, {}, {})", last.scope, last.owner, last.key)
            statement = f"""
                select body, created_at from entries where {asked.where}
                order by scope, owner, key limit {PAGE}"""  # noqa: S608 - our own words and numbers
            async with self._database.reader() as connection:
                rows = await connection.fetch(statement, *asked.arguments)
            for row in rows:
                entry = entry_of(row)
                last = entry.address
                yield entry
            if len(rows) < PAGE:
                return

    async def _bury(self, chosen: Conditions, *, at_most: int | None = None) -> tuple[int, int]:
        async with self._database.writer() as connection, connection.transaction():
            return await bury(connection, chosen, now=self._clock.now(), at_most=at_most)


def _address(row: Any) -> Address:
    return Address(scope=row["scope"], owner=row["owner"], key=row["key"])
