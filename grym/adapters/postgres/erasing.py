"""Erasing a person in one transaction; a dry run is the same transaction, undone.

Events become tombstones where everybody has read them: positions and causes stay, bodies go. Where the log lies
elsewhere the table of events is only its history, and nobody reads it by position.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from grym.adapters.entries.postgres_conditions import Conditions
from grym.adapters.entries.postgres_removing import bury
from grym.adapters.erased_records import asker, concerns, is_personal, tombstone_key
from grym.adapters.placement import digest_of
from grym.adapters.postgres.database import Database
from grym.adapters.postgres.patterns_erasing import erase_patterns
from grym.adapters.postgres.rows import index_name, pack_headers, record_of
from grym.domain.entries.known import name_of, owner_of
from grym.ports.erasing import Erased, Erasure
from grym.ports.work import StoredState
from schemas.catalogue import FEEDBACK
from schemas.erased import tombstone_headers
from schemas.records import Record

RUNS_FROM = ["coordinator", "imports"]

_RUNS = """
select key, value, version from states
where processor = any($1::text[]) and position($2::bytea in value) > 0"""

_CANDIDATES = """
select topic, partition, position, key, headers, value, appended_at from events
where value is not null and (correlation = any($1::bytea[]) or (topic = any($2::text[]) and key = $3))
for update"""

_TOMBSTONES = """
update events set value = null, key = g.key, headers = g.headers
from unnest($1::text[], $2::integer[], $3::bigint[], $4::bytea[], $5::bytea[])
    as g (topic, partition, position, key, headers)
where events.topic = g.topic and events.partition = g.partition and events.position = g.position"""

_BY_REQUEST = {
    "texts": "delete from texts where request_id = any($1::text[])",
    "letters": "delete from letters where request_id = any($1::text[])",
    "references": "delete from holds where request_id = any($1::text[])",
    "streams": "delete from live_streams where stream_id = any($1::text[]) and ended",
    "commands": "update jobs set value = null, checkpoint = null, whose = ''"
    " where request_id = any($1::text[]) and ended_at is not null and (value is not null or checkpoint is not null)",
}

_RUN_ROWS = """
update states set value = g.value, version = version + 1
from unnest($1::text[], $2::bytea[]) as g (key, value)
where states.processor = 'coordinator' and states.key = g.key and states.value is distinct from g.value"""

_STATES = """
delete from states where (processor, key) in (select * from unnest($1::text[], $2::text[]))
   or (processor not in ('coordinator') and key = any($3::text[]))"""


_TURNS = "delete from turns_of_askers where tenant = $1 and whose = $2"


class PostgresEraser:
    """Erases people.

    Parameters
    ----------
    readers
        Topics by processor: who has to read an event before its body can go.
    log_elsewhere
        Whether the events here are only the history of a log that lies elsewhere.
    """

    def __init__(self, database: Database, readers: Mapping[str, tuple[str, ...]], *, log_elsewhere: bool) -> None:
        self._database = database
        self._readers = {} if log_elsewhere else readers

    async def runs_of(self, user: str) -> list[StoredState]:
        """Return the states of all requests that may be of a user (see `grym.ports.erasing.Eraser`)."""
        async with self._database.reader() as connection:
            rows = await connection.fetch(_RUNS, RUNS_FROM, is_personal(user))
        return [StoredState(**row) for row in rows]

    async def erase(self, erasure: Erasure, *, dry_run: bool = False) -> Erased:
        """Remove a person (see `grym.ports.erasing.Eraser`)."""
        async with self._database.writer() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                erased = await self._erase(connection, erasure)
            except BaseException:
                await transaction.rollback()
                raise
            await (transaction.rollback() if dry_run else transaction.commit())
            return erased

    async def _erase(self, connection: Any, erasure: Erasure) -> Erased:
        entries, _ = await bury(connection, _entries_of(erasure), now=datetime.now(UTC))
        events, left = await self._bury_events(connection, erasure)
        requests = [index_name(request) for request in erasure.requests]
        removed = {
            name: _count(await connection.execute(statement, requests)) for name, statement in _BY_REQUEST.items()
        }
        keys = [index_name(key) for key in erasure.runs]
        runs = _count(await connection.execute(_RUN_ROWS, keys, list(erasure.runs.values())))
        names, places = zip(*erasure.states, strict=True) if erasure.states else ((), ())
        states = await connection.execute(_STATES, list(names), [index_name(place) for place in places], requests)
        await connection.execute(_TURNS, erasure.tenant, asker(erasure.user))
        patterns = await erase_patterns(connection, erasure.patterns, requests=erasure.requests)
        found = {"events": events, "entries": entries, "runs": runs, "states": _count(states), "patterns": patterns}
        return Erased(removed=found | removed, left=left)

    async def _bury_events(self, connection: Any, erasure: Erasure) -> tuple[int, int]:
        """Make tombstones of the person's events that everybody has read; return how many, and how many are left."""
        digests = [digest_of(name.encode(errors="replace")) for name in (*erasure.requests, *erasure.correlations)]
        rows = await connection.fetch(_CANDIDATES, digests, [FEEDBACK], erasure.user.encode(errors="replace"))
        theirs = [record for record in map(record_of, rows) if concerns(record, erasure)]
        done = await self._done(connection)
        gone = [record for record in theirs if record.position <= done.get(record.topic, {}).get(record.partition, END)]
        if gone:
            await connection.execute(_TOMBSTONES, *_columns(gone, erasure))
        return len(gone), len(theirs) - len(gone)

    async def _done(self, connection: Any) -> dict[str, dict[int, int]]:
        """Return up to where every reader of each topic is, by partition; nothing of topics that nobody reads here."""
        rows = await connection.fetch("select processor, topic, partition, position from positions")
        known = {(row["processor"], row["topic"], row["partition"]): row["position"] for row in rows}
        ends = await connection.fetch("select topic, partition from partitions")
        done: dict[str, dict[int, int]] = {}
        for row in ends:
            topic, partition = row["topic"], row["partition"]
            reached = [
                known.get((processor, topic, partition), 0)
                for processor, topics in self._readers.items()
                if topic in topics
            ]
            if reached:
                done.setdefault(topic, {})[partition] = min(reached)
        return done


END = 2**62
"""Beyond every position."""


def _entries_of(erasure: Erasure) -> Conditions:
    """Choose the person's entries, but what bears the name of another tenant."""
    chosen = Conditions()
    chosen.add("owner = {}", owner_of(erasure.user))
    own = [name_of(f"{kind}/{erasure.tenant}") for kind in ("session", "person")]
    chosen.add("(key = any({}) or (key not like 'session/%' and key not like 'person/%'))", own)
    return chosen


def _columns(gone: Sequence[Record], erasure: Erasure) -> list[list[Any]]:
    headers = [pack_headers(tombstone_headers(record.headers)) for record in gone]
    keys = [tombstone_key(record, erasure) for record in gone]
    places = zip(*((record.topic, record.partition, record.position) for record in gone), strict=True)
    return [*(list(column) for column in places), keys, headers]


def _count(command_tag: str) -> int:
    return int(command_tag.rsplit(" ", 1)[-1])
