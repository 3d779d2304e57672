"""Reading pattern memory from PostgreSQL."""

from collections.abc import Collection, Sequence

from grym.adapters.postgres.database import Database
from grym.adapters.postgres.patterns_queries import conditions_of, order_of
from grym.adapters.postgres.patterns_rows import EVENT, FACTS, NO_NUMBERS, NUMBERS, event_of, facts_of, pattern_of
from grym.adapters.postgres.patterns_writing import known_events, refold
from grym.adapters.postgres.rows import plain
from grym.domain.patterns.names import collection_name
from grym.ports.patterns import Pattern, PatternEvent, PatternFacts, PatternQuery

END = 2**62
"""Beyond every seq."""

_HEAD = "select coalesce(max(last), 0) from pattern_counter"

_EVENTS = """
select {columns}, {numbers} from pattern_events
where seq > $1 and seq <= $2 {narrowed}order by seq limit $3"""


_LOAD = f"""
with asked as (
    select {FACTS} from pattern_facts where pattern_id = any($1::text[]) and not retired
)
select asked.*, e.dim, e.vectors, e.imprint, e.motif from asked join pattern_events e on e.seq = asked.content_seq"""  # noqa: S608 - our own names


class PostgresBook:
    """Pattern memory."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def head(self) -> int:
        """Return the seq of the newest event."""
        async with self._database.reader() as connection:
            return int(await connection.fetchval(_HEAD))

    async def events(
        self,
        after: int,
        *,
        limit: int,
        up_to: int | None = None,
        collection: str | None = None,
        numbers: bool = True,
    ) -> list[PatternEvent]:
        """Return events behind a seq in order."""
        narrowed = "" if collection is None else "and collection = $4 "
        statement = _EVENTS.format(columns=EVENT, numbers=NUMBERS if numbers else NO_NUMBERS, narrowed=narrowed)
        arguments: list[int | str] = [after, END if up_to is None else up_to, limit]
        arguments += [] if collection is None else [collection_name(collection)]
        async with self._database.reader() as connection:
            rows = await connection.fetch(statement, *arguments)
        return [event_of(row) for row in rows]

    async def known_events(self, event_ids: Collection[str]) -> set[str]:
        """Return those of these ids that were written already."""
        async with self._database.reader() as connection:
            return await known_events(connection, [plain(event_id) for event_id in event_ids])

    async def find(self, query: PatternQuery) -> list[PatternFacts]:
        """Return the facts of the patterns asked for."""
        where, arguments = conditions_of(query)
        statement = f"select {FACTS} from pattern_facts where {where} order by {order_of(query)}"  # noqa: S608 - built of our own names
        statement += f" limit ${len(arguments) + 1} offset ${len(arguments) + 2}"
        async with self._database.reader() as connection:
            rows = await connection.fetch(statement, *arguments, query.limit, query.offset)
        return [facts_of(row) for row in rows]

    async def facts(self, pattern_ids: Collection[str]) -> dict[str, PatternFacts]:
        """Return the facts of patterns by id."""
        statement = f"select {FACTS} from pattern_facts where pattern_id = any($1::text[])"  # noqa: S608 - our own names
        async with self._database.reader() as connection:
            rows = await connection.fetch(statement, [plain(name) for name in pattern_ids])
        found = {row["pattern_id"]: facts_of(row) for row in rows}
        return {name: found[plain(name)] for name in pattern_ids if plain(name) in found}

    async def count(self, query: PatternQuery) -> int:
        """Return how many there are."""
        where, arguments = conditions_of(query)
        async with self._database.reader() as connection:
            statement = f"select count(*) from pattern_facts where {where}"  # noqa: S608 - built of our own names
            return int(await connection.fetchval(statement, *arguments))

    async def load(self, pattern_ids: Sequence[str]) -> list[Pattern]:
        """Return patterns with their numbers, in the order asked for."""
        async with self._database.reader() as connection:
            rows = await connection.fetch(_LOAD, [plain(name) for name in set(pattern_ids)])
        found = {row["pattern_id"]: pattern_of(row) for row in rows}
        return [found[plain(name)] for name in pattern_ids if plain(name) in found]

    async def refold(self) -> int:
        """Make the table of patterns anew from all events."""
        async with self._database.writer() as connection, connection.transaction():
            return await refold(connection)
