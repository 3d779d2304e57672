"""Backup and restore: everything, or nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from grym.adapters.artifacts import FolderArtifacts
from grym.adapters.postgres.backend import open_postgres
from grym.adapters.postgres.backup import back_up
from grym.adapters.postgres.database import connect
from grym.adapters.postgres.migrating import migrate
from grym.adapters.postgres.restoring import restore
from grym.errors import InvalidRequestError
from grym.ports.backend import Backend
from grym.ports.effects import EnqueueJob, KeepText, RecordPatterns, SetTimer
from grym.ports.work import FaultNote, InboxEntry
from schemas.records import Message, Record, TopicPartition
from tests.contract.pattern_changes import motif

LANE = TopicPartition("grym.feedback.v1", 0)
FAULT = FaultNote(error_class="E", code="c", message="m", hint="h")
INSTANT = datetime(2026, 1, 1, tzinfo=UTC)
ENTRY = InboxEntry(processor="p", source="s", event_id="e", run_no=1, digest=b"d", external=False)


def message(value: bytes) -> Message:
    """Return a message."""
    return Message(topic=LANE.topic, key=b"k\xff", headers=(("h", b"\x00"),), value=value)


def names_in(folder: Path) -> set[str]:
    """Return the names of what lies in a folder."""
    return {path.name for path in folder.iterdir()}


async def fill(dsn: str) -> None:
    """Put something into every table."""
    backend = await open_postgres(dsn)
    lease = await backend.leases.acquire("p", holder="h", ttl_s=1000)
    record = Record(topic=LANE.topic, partition=0, position=9, key=None, headers=(), value=b"\x00", appended_at=INSTANT)
    async with backend.work.begin(lease) as work:
        await work.admit(ENTRY)
        await work.save("p", "k", b"\x00state", expected_version=0)
        await work.append([message(b"1"), message(b"2")])
        await work.advance("p", {LANE: 2})
        await work.park("p", record, fault=FAULT, delay_s=0)
        await work.apply(SetTimer(timer_id="t", subject="r", purpose="d", due_at=INSTANT, run_no=1))
        await work.apply(KeepText(ref="x", request_id="r", user="u", text="ü"))
        await work.apply(
            EnqueueJob(job_id="j", kind="g", request_id="r", run_no=1, tenant="t", message=message(b"job"))
        )
        await work.apply(RecordPatterns(changes=(motif("a"),)))
    await backend.close()


async def everything(backend: Backend) -> list[object]:
    """Return what every port says."""
    patterns = await backend.book.load(["a"])
    return [
        await backend.log.read(LANE, after=0, limit=9),
        await backend.log.ends([LANE.topic]),
        await backend.history.of_request("k\xff"),
        await backend.states.load("p", "k"),
        await backend.progress.positions("p"),
        await backend.progress.seen(ENTRY),
        await backend.parking.due_heads("p", limit=9),
        await backend.texts.text("x"),
        await backend.counters.open_work(),
        [(pattern.facts, pattern.motif) for pattern in patterns],
        await backend.leases.acquire("p", holder="other", ttl_s=1),
    ]


async def test_everything_comes_back_and_counting_goes_on(empty_dsn: str, tmp_path: Path) -> None:
    """Backup, wipe, restore: every query gives the same, and the next append gets the next position."""
    await fill(empty_dsn)
    artifacts = FolderArtifacts(tmp_path / "artifacts")
    ref = await artifacts.put(b"sound", media_type="audio/wav")
    backend = await open_postgres(empty_dsn)
    before = await everything(backend)
    await backend.close()
    connection = await connect(empty_dsn)
    file = tmp_path / "backup.grym"
    written = await back_up(connection, file, artifacts=artifacts.root)
    assert (written["events"], written["artifacts"]) == (2, 1)
    assert names_in(tmp_path) == {"artifacts", "backup.grym"}

    schema = await connection.fetchval("select current_schema()")
    await connection.execute(f"drop schema {schema} cascade")
    await connection.execute(f"create schema {schema}")
    other = FolderArtifacts(tmp_path / "others")
    assert await restore(connection, file, artifacts=other.root) == written
    await connection.close()

    backend = await open_postgres(empty_dsn)
    assert await everything(backend) == before
    await backend.publisher.publish([message(b"3")])
    assert [record.position for record in await backend.log.read(LANE, after=2, limit=9)] == [3]
    async with backend.work.begin() as work:
        await work.apply(
            EnqueueJob(job_id="j2", kind="g", request_id="r", run_no=1, tenant="t", message=message(b"job"))
        )
    assert await other.get(ref) == b"sound"
    await backend.close()


async def test_a_database_that_holds_something_is_replaced_only_by_force(empty_dsn: str, tmp_path: Path) -> None:
    """And then wholly."""
    await fill(empty_dsn)
    connection = await connect(empty_dsn)
    file = tmp_path / "backup.grym"
    await back_up(connection, file, artifacts=None)
    await connection.execute("insert into states values ('p', 'later', '', 1, now())")
    with pytest.raises(InvalidRequestError) as raised:
        await restore(connection, file, artifacts=None)
    assert raised.value.code == "db.not_empty"
    await restore(connection, file, artifacts=None, force=True)
    assert await connection.fetchval("select count(*) from states") == 1
    await connection.close()


@pytest.mark.parametrize("keep_bytes", [0, 10, -20])
async def test_a_damaged_file_changes_nothing(empty_dsn: str, tmp_path: Path, keep_bytes: int) -> None:
    """Empty, cut short, or cut at the end."""
    await fill(empty_dsn)
    connection = await connect(empty_dsn)
    file = tmp_path / "backup.grym"
    await back_up(connection, file, artifacts=None)
    file.write_bytes(file.read_bytes()[:keep_bytes])
    with pytest.raises(InvalidRequestError) as raised:
        await restore(connection, file, artifacts=None, force=True)
    assert raised.value.code == "backup.unreadable"
    assert await connection.fetchval("select count(*) from events") == 2
    await connection.close()


async def test_a_damaged_artifact_changes_nothing(empty_dsn: str, tmp_path: Path) -> None:
    """Payloads are checked before the first table is touched."""
    await fill(empty_dsn)
    store = FolderArtifacts(tmp_path / "artifacts")
    path = await store.local_path(await store.put(b"sound", media_type="a/b"))
    path.write_bytes(b"noise")
    connection = await connect(empty_dsn)
    file = tmp_path / "backup.grym"
    await back_up(connection, file, artifacts=store.root)
    await connection.execute("insert into states values ('p', 'later', '', 1, now())")
    with pytest.raises(InvalidRequestError) as raised:
        await restore(connection, file, artifacts=tmp_path / "other", force=True)
    assert raised.value.code == "backup.unreadable"
    assert await connection.fetchval("select count(*) from states where key = 'later'") == 1
    await connection.close()


async def test_nothing_to_back_up_is_said(empty_dsn: str, tmp_path: Path) -> None:
    """No file is written."""
    connection = await connect(empty_dsn)
    with pytest.raises(InvalidRequestError) as raised:
        await back_up(connection, tmp_path / "b", artifacts=None)
    assert raised.value.code == "backup.no_schema"
    assert names_in(tmp_path) == set()
    await migrate(connection)
    with pytest.raises(InvalidRequestError):
        await back_up(connection, tmp_path / "nowhere" / "b", artifacts=None)
    await connection.close()
