"""Pattern memory on a real server: what older code kept, backups, and damage by hand."""

from pathlib import Path
from typing import Any

import pytest

from grym.adapters.postgres.backend import open_postgres
from grym.adapters.postgres.backup import back_up
from grym.adapters.postgres.database import connect
from grym.adapters.postgres.migrating import migrate
from grym.adapters.postgres.restoring import restore
from grym.domain.patterns.checking import content_of
from grym.memory.journal.verifying import verify
from grym.ports.backend import Backend
from grym.ports.patterns import PatternQuery
from tests.contract.pattern_changes import change, motif, record, stored

BEFORE_4_KEEP = """
insert into patterns (pattern_id, collection, kind, name, extractor, source_event_id, request_id, tags, vectors,
                      vector_dim, motif)
values ($1, 'c', $2, $3, 'dsp/1', 'e', 'r', $4, $5, 2, $6) on conflict (pattern_id) do nothing"""
BEFORE_4_READ = "select pattern_id from patterns where collection = 'c' and kind = $1 order by pattern_no desc"
# As written by code that knew three migrations; it may still run while others know more.


async def keep_as_before(connection: Any, pattern_id: str, *, kind: str = "motif", tags: bytes = b"{}") -> None:
    """Keep a pattern as older code does."""
    name, motif_bytes = f"the {pattern_id}", b"" if kind == "windows" else b'{"intervals":[2]}'
    await connection.execute(BEFORE_4_KEEP, pattern_id, kind, name, tags, b"12345678", motif_bytes)


async def known(backend: Backend) -> dict[str, tuple[object, ...]]:
    """Return what is known of every pattern."""
    found = await backend.book.find(PatternQuery(live=False))
    return {
        facts.pattern_id: (facts.first_seq, facts.kind, facts.name, facts.tags, facts.origin.extractor)
        for facts in found
    }


async def test_patterns_of_the_first_design_are_carried_into_the_journal(empty_dsn: str) -> None:
    """In their order; windows become recordings without numbers; odd tags do no harm; the fold says the same."""
    connection = await connect(empty_dsn)
    await migrate(connection, up_to=3)
    await keep_as_before(connection, "w", kind="windows", tags=b'{"style":"nocturne","odd\\u0000":"\\u0000"}')
    await keep_as_before(connection, "m")
    await keep_as_before(connection, "f", kind="favourite", tags=b'{"user":"u","style":""}')
    backend = await open_postgres(empty_dsn)
    assert await known(backend) == {
        "w": (1, "recording", "the w", {"style": "nocturne", "odd\ufffd": "\ufffd"}, "dsp/1"),
        "m": (2, "motif", "the m", {}, "dsp/1"),
        "f": (3, "favourite", "the f", {"user": "u"}, "dsp/1"),
    }
    events = await backend.book.events(0, limit=9)
    assert [(event.change.imprint, event.change.vectors, event.change.motif) for event in events] == [
        (b"", b"", b""),
        (b"", b"", b'{"intervals":[2]}'),
        (b"", b"", b'{"intervals":[2]}'),
    ]
    assert [event.change.data["content"] for event in events] == [content_of(event.change) for event in events]
    assert (await verify(backend.book)).is_clean
    await backend.close()
    await connection.close()


async def test_what_older_code_keeps_meanwhile_is_carried_too(empty_dsn: str) -> None:
    """Once, unless it is known; and older code goes on reading what it wrote."""
    connection = await connect(empty_dsn)
    backend = await open_postgres(empty_dsn)
    await record(backend, motif("known"))
    for pattern_id in ("known", "new", "new"):
        await keep_as_before(connection, pattern_id)
    await record(backend, change("corrected", "new", data={"name": "renamed"}))
    assert {name: facts[:3] for name, facts in (await known(backend)).items()} == {
        "known": (1, "motif", "the known"),
        "new": (2, "motif", "renamed"),
    }
    assert await backend.book.head() == 3
    assert [row["pattern_id"] for row in await connection.fetch(BEFORE_4_READ, "motif")] == ["new", "known"]
    assert (await verify(backend.book)).is_clean
    await backend.close()
    await connection.close()


async def test_a_backup_holds_pattern_memory(empty_dsn: str, tmp_path: Path) -> None:
    """Old rows are not carried a second time when it is read back, and the next event gets the next place."""
    connection = await connect(empty_dsn)
    backend = await open_postgres(empty_dsn)
    await record(backend, stored("a"), change("reinforced", "a"))
    await keep_as_before(connection, "old")
    events, patterns = await backend.book.events(0, limit=9, numbers=False), await known(backend)
    await backend.close()
    await back_up(connection, tmp_path / "backup", artifacts=None)
    await restore(connection, tmp_path / "backup", artifacts=None, force=True)
    backend = await open_postgres(empty_dsn)
    await keep_as_before(connection, "newer")
    after = await backend.book.events(0, limit=9, numbers=False)
    assert [(event.seq, event.change.event_id) for event in after] == [
        *((event.seq, event.change.event_id) for event in events),
        (4, "carried/newer"),
    ]
    assert {name: facts for name, facts in (await known(backend)).items() if name != "newer"} == patterns
    [pattern] = await backend.book.load(["a"])
    assert pattern.imprint == b"a"
    assert (await verify(backend.book)).is_clean
    await backend.close()
    await connection.close()


DAMAGES = {
    "differing": "update pattern_facts set heard = 7 where pattern_id = 'a'",
    "missing": "delete from pattern_facts where pattern_id = 'a'",
    "orphans": "update pattern_facts set pattern_id = 'a ghost' where pattern_id = 'a'",
    "damaged": "update pattern_events set imprint = 'x' where event_id = 'stored a'",
    "gaps": "update pattern_events set seq = 9 where event_id = 'reinforced a'; update pattern_counter set last = 9",
}


@pytest.mark.parametrize("damage", DAMAGES)
async def test_damage_is_found_and_the_table_is_repaired(empty_dsn: str, damage: str) -> None:
    """Whatever somebody did to the tables by hand; what the events tell can be made anew, their numbers cannot."""
    backend = await open_postgres(empty_dsn)
    await record(backend, stored("a"), stored("b"), change("reinforced", "a"))
    assert (await verify(backend.book)).is_clean
    connection = await connect(empty_dsn)
    await connection.execute(DAMAGES[damage])
    found = await verify(backend.book)
    assert getattr(found, damage)
    assert not found.is_clean
    await backend.projection.refold()
    assert (await verify(backend.book)).is_clean is (damage not in {"damaged", "gaps"})
    await connection.close()
    await backend.close()
