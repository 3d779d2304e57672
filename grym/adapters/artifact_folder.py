"""Artifacts in a folder: written under another name, flushed to disk, then renamed; existing ones are kept.

The sweeper and the writers hold the folder's lock against each other (writers share it), so a payload that is stored
again is never swept between the look and the answer: storing refreshes its age, and only what is old is swept.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from grym.adapters.artifact_names import (
    CHUNK_BYTES,
    check,
    damaged,
    digest_in,
    digest_of_file,
    digests_in,
    missing,
    place_of,
    ref_of,
)
from grym.errors import AdapterError
from schemas.body import ArtifactRef


class FolderArtifacts:
    """Payloads as files below `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def root(self) -> Path:
        """The folder of the store."""
        return self._root

    async def put(self, payload: bytes, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Store a payload durably and return its claim check."""
        digest = hashlib.sha256(payload).hexdigest()
        await asyncio.to_thread(self._store, lambda file: _write(file, payload, digest))
        return ref_of(digest, size_bytes=len(payload), media_type=media_type, samples=samples, name=name)

    async def put_file(self, path: Path, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Store a file's content durably, read once and in pieces, and return its claim check."""
        digest, size_bytes = await asyncio.to_thread(self._store, lambda file: _copy(path, file))
        return ref_of(digest, size_bytes=size_bytes, media_type=media_type, samples=samples, name=name)

    async def get(self, ref: ArtifactRef) -> bytes:
        """Return the payload after checking its digest."""
        return await asyncio.to_thread(self._read, ref)

    async def local_path(self, ref: ArtifactRef) -> Path:
        """Return the file itself, verified; it must not be changed."""
        return await asyncio.to_thread(self._verified, ref)

    async def sweep(self, referenced: set[str], *, grace_s: float) -> int:
        """Remove payloads that nobody refers to and that were last stored `grace_s` seconds ago or earlier."""
        return await asyncio.to_thread(self._sweep, referenced, grace_s)

    def _store(self, fill: Callable[[BinaryIO], tuple[str, int]]) -> tuple[str, int]:
        with _failures(), self._lock(fcntl.LOCK_SH):
            unfinished = self._root / "unfinished" / uuid.uuid4().hex
            unfinished.parent.mkdir(exist_ok=True)
            try:
                with unfinished.open("xb") as file:
                    digest, size_bytes = fill(file)
                    file.flush()
                    os.fsync(file.fileno())
                self._name(unfinished, self._root / place_of(digest))
            finally:
                unfinished.unlink(missing_ok=True)
        return digest, size_bytes

    def _name(self, unfinished: Path, target: Path) -> None:
        if target.exists() and target.stat().st_size == unfinished.stat().st_size:
            os.utime(target)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished.replace(target)
        _flush_folder(target.parent)

    def _read(self, ref: ArtifactRef) -> bytes:
        path = self._path(ref)
        with _failures():
            return check(path.read_bytes(), ref)

    def _verified(self, ref: ArtifactRef) -> Path:
        path = self._path(ref)
        with _failures():
            if digest_of_file(path) != digest_in(ref.uri):
                raise damaged(ref)
        return path

    def _path(self, ref: ArtifactRef) -> Path:
        path = self._root / place_of(digest_in(ref.uri))
        if not path.is_file():
            raise missing(ref)
        return path

    def _sweep(self, referenced: set[str], grace_s: float) -> int:
        kept, oldest = digests_in(referenced), time.time() - grace_s
        swept = 0
        with _failures(), self._lock(fcntl.LOCK_EX):
            for path in [*self._root.glob("sha256/*/*"), *self._root.glob("unfinished/*")]:
                if path.name not in kept and path.stat().st_mtime <= oldest:
                    path.unlink()
                    swept += 1
        return swept

    @contextlib.contextmanager
    def _lock(self, kind: int) -> Iterator[None]:
        self._root.mkdir(parents=True, exist_ok=True)
        with (self._root / ".lock").open("ab") as lock:
            fcntl.flock(lock, kind)
            yield


def _write(file: BinaryIO, payload: bytes, digest: str) -> tuple[str, int]:
    file.write(payload)
    return digest, len(payload)


def _copy(source: Path, target: BinaryIO) -> tuple[str, int]:
    digest = hashlib.sha256()
    with source.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            target.write(chunk)
    return digest.hexdigest(), target.tell()


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AdapterError(
            f"the artifact folder failed: {error.strerror or error}",
            code="artifact.store_failed",
            hint="`grym doctor` checks disk and permissions.",
        ) from error
