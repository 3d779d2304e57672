"""The backup file: a zstandard-compressed tar of a manifest, one member per table, and one per artifact.

Tables are in PostgreSQL's binary COPY format with named columns, which is the same on every machine and major version
for the types used here; the manifest states the schema version they belong to.
"""

import contextlib
import tarfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
import zstandard

from grym.errors import InvalidRequestError

FORMAT = 1
MANIFEST = "manifest.json"
TABLES = "tables/"
ARTIFACTS = "artifacts/"
MAX_MANIFEST_BYTES = 1024 * 1024


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds.

    Parameters
    ----------
    tables
        Columns by table, in the order of the members.
    sequences
        Last number given out, by sequence.
    """

    format: int
    schema_version: int
    created_at: str
    tables: dict[str, list[str]]
    sequences: dict[str, int]
    rows: dict[str, int]


@contextlib.contextmanager
def writing(target: Path) -> Iterator[tarfile.TarFile]:
    """Write a backup that gets its name only when it is complete."""
    unfinished = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        with (
            unfinished.open("xb") as file,
            zstandard.ZstdCompressor(level=6, write_checksum=True).stream_writer(file) as packed,
            tarfile.open(fileobj=packed, mode="w|") as archive,
        ):
            yield archive
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


@contextlib.contextmanager
def reading(source: Path) -> Iterator[tarfile.TarFile]:
    """Read a backup from its beginning.

    Raises
    ------
    InvalidRequestError
        ``backup.unreadable``
    """
    try:
        with (
            source.open("rb") as file,
            zstandard.ZstdDecompressor().stream_reader(file) as unpacked,
            tarfile.open(fileobj=unpacked, mode="r|") as archive,
        ):
            yield archive
    except (OSError, EOFError, tarfile.TarError, zstandard.ZstdError, msgspec.MsgspecError) as error:
        raise InvalidRequestError(
            f"{source} is not a whole backup of grym",
            code="backup.unreadable",
            hint="Name a file that `grym db backup` wrote.",
            details={"cause": str(error)[:200]},
        ) from error


def read_manifest(archive: tarfile.TarFile) -> Manifest:
    """Return what a backup says of itself: its first member."""
    first = archive.next()
    content = None if first is None or first.name != MANIFEST else archive.extractfile(first)
    if content is None:
        raise tarfile.ReadError("the manifest is missing")
    manifest = msgspec.json.decode(content.read(MAX_MANIFEST_BYTES), type=Manifest)
    if manifest.format != FORMAT:
        raise InvalidRequestError(
            "the backup was written by a newer grym", code="backup.newer", hint="Restore it with that version."
        )
    return manifest


def add(archive: tarfile.TarFile, name: str, content: BinaryIO, *, size_bytes: int) -> None:
    """Add one member."""
    member = tarfile.TarInfo(name)
    member.size = size_bytes
    archive.addfile(member, content)
