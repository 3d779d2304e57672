"""Artifacts in an object store (S3 and whatever else obstore reaches), with verified copies where a file is wanted."""

import asyncio
import contextlib
import hashlib
import math
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import ObjectStore, from_url

from grym.adapters.artifact_names import check, digest_in, digest_of_file, digests_in, missing, place_of, ref_of
from grym.errors import UnavailableError
from schemas.body import ArtifactRef

REFRESH_S = 3600.0
"""Seconds after which content that is stored again is written again: far less than any grace, and rare enough."""


class ObjectArtifacts:
    """Payloads as objects of one store.

    Parameters
    ----------
    cache
        Folder for copies that programs read as files; may be emptied at any time.
    refresh_s
        Seconds after which content that is stored again is written again.
    """

    def __init__(self, store: ObjectStore, cache: Path, *, refresh_s: float = REFRESH_S) -> None:
        self._store = store
        self._refresh_s = refresh_s
        self._cache = cache

    @classmethod
    def at(cls, url: str, *, cache: Path) -> "ObjectArtifacts":
        """Open the store at a URL; credentials come from where its client looks for them."""
        with _failures():
            return cls(from_url(url), cache)

    async def put(self, payload: bytes, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Store a payload durably and return its claim check."""
        digest = hashlib.sha256(payload).hexdigest()
        await self._store_at(place_of(digest), payload, media_type)
        return ref_of(digest, size_bytes=len(payload), media_type=media_type, samples=samples, name=name)

    async def put_file(self, path: Path, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Store a file's content durably and return its claim check."""
        digest, size_bytes = await asyncio.to_thread(lambda: (digest_of_file(path), path.stat().st_size))
        await self._store_at(place_of(digest), path, media_type)
        return ref_of(digest, size_bytes=size_bytes, media_type=media_type, samples=samples, name=name)

    async def get(self, ref: ArtifactRef) -> bytes:
        """Return the payload after checking its digest."""
        place = place_of(digest_in(ref.uri))
        with _failures():
            try:
                found = await obstore.get_async(self._store, place)
                payload = bytes(await found.bytes_async())
            except (NotFoundError, FileNotFoundError) as error:
                raise missing(ref) from error
        return check(payload, ref)

    async def local_path(self, ref: ArtifactRef) -> Path:
        """Return a verified copy in the cache."""
        copy = self._cache / digest_in(ref.uri)
        if not await asyncio.to_thread(_is_whole, copy):
            await asyncio.to_thread(_write_whole, copy, await self.get(ref))
        return copy

    async def sweep(self, referenced: set[str], *, grace_s: float) -> int:
        """Remove payloads that nobody refers to and that were stored `grace_s` seconds ago or earlier.

        The grace must exceed the longest time between storing a payload and referring to it by `REFRESH_S`.
        """
        kept = {place_of(digest) for digest in digests_in(referenced)}
        oldest = datetime.now(UTC) - timedelta(seconds=grace_s)
        swept = 0
        with _failures():
            async for batch in obstore.list(self._store, prefix="sha256"):
                old = [item["path"] for item in batch if item["path"] not in kept and item["last_modified"] <= oldest]
                if old:
                    await obstore.delete_async(self._store, old)
                swept += len(old)
        return swept

    async def _store_at(self, place: str, content: bytes | Path, media_type: str) -> None:
        """Store content unless it is there, and again where it has been there for long: so it is new to the sweeper."""
        with _failures():
            try:
                await self._put(place, content, media_type, mode="create")
            except AlreadyExistsError:
                if await self._age_s(place) >= self._refresh_s:
                    await self._put(place, content, media_type, mode="overwrite")

    async def _put(
        self, place: str, content: bytes | Path, media_type: str, *, mode: Literal["create", "overwrite"]
    ) -> None:
        attributes = {"Content-Type": media_type}
        await obstore.put_async(self._store, place, content, mode=mode, use_multipart=False, attributes=attributes)

    async def _age_s(self, place: str) -> float:
        """Return the seconds since something was stored; without end where it was swept just now."""
        try:
            found = await obstore.head_async(self._store, place)
        except (NotFoundError, FileNotFoundError):
            return math.inf
        return (datetime.now(UTC) - found["last_modified"]).total_seconds()


def _is_whole(copy: Path) -> bool:
    return copy.is_file() and digest_of_file(copy) == copy.name


def _write_whole(copy: Path, payload: bytes) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    unfinished = copy.with_name(f"{copy.name}.{uuid.uuid4().hex}")
    unfinished.write_bytes(payload)
    unfinished.replace(copy)


@contextlib.contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        raise UnavailableError(
            "the artifact store did not answer as it should",
            code="artifact.store_failed",
            hint="Check GRYM_ARTIFACTS and the credentials of the store.",
            details={"cause": str(error)[:300]},
        ) from error
