"""What a shadow run sees of the real world: it reads, and whatever it would write is only recorded."""

import hashlib
from pathlib import Path

from grym.ports.artifacts import ArtifactStore
from schemas.body import ArtifactRef


class RecordedArtifacts:
    """Reads the real store; what would be stored is only named."""

    def __init__(self, live: ArtifactStore) -> None:
        self._live = live

    async def put(self, payload: bytes, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Return the claim check the payload would have."""
        uri = f"artifact://sha256/{hashlib.sha256(payload).hexdigest()}"
        return ArtifactRef(uri=uri, size_bytes=len(payload), media_type=media_type, samples=samples, name=name)

    async def put_file(self, path: Path, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Return the claim check the file would have."""
        content = path.read_bytes()  # noqa: ASYNC240 - a shadow run has nobody to keep waiting
        return await self.put(content, media_type=media_type, samples=samples, name=name)

    async def get(self, ref: ArtifactRef) -> bytes:
        """Return a real payload."""
        return await self._live.get(ref)

    async def local_path(self, ref: ArtifactRef) -> Path:
        """Return a file that holds a real payload."""
        return await self._live.local_path(ref)
