"""Files of patterns on the disk: there whole or not at all, and taken apart for importing."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from grym.domain.patterns.archive import archive_of, checked_archive, patterns_in
from grym.domain.patterns.values import Pattern
from grym.errors import AdapterError, InvalidRequestError

MAX_PART_BYTES = 32 * 1024 * 1024
"""What one request imports: some 500 minutes of sound, decided in one transaction."""
MAX_PART_PATTERNS = 500
BYTES_PER_VALUE = 2


async def write_patterns(target: Path, pieces: AsyncIterator[bytes]) -> int:
    """Write a file that gets its name once it is complete and on the disk, and return its size in bytes.

    Raises
    ------
    InvalidRequestError
        ``export.unwritable``
    AdapterError
        ``export.failed``, such as for a disk that is full; what lay there before stays.
    """
    unfinished = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        with unfinished.open("xb") as file:
            async for piece in pieces:
                await asyncio.to_thread(file.write, piece)
            size_bytes = file.tell()
            await asyncio.to_thread(_settle, file)
        unfinished.replace(target)
        await asyncio.to_thread(_settle_folder, target.parent)
    except (PermissionError, FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise InvalidRequestError(
            f"{target} cannot be written: {error.strerror}", code="export.unwritable", hint="Name another place."
        ) from error
    except OSError as error:
        raise AdapterError(
            f"the export failed: {error.strerror or error}", code="export.failed", hint="Is the disk full?"
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return size_bytes


def parts_of(source: Path) -> Iterator[bytes]:
    """Check a whole file, then yield it as files that one request each can import.

    Raises
    ------
    InvalidPatternError
        ``archive.unreadable``, ``archive.newer``: before anything is yielded.
    InvalidRequestError
        ``import.unreadable`` where there is no such file.
    """
    try:
        with source.open("rb") as file:
            contents = checked_archive(file)
            file.seek(0)
            for patterns in _batches(patterns_in(file)):
                yield archive_of(patterns, replace(contents, patterns=len(patterns)))
    except OSError as error:
        raise InvalidRequestError(
            f"{source} cannot be read: {error.strerror}", code="import.unreadable", hint="Name another file."
        ) from error


def _batches(patterns: Iterator[Pattern]) -> Iterator[list[Pattern]]:
    batch: list[Pattern] = []
    size_bytes = 0
    for pattern in patterns:
        more_bytes = pattern.vectors.size * BYTES_PER_VALUE + len(pattern.imprint) + len(pattern.motif)
        if batch and (size_bytes + more_bytes > MAX_PART_BYTES or len(batch) == MAX_PART_PATTERNS):
            yield batch
            batch, size_bytes = [], 0
        batch.append(pattern)
        size_bytes += more_bytes
    if batch:
        yield batch


def _settle(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _settle_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
