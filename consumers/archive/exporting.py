"""Writing a piece of the log into an archive, and telling what one holds; a bounded part of it is held at a time."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from consumers.archive.lines import (
    CHUNK_BYTES,
    ArtifactLine,
    ChunkLine,
    Line,
    Lines,
    Opening,
    RecordLine,
    record_line,
    references,
)
from consumers.claims import CLAIM, ClaimDesk
from grym.errors import InvalidRequestError, PermanentError
from grym.ports.artifacts import ArtifactStore
from schemas.body import ArtifactRef
from schemas.catalogue import BY_NAME
from schemas.envelope import JSON
from schemas.records import Record, header

Write = Callable[[bytes], object]


@dataclass(slots=True, kw_only=True)
class Tally:
    """How much was written or read.

    Parameters
    ----------
    imported, known
        Records that an import brought, and those that it left out since the log has them.
    refused
        Records that an import left out since they are beyond the limits of the catalogue.
    missing
        Artifacts that a record refers to and the store no longer has.
    """

    records: int = 0
    imported: int = 0
    known: int = 0
    refused: int = 0
    artifacts: int = 0
    missing: int = 0
    topics: Counter[str] = field(default_factory=Counter)


class Archivist:
    """Writes one archive.

    Parameters
    ----------
    artifacts
        Where the artifacts come from that go into it; None leaves them out.
    """

    def __init__(self, write: Write, *, artifacts: ArtifactStore | None = None) -> None:
        self._write = write
        self._artifacts = artifacts
        self._lines = Lines()
        self._held: set[str] = set()
        self.tally = Tally()

    def open(self, opening: Opening) -> None:
        """Write what the file is."""
        self._put(opening)

    async def add(self, record: Record) -> None:
        """Write one record, after the artifacts it is the first to refer to."""
        if self._artifacts is not None:
            for ref in await _refs(record, self._artifacts):
                await self._add_artifact(ref, self._artifacts)
        self._put(record_line(record))
        self.tally.records += 1
        self.tally.topics[record.topic] += 1

    async def add_all(self, records: AsyncIterator[Record], *, watch: Callable[[Tally], None]) -> None:
        """Write records as they come, telling how far it is after each."""
        async for record in records:
            await self.add(record)
            watch(self.tally)

    def close(self) -> None:
        """Write the line that makes the file whole."""
        self._write(self._lines.closing())

    async def _add_artifact(self, ref: ArtifactRef, artifacts: ArtifactStore) -> None:
        if ref.uri in self._held:
            return
        self._held.add(ref.uri)
        try:
            path = await artifacts.local_path(ref)
        except PermanentError:
            self.tally.missing += 1
            return
        with path.open("rb") as file:
            self._put(ArtifactLine(uri=ref.uri, size_bytes=path.stat().st_size, media_type=ref.media_type))
            while piece := file.read(CHUNK_BYTES):
                self._put(ChunkLine(data=piece))
        self.tally.artifacts += 1

    def _put(self, line: Line) -> None:
        self._write(self._lines.line(line))


async def _refs(record: Record, artifacts: ArtifactStore) -> list[ArtifactRef]:
    """Return what a record refers to: its claimed body, and what its body names."""
    try:
        whole = await ClaimDesk(artifacts).check_out(record)
        body: Any = msgspec.json.decode(whole.value or b"null")
    except (PermanentError, msgspec.MsgspecError):
        return []
    found = [ArtifactRef(uri=uri, size_bytes=size_bytes, media_type=kind) for uri, size_bytes, kind in references(body)]
    claim = header(record.headers, CLAIM)
    if claim is not None:
        found.append(ArtifactRef(uri=claim.decode(), size_bytes=len(whole.value or b""), media_type=JSON))
    return found


def survey(lines: Iterable[Line], *, topics: frozenset[str] | None) -> Tally:
    """Read an archive to its end, which verifies it, and return how much of it there is to import.

    Raises
    ------
    InvalidRequestError
        What is wrong with the archive; ``archive.topic`` where it holds a topic that this grym does not know.
    """
    tally = Tally()
    for line in lines:
        if isinstance(line, RecordLine) and is_wanted(line, topics):
            if line.topic not in BY_NAME:
                raise InvalidRequestError(
                    f"there is no topic {line.topic!r}",
                    code="archive.topic",
                    hint="Choose the topics to import with --topic; shadow runs are read, not imported.",
                )
            tally.records += 1
            tally.topics[line.topic] += 1
        tally.artifacts += isinstance(line, ArtifactLine)
    return tally


def is_wanted(line: RecordLine, topics: frozenset[str] | None) -> bool:
    """Tell whether a record lies in one of the topics; None wants all."""
    return topics is None or line.topic in topics
