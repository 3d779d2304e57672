"""Opening the artifact store that an address names, and the folder for work in progress."""

import tempfile
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from grym.adapters.artifact_folder import FolderArtifacts
from grym.adapters.scratch import FolderScratch
from grym.ports.artifacts import ArtifactStore

__all__ = ["FolderArtifacts", "FolderScratch", "SweptArtifacts", "open_artifacts"]


class SweptArtifacts(ArtifactStore, Protocol):
    """A store that can be swept of what nobody refers to."""

    async def sweep(self, referenced: set[str], *, grace_s: float) -> int:
        """Remove payloads outside `referenced` that are older than `grace_s` seconds and return how many."""
        ...


def open_artifacts(url: str, *, cache: Path | None = None) -> SweptArtifacts:
    """Open a store: a folder for ``file:///…``, an object store for everything else (``s3://…``, ``memory:///``).

    Raises
    ------
    UnavailableError
        ``artifact.store_failed`` where no store can be opened at the address.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FolderArtifacts(Path(unquote(parts.path)))
    from grym.adapters.artifact_objects import ObjectArtifacts  # noqa: PLC0415 - folders do without that client

    return ObjectArtifacts.at(url, cache=cache or Path(tempfile.gettempdir()) / "grym-artifacts")
