"""Artifacts: large payloads by content. A name is a digest, never user text; what is written is never changed."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from schemas.body import ArtifactRef


class ArtifactStore(Protocol):
    """Keep payloads by their SHA-256."""

    async def put(self, payload: bytes, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Store a payload durably (temporary name, fsync, rename) and return its claim check."""
        ...

    async def put_file(self, path: Path, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Store a file's content durably and return its claim check."""
        ...

    async def get(self, ref: ArtifactRef) -> bytes:
        """Return the payload after checking its digest.

        Raises
        ------
        PermanentError
            ``artifact.missing`` or ``artifact.damaged``.
        """
        ...

    async def local_path(self, ref: ArtifactRef) -> Path:
        """Return a file that holds the verified payload, for programs that want one."""
        ...


class Scratch(Protocol):
    """Folders for work in progress; whatever a crash leaves in them is swept at the next start."""

    def folder(self) -> AbstractContextManager[Path]:
        """Open a fresh folder that is removed on leaving the block."""
        ...

    def told(self, folder: Path) -> tuple[str, float]:
        """Return the stage and the share done, 0–1, as whoever works in a folder told them last."""
        ...
