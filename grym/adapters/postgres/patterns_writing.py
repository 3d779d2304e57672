"""Writing the journal of pattern memory and the table that follows from it, in the open transaction.

The counter's row stays locked from here to the commit, which follows at once: a seq becomes visible only after every
lower one, and nobody changes what was judged. The fold of the domain says what follows; SQL only stores it.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from grym.adapters.postgres.patterns_rows import (
    EVENT,
    EVENT_COLUMNS,
    FACT_COLUMNS,
    FACTS,
    NO_NUMBERS,
    Row,
    event_of,
    event_row,
    standing_of,
    standing_row,
)
from grym.domain.patterns.folding import Projection, Standing
from grym.domain.patterns.judging import concerned, enter
from grym.ports.patterns import PatternChange

PAGE = 500
"""Rows of facts or of events without numbers: less than a megabyte."""

_LOCK = """
insert into pattern_counter as c (counter, last) values ('events', 0)
on conflict (counter) do update set last = c.last returning last"""

_ADVANCE = "update pattern_counter set last = $1 where counter = 'events'"

_KNOWN = "select event_id from pattern_events where event_id = any($1::text[])"

_AROUND = f"""
with named as (
    select pattern_id, merged_into from pattern_facts where pattern_id = any($1::text[])
), near as (
    select pattern_id from named
    union select merged_into from named where merged_into <> ''
    union select pattern_id from pattern_facts where merged_into <> '' and merged_into = any($1::text[])
)
select {FACTS} from pattern_facts where pattern_id = any(array(select pattern_id from near))"""  # noqa: S608 - our own names
# As an array, so that the index finds them however many patterns there are.

_ALL_FOLDED = f"select {EVENT}, {NO_NUMBERS} from pattern_events order by seq"  # noqa: S608 - our own names


def _insert(table: str, columns: dict[str, str]) -> str:
    """Return a statement that inserts many rows, given by column; texts stand for JSON."""
    given = ", ".join(f"${n}::{_carrier(kind)}[]" for n, kind in enumerate(columns.values(), start=1))
    values = ", ".join(f"{name}::{kind}" for name, kind in columns.items())
    names = ", ".join(columns)
    return f"insert into {table} ({names}) select {values} from unnest({given}) as g ({names})"  # noqa: S608 - our own


def _carrier(kind: str) -> str:
    return "text" if kind == "jsonb" else kind


_INSERT_FACTS = _insert("pattern_facts", FACT_COLUMNS)
_PUT_FACTS = (
    f"{_INSERT_FACTS} on conflict (pattern_id) do update set"
    f" {', '.join(f'{name} = excluded.{name}' for name in FACT_COLUMNS)}"
)


async def record_changes(connection: Any, changes: Sequence[PatternChange]) -> None:
    """Write checked changes as the last thing before outputs and the commit.

    Raises
    ------
    InvalidPatternError
        What `grym.domain.patterns.judging.enter` refuses.
    """
    if not changes:
        return
    head = await lock_journal(connection)
    known = await known_events(connection, [change.event_id for change in changes])
    new = [change for change in changes if change.event_id not in known]
    if not new:
        return
    around = await connection.fetch(_AROUND, list(concerned(new)))
    entry = enter(new, head=head, known=(), around=map(standing_of, around))
    rows = [event_row(event) for event in entry.events]
    await connection.copy_records_to_table("pattern_events", records=rows, columns=EVENT_COLUMNS)
    await connection.execute(_PUT_FACTS, *_columns(map(standing_row, entry.standings)))
    await connection.execute(_ADVANCE, head + len(entry.events))


async def lock_journal(connection: Any) -> int:
    """Keep everybody else from writing until the transaction ends, and return the last seq."""
    return int(await connection.fetchval(_LOCK))


async def known_events(connection: Any, event_ids: Collection[str]) -> set[str]:
    """Return those of these ids that were written already."""
    return {row["event_id"] for row in await connection.fetch(_KNOWN, list(event_ids))}


async def refold(connection: Any) -> int:
    """Make the table anew from all events and return how many patterns it holds."""
    await connection.execute("set local statement_timeout = 0")
    await lock_journal(connection)
    projection = Projection()
    async for row in connection.cursor(_ALL_FOLDED, prefetch=PAGE):
        projection.apply(event_of(row))
    await connection.execute("delete from pattern_facts")
    standings = list(projection)
    for start in range(0, len(standings), PAGE):
        await _put_anew(connection, standings[start : start + PAGE])
    await connection.execute("analyze pattern_facts")  # or questions would be planned by what was there before
    return len(standings)


async def _put_anew(connection: Any, standings: Iterable[Standing]) -> None:
    await connection.execute(_INSERT_FACTS, *_columns(map(standing_row, standings)))


def _columns(rows: Iterable[Row]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
