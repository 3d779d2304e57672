"""Reading a backup back: all tables in one transaction, so that a restore that fails has changed nothing.

The schema is made as it was at the time of the backup, filled, and then brought up to date by the migrations.
"""

import asyncio
import hashlib
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from grym.adapters.artifact_names import place_of
from grym.adapters.postgres.archive import ARTIFACTS, MANIFEST, TABLES, Manifest, read_manifest, reading
from grym.adapters.postgres.backup import VERSIONS_TABLE
from grym.adapters.postgres.faults import translated
from grym.adapters.postgres.migrating import known_migrations, migrate
from grym.errors import InvalidRequestError, UnavailableError

_CREATED = re.compile(r"^create (table|sequence) (\w+)", re.MULTILINE)
_NAME = re.compile(r"[a-z_]+")
_DIGEST = re.compile(r"[0-9a-f]{64}")


async def restore(connection: Any, file: Path, *, artifacts: Path | None, force: bool = False) -> dict[str, int]:
    """Read a backup back and return how many events, rows and artifacts it held.

    Parameters
    ----------
    artifacts
        Folder of the artifact store; None leaves artifacts alone.
    force
        Replace what the database holds.

    Raises
    ------
    InvalidRequestError
        ``db.not_empty``, ``backup.unreadable``, ``backup.newer``.
    UnavailableError
        ``db.schema_newer`` where the backup needs newer code.
    """
    with translated(), tempfile.TemporaryDirectory() as folder:
        manifest, files = await asyncio.to_thread(_unpack, file, Path(folder))
        _check_version(manifest)
        if not force and await _holds_anything(connection):
            raise InvalidRequestError(
                "the database is not empty",
                code="db.not_empty",
                hint="Restore into a fresh GRYM_HOME, or replace everything with --force.",
            )
        if artifacts is not None:  # first, so that nothing ever refers to a payload that is not there
            await asyncio.to_thread(_place_artifacts, Path(folder) / ARTIFACTS, artifacts)
        await _fill(connection, manifest, Path(folder))
        await migrate(connection)
    return {"events": manifest.rows.get("events", 0), "rows": sum(manifest.rows.values()), "artifacts": files}


def _unpack(file: Path, folder: Path) -> tuple[Manifest, int]:
    (folder / TABLES).mkdir()
    (folder / ARTIFACTS).mkdir()
    files = 0
    with reading(file) as archive:
        manifest = read_manifest(archive)
        for member in archive:
            content = None if member.name == MANIFEST else archive.extractfile(member)
            if content is None:
                continue
            with _place(folder, member.name).open("xb") as target:
                shutil.copyfileobj(content, target)
            files += member.name.startswith(ARTIFACTS)
    return manifest, files


def _place(folder: Path, name: str) -> Path:
    """Return where a member goes; its name is a table or a digest and never a path."""
    kind, _, rest = name.partition("/")
    expected = {TABLES: _NAME, ARTIFACTS: _DIGEST}.get(kind + "/")
    if expected is None or not expected.fullmatch(rest):
        raise InvalidRequestError("the backup holds a foreign file", code="backup.unreadable")
    return folder / kind / rest


def _check_version(manifest: Manifest) -> None:
    known = known_migrations()[-1].version
    if manifest.schema_version > known:
        raise UnavailableError(
            "the backup was made by a newer grym",
            code="db.schema_newer",
            hint="Install that version of grym or a later one.",
            details={"needed": manifest.schema_version, "known": known},
        )


async def _holds_anything(connection: Any) -> bool:
    for kind, name in _created():
        exists = kind == "table" and await connection.fetchval("select to_regclass($1) is not null", name)
        if exists and await connection.fetchval(f"select exists (select from {name})"):  # noqa: S608 - our own names
            return True
    return False


async def _fill(connection: Any, manifest: Manifest, folder: Path) -> None:
    tables = [name for kind, name in _created() if kind == "table" and name in manifest.tables]
    async with connection.transaction():
        await connection.execute("set local statement_timeout = 0")
        for kind, name in [("table", VERSIONS_TABLE), *_created()]:
            await connection.execute(f"drop {kind} if exists {name} cascade")
        await migrate(connection, up_to=manifest.schema_version)
        for name in tables:  # in the order of their making: what others refer to comes first
            await connection.execute(f"alter table {name} disable trigger user")  # what they do is in the backup
            await connection.copy_to_table(
                name, source=str(folder / TABLES / name), columns=manifest.tables[name], format="binary"
            )
            await connection.execute(f"alter table {name} enable trigger user")
        for name, last in manifest.sequences.items():
            await connection.execute("select setval($1::text::regclass, $2)", name, last)


def _created() -> list[tuple[str, str]]:
    return [found for migration in known_migrations() for found in _CREATED.findall(migration.sql)]


def _place_artifacts(source: Path, store: Path) -> None:
    for path in sorted(source.iterdir()):
        if hashlib.sha256(path.read_bytes()).hexdigest() != path.name:
            raise InvalidRequestError("an artifact in the backup is damaged", code="backup.unreadable")
        target = store / place_of(path.name)
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f".{target.name}")
        shutil.copyfile(path, unfinished)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(target)
