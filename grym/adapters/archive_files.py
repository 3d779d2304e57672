"""Archive files: zstandard over lines, written under another name, flushed to disk, then renamed.

A reader holds one line at a time and refuses one that is too long, so a file made to unpack without end is refused
after some tens of megabytes.
"""

import contextlib
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import zstandard

from grym.errors import AdapterError, InvalidRequestError

LEVEL = 6
READ_BYTES = 128 * 1024
MAX_WINDOW_BYTES = 64 * 1024 * 1024
"""Most memory a file may ask for to be unpacked; what is written here asks for 2 MiB."""

HINT = "Name a file that `grym events export FILE` wrote, and copy it again if it was cut off."

Write = Callable[[bytes], object]


@contextlib.contextmanager
def writing(target: Path, *, force: bool) -> Iterator[Write]:
    """Give a function that writes bytes; the file gets its name when the block ends well.

    Raises
    ------
    InvalidRequestError
        ``archive.exists``, ``archive.unwritable``
    AdapterError
        ``archive.failed`` where the disk is full or fails.
    """
    if target.exists() and not force:
        raise InvalidRequestError(
            f"{target} is there already", code="archive.exists", hint="Choose another name, or give --force."
        )
    unfinished = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        with unfinished.open("xb") as file:
            packer = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
            with packer.stream_writer(file, closefd=False) as packed:
                yield packed.write
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
        _flush_folder(target.parent)
    except (PermissionError, FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise InvalidRequestError(
            f"{target} cannot be written: {error.strerror}", code="archive.unwritable", hint="Name another place."
        ) from error
    except OSError as error:
        raise AdapterError(f"the archive could not be written: {error.strerror}", code="archive.failed") from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)


def lines_of(source: Path, *, max_line_bytes: int) -> Iterator[bytes]:
    """Yield the lines of an archive file, each with its line break.

    Raises
    ------
    InvalidRequestError
        ``archive.unreadable``, ``archive.foreign``, ``archive.damaged``
    """
    try:
        with source.open("rb") as file:
            yield from _lines(_unpacked(file), max_line_bytes)
    except OSError as error:
        raise InvalidRequestError(
            f"{source} cannot be read: {error.strerror}",
            code="archive.unreadable",
            hint="Name a file that can be read.",
        ) from error


def _unpacked(file: BinaryIO) -> Iterator[bytes]:
    """Yield what a file unpacks to, piece by piece."""
    begun = False
    unpacker = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES)
    try:
        with unpacker.stream_reader(file, closefd=False) as unpacked:
            while piece := unpacked.read(READ_BYTES):
                begun = True
                yield piece
    except zstandard.ZstdError as error:
        raise (_damaged("it cannot be unpacked") if begun else _foreign()) from error


def _lines(pieces: Iterator[bytes], max_line_bytes: int) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield line + b"\n"
        if len(rest) > max_line_bytes:
            raise _damaged("a line is too long")
    if rest:
        yield rest


def _flush_folder(folder: Path) -> None:
    """Make the new name durable, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _foreign() -> InvalidRequestError:
    return InvalidRequestError("the file is no archive of grym", code="archive.foreign", hint=HINT)


def _damaged(why: str) -> InvalidRequestError:
    return InvalidRequestError(f"the archive is damaged: {why}", code="archive.damaged", hint=HINT)
