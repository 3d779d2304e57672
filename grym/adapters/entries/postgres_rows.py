"""Entries as rows: how they are written, also inside somebody else's transaction, and read back.

Whoever changes entries takes numbers from the counter first; its row stays locked until the commit. So numbers rise in
the order of commits, and changes queue for the counter instead of for each other's rows.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from grym.domain.entries.codec import decode, encode
from grym.ports.entries import Address, Entry, StoreFailedError

_TAKE_NUMBERS = """
insert into entry_counter as c (place, last_no) values (0, $1)
on conflict (place) do update set last_no = c.last_no + excluded.last_no returning last_no"""

# An expired version counts as gone, whatever its time.
_KEEP = """
insert into entries as e (scope, owner, key, type, metadata, indices, body, created_at, updated_at, expires_at,
                          change_no)
select scope, owner, key, type, metadata::jsonb, indices::jsonb, body, created_at, updated_at, expires_at, $12 + n
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::timestamptz[],
            $9::timestamptz[], $10::timestamptz[])
    with ordinality as g (scope, owner, key, type, metadata, indices, body, created_at, updated_at, expires_at, n)
on conflict (scope, owner, key) do update
    set type = excluded.type, metadata = excluded.metadata, indices = excluded.indices, body = excluded.body,
        created_at = case when e.expires_at <= $11 then excluded.created_at
                          else least(e.created_at, excluded.created_at) end,
        updated_at = excluded.updated_at, expires_at = excluded.expires_at, change_no = excluded.change_no
    where e.updated_at <= excluded.updated_at or e.expires_at <= $11"""

_LOAD = """
select body, e.created_at from entries e
join unnest($1::text[], $2::text[], $3::text[]) with ordinality as g (scope, owner, key, n) using (scope, owner, key)
order by n"""


async def take_numbers(connection: Any, count: int) -> int:
    """Reserve `count` numbers inside the open transaction and return the one before the first."""
    last: int = await connection.fetchval(_TAKE_NUMBERS, count)
    return last - count


async def keep_rows(connection: Any, entries: Sequence[Entry], *, now: datetime) -> None:
    """Write entries with all their times inside the open transaction; a newer version that is there stays."""
    for turn in _turns(entries):
        before = await take_numbers(connection, len(turn))
        columns = zip(*map(_row, turn), strict=True)
        await connection.execute(_KEEP, *map(list, columns), now, before)


async def load_rows(connection: Any, addresses: Sequence[Address]) -> list[Entry]:
    """Return the entries at addresses, in their order, expired ones included."""
    columns = ([getattr(at, name) for at in addresses] for name in ("scope", "owner", "key"))
    return [entry_of(row) for row in await connection.fetch(_LOAD, *columns)]


def entry_of(row: Any) -> Entry:
    """Return the entry of a row.

    Raises
    ------
    StoreFailedError
        ``store.corrupt`` where the bytes are none of ours.
    """
    try:
        return replace(decode(row["body"]), created_at=row["created_at"])
    except ValueError as error:
        raise StoreFailedError("an entry in the database cannot be read", code="store.corrupt") from error


def _turns(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Return versions of one entry in turns after each other, since a statement may touch a row only once."""
    turns: list[dict[Address, Entry]] = []
    for entry in entries:
        free = next((turn for turn in turns if entry.address not in turn), None)
        if free is None:
            turns.append(free := {})
        free[entry.address] = entry
    return [[turn[address] for address in sorted(turn)] for turn in turns]


def _row(entry: Entry) -> tuple[Any, ...]:
    documents = (json.dumps(entry.metadata), json.dumps(entry.indices))
    names = (entry.scope, entry.owner, entry.key, entry.type)
    return (*names, *documents, encode(entry), entry.created_at, entry.updated_at, entry.expires_at)
