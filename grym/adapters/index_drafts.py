"""The folder of one generation: filled in pieces, sealed by a manifest, checked before anything in it is used.

The manifest is written last and holds the size and SHA-256 of every file and of itself, so a folder that was cut off,
half copied or changed later is known by reading it.
"""

import contextlib
import errno
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from grym.errors import AdapterError
from grym.ports.generations import Manifest

MANIFEST = "manifest.json"
HEADER_BYTES = 128
"""Of an array's file; numpy pads every header we write to this."""


class FileMark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Size and SHA-256 of a file."""

    size_bytes: int
    digest: str


class Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the manifest file holds."""

    manifest: Manifest
    files: dict[str, FileMark]

    @property
    def parts(self) -> list[str]:
        """Names of the arrays among them."""
        return [name[:-4] for name in self.files if name.endswith(".npy")]


class Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sheet beside its own digest; the bytes are kept as they were signed."""

    digest: str
    sheet: msgspec.Raw


class DraftFolder:
    """A folder that is being filled."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self._folder

    @property
    def name(self) -> str:
        """By which it is found again."""
        return self._folder.name

    def put(self, name: str, pieces: Iterable[NDArray[np.generic]], *, rows: int) -> None:
        """Write an array of so many rows, given in pieces, at least one; none of them is copied."""
        each = iter(pieces)
        first = next(each)
        header = {
            "descr": np.lib.format.dtype_to_descr(first.dtype),
            "fortran_order": False,
            "shape": (rows, *first.shape[1:]),
        }
        with failures(f"{name} cannot be written"), (self._folder / f"{name}.npy").open("wb") as file:
            np.lib.format.write_array_header_1_0(file, header)
            for piece in chain((first,), each):
                file.write(np.ascontiguousarray(piece).data)

    def drop(self, name: str) -> None:
        """Remove an array."""
        (self._folder / f"{name}.npy").unlink(missing_ok=True)

    def get(self, name: str) -> NDArray[np.generic]:
        """Return an array that was put, mapped."""
        return _mapped(self._folder / f"{name}.npy")

    def preview(self, manifest: Manifest) -> "SealedFolder":
        """Return what the draft would be as a generation; nothing is checked."""
        return SealedFolder(self._folder, manifest, ())

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest with a checksum of every file, and flush all of it to disk."""
        with failures("the draft cannot be finished"):
            names = sorted(path.name for path in self._folder.iterdir() if path.name != MANIFEST)
            for name in names:
                flush(self._folder / name)
            sheet = msgspec.json.encode(Sheet(manifest, {name: _mark_of(self._folder / name) for name in names}))
            signed = Signed(hashlib.sha256(sheet).hexdigest(), msgspec.Raw(sheet))
            (self._folder / MANIFEST).write_bytes(msgspec.json.encode(signed))
            flush(self._folder / MANIFEST)
            flush(self._folder)


class SealedFolder:
    """A generation that was whole when it was opened."""

    def __init__(self, folder: Path, manifest: Manifest, parts: Sequence[str]) -> None:
        self._folder = folder
        self._manifest = manifest
        self._parts = tuple(parts)

    @property
    def name(self) -> str:
        """What it is called; later ones sort behind earlier ones."""
        return self._folder.name

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        return self._folder

    @property
    def manifest(self) -> Manifest:
        """What it is."""
        return self._manifest

    @property
    def parts(self) -> Sequence[str]:
        """Names of its arrays."""
        return self._parts

    def get(self, name: str) -> NDArray[np.generic]:
        """Return an array, mapped and unwritable."""
        return _mapped(self._folder / f"{name}.npy")


def opened(folder: Path) -> SealedFolder:
    """Return a finished folder after comparing every file with its checksum.

    Raises
    ------
    AdapterError
        ``index.damaged`` where a file is missing, cut off or changed.
    """
    sheet = complete(folder)
    for name, mark in sheet.files.items():
        with failures(f"{folder.name}/{name} cannot be read", code="index.damaged"):
            found = _mark_of(folder / name)
        if found != mark:
            raise _damaged(f"{folder.name}/{name} is not what was written")
    return SealedFolder(folder, sheet.manifest, sheet.parts)


def complete(folder: Path) -> Sheet:
    """Return what a folder says of itself, after looking whether its files are there and of the right size.

    Raises
    ------
    AdapterError
        ``index.damaged``
    """
    sheet = sheet_of(folder)
    for name, mark in sheet.files.items():
        with failures(f"{folder.name}/{name} cannot be read", code="index.damaged"):
            size_bytes = (folder / name).stat().st_size
        if size_bytes != mark.size_bytes:
            raise _damaged(f"{folder.name}/{name} has {size_bytes} bytes instead of {mark.size_bytes}")
    return sheet


def sheet_of(folder: Path) -> Sheet:
    """Return what a folder says of itself; its files are not looked at.

    Raises
    ------
    AdapterError
        ``index.damaged`` where that is missing, cut off or changed.
    """
    with failures(f"{folder.name} has no manifest", code="index.damaged"):
        content = (folder / MANIFEST).read_bytes()
    try:
        signed = msgspec.json.decode(content, type=Signed)
        if hashlib.sha256(signed.sheet).hexdigest() != signed.digest:
            raise _damaged(f"the manifest of {folder.name} is not what was written")
        return msgspec.json.decode(signed.sheet, type=Sheet)
    except msgspec.MsgspecError as error:
        raise _damaged(f"the manifest of {folder.name} cannot be read: {error}") from error


def _damaged(message: str) -> AdapterError:
    return AdapterError(
        message, code="index.damaged", hint="Nothing is lost: indexes are made from the journal. Remove the folder."
    )


def _mapped(path: Path) -> NDArray[np.generic]:
    """Map an array, unwritable; its descriptor is closed with it. Empty ones cannot be mapped."""
    with failures(f"{path.name} cannot be mapped", code="index.damaged"):
        try:
            empty = np.load(path, mmap_mode=None, allow_pickle=False) if path.stat().st_size <= HEADER_BYTES else None
            array: NDArray[np.generic] = np.load(path, mmap_mode="r", allow_pickle=False) if empty is None else empty
        except ValueError as error:
            raise _damaged(f"{path.name} is no array: {error}") from error
    return array.view(np.ndarray)


def _mark_of(path: Path) -> FileMark:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return FileMark(file.tell(), digest)


def flush(path: Path) -> None:
    """Have a file's bytes, or a folder's names, reach the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_CODES: Mapping[int, str] = {errno.ENOSPC: "index.disk_full", errno.EDQUOT: "index.disk_full"}


@contextlib.contextmanager
def failures(what: str, *, code: str = "index.unwritable") -> Iterator[None]:
    """Turn what the file system refuses into an error of ours."""
    try:
        yield
    except OSError as error:
        raise AdapterError(
            f"{what}: {error.strerror or error}",
            code=_CODES.get(error.errno or 0, code),
            hint="Searching goes on with what is in memory; free some space or mend the folder.",
        ) from error
