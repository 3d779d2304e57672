"""Everything in one file, from one consistent view of the database; artifacts are taken after the tables.

A payload is stored before anything refers to it, so whatever the tables refer to is there when the artifacts' turn
comes.
"""

import asyncio
import io
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import msgspec

from grym.adapters.postgres.archive import ARTIFACTS, FORMAT, MANIFEST, TABLES, Manifest, add, writing
from grym.adapters.postgres.faults import translated
from grym.adapters.postgres.migrating import status
from grym.errors import AdapterError, InvalidRequestError

VERSIONS_TABLE = "schema_versions"

_TABLES = """
select table_name, array_agg(column_name::text order by ordinal_position) as columns
from information_schema.columns
where table_schema = current_schema() and table_name in (
    select tablename from pg_tables where schemaname = current_schema()
) and table_name <> $1
group by table_name order by table_name"""

_SEQUENCES = """
select sequencename::text as name, last_value from pg_sequences
where schemaname = current_schema() and last_value is not null"""


async def back_up(connection: Any, file: Path, *, artifacts: Path | None) -> dict[str, int]:
    """Write a backup and return how many events, rows and artifacts it holds.

    Parameters
    ----------
    artifacts
        Folder of the artifact store; None where artifacts are kept elsewhere.

    Raises
    ------
    InvalidRequestError
        ``backup.no_schema`` where there is nothing to back up, ``backup.unwritable``.
    """
    if (await status(connection)).version == 0:
        raise InvalidRequestError("the database holds nothing of grym", code="backup.no_schema")
    with translated(), tempfile.TemporaryDirectory() as folder:
        manifest = await _copy_out(connection, Path(folder))
        try:
            files = await asyncio.to_thread(_write, file, manifest, Path(folder), artifacts)
        except (PermissionError, FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise InvalidRequestError(
                f"{file} cannot be written: {error.strerror}", code="backup.unwritable", hint="Name another place."
            ) from error
        except OSError as error:
            raise AdapterError(f"the backup failed: {error.strerror or error}", code="backup.failed") from error
    return {"events": manifest.rows.get("events", 0), "rows": sum(manifest.rows.values()), "artifacts": files}


async def _copy_out(connection: Any, folder: Path) -> Manifest:
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute("set local statement_timeout = 0")
        tables = {row["table_name"]: row["columns"] for row in await connection.fetch(_TABLES, VERSIONS_TABLE)}
        rows = {}
        for name, columns in tables.items():
            copied = await connection.copy_from_table(name, columns=columns, output=str(folder / name), format="binary")
            rows[name] = int(copied.rsplit(" ", 1)[-1])
        sequences = {row["name"]: row["last_value"] for row in await connection.fetch(_SEQUENCES)}
        return Manifest(
            format=FORMAT,
            schema_version=(await status(connection)).version,
            created_at=datetime.now(UTC).isoformat(),
            tables=tables,
            sequences=sequences,
            rows=rows,
        )


def _write(file: Path, manifest: Manifest, folder: Path, artifacts: Path | None) -> int:
    with writing(file) as archive:
        encoded = msgspec.json.encode(manifest)
        add(archive, MANIFEST, io.BytesIO(encoded), size_bytes=len(encoded))
        for name in manifest.tables:
            with (folder / name).open("rb") as content:
                add(archive, TABLES + name, content, size_bytes=_size(content))
        payloads = [] if artifacts is None else sorted(artifacts.glob("sha256/*/*"))
        for path in payloads:
            with path.open("rb") as content:
                add(archive, ARTIFACTS + path.name, content, size_bytes=_size(content))
    return len(payloads)


def _size(content: IO[bytes]) -> int:
    size_bytes = content.seek(0, io.SEEK_END)
    content.seek(0)
    return size_bytes
