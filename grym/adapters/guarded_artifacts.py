"""An artifact store behind its breaker.

A store that is shared answers now and then with an error that the next try does not meet; so reading and writing,
which may both be repeated, are tried again in place first. Only what is left of that reaches the breaker.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from grym.adapters.artifacts import SweptArtifacts
from grym.adapters.retrying import again
from grym.errors import PermanentError
from grym.ports.artifacts import ArtifactStore
from grym.ports.breaker import Breaker
from schemas.body import ArtifactRef

T = TypeVar("T")

DEPENDENCY = "artifacts"

_NOWHERE = ArtifactRef(uri=f"artifact://sha256/{'0' * 64}", size_bytes=0, media_type="application/octet-stream")
"""The name of nothing: no content has this digest."""


class GuardedArtifacts:
    """A store behind a breaker (see `grym.ports.artifacts.ArtifactStore`).

    Parameters
    ----------
    store
        What is guarded.
    breaker
        Hears how each call went.
    note
        Called with the name of the operation before every further try.
    """

    def __init__(self, store: SweptArtifacts, breaker: Breaker, note: Callable[[str], None] | None = None) -> None:
        self._store = store
        self._breaker = breaker
        self._note = note

    async def put(self, payload: bytes, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Store a payload durably and return its claim check."""
        return await self._guarded(
            "artifacts.put",
            lambda: self._store.put(payload, media_type=media_type, samples=samples, name=name),
        )

    async def put_file(self, path: Path, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Store a file's content durably and return its claim check."""
        return await self._guarded(
            "artifacts.put_file",
            lambda: self._store.put_file(path, media_type=media_type, samples=samples, name=name),
        )

    async def get(self, ref: ArtifactRef) -> bytes:
        """Return the payload after checking its digest."""
        return await self._guarded("artifacts.get", lambda: self._store.get(ref))

    async def local_path(self, ref: ArtifactRef) -> Path:
        """Return a file that holds the verified payload."""
        return await self._guarded("artifacts.local_path", lambda: self._store.local_path(ref))

    async def sweep(self, referenced: set[str], *, grace_s: float) -> int:
        """Remove payloads outside `referenced` that are older than `grace_s` seconds and return how many."""
        return await self._breaker.call(lambda: self._store.sweep(referenced, grace_s=grace_s))

    async def _guarded(self, operation: str, work: Callable[[], Awaitable[T]]) -> T:
        return await self._breaker.call(lambda: again(work, operation=operation, note=self._note))


async def ping(store: ArtifactStore) -> None:
    """Ask a store for something that cannot be there: that it says so is an answer.

    Raises
    ------
    AdapterError
        When it does not answer.
    """
    try:
        await store.get(_NOWHERE)
    except PermanentError:
        return
