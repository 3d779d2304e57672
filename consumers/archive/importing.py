"""Bringing an archive into a log: as history, which nobody works on, or as work under the ids that its events had.

History is marked (`schemas.imported`), so that processors pass it over: its requests were worked on where they come
from, and their texts are not in the archive. What became of them is folded beside
(`consumers.archive.imported_requests`), so that they can be listed. What the log has already is left out, so importing
twice adds nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO

from consumers.archive.exporting import Tally, is_wanted
from consumers.archive.imported_requests import ImportedRequests
from consumers.archive.known_records import KnownRecords
from consumers.archive.lines import ArtifactLine, ChunkLine, Line, RecordLine, message_of
from consumers.identity import request_of
from consumers.transactions import transact
from grym.errors import ContractError, TransientError
from grym.ports.artifacts import ArtifactStore
from grym.ports.backend import Backend
from grym.ports.clock import Clock
from grym.ports.effects import HoldArtifact
from schemas.imported import marked, unmarked
from schemas.records import Message, Record

BATCH_RECORDS = 256
BATCH_BYTES = 1024 * 1024
"""What is published at once: one transaction of the embedded log, one request to a broker."""

ATTEMPTS = 5
PAUSE_S = 1.0
"""Long enough for a database or a broker to come back from a fail-over."""


class Importer:
    """Brings one archive in.

    Parameters
    ----------
    folder
        Opens a folder for the artifact at hand.
    again
        Whether its events are work once more: commands and requests are run under their ids.
    dry_run
        Only count.
    """

    def __init__(
        self,
        *,
        backend: Backend,
        artifacts: ArtifactStore,
        clock: Clock,
        folder: Callable[[], AbstractContextManager[Path]],
        again: bool = False,
        dry_run: bool = False,
    ) -> None:
        self._backend = backend
        self._artifacts = artifacts
        self._clock = clock
        self._folder = folder
        self._again = again
        self._dry_run = dry_run
        self._known = KnownRecords(backend.history)
        self._requests = ImportedRequests(backend, artifacts)
        self._stored: list[str] = []
        self._holds: list[HoldArtifact] = []
        self.tally = Tally()

    async def run(
        self, lines: Iterator[Line], *, topics: frozenset[str] | None, watch: Callable[[Tally], None]
    ) -> Tally:
        """Store the artifacts and bring the records of an archive that `survey` has verified, in its order.

        Raises
        ------
        TransientError
            When nobody takes the records; what was brought by then stays, and importing again brings the rest.
        """
        batch: list[Record] = []
        size_bytes = 0
        for line in lines:
            if isinstance(line, ArtifactLine) and not self._dry_run:
                await self._store(line, lines)
            elif isinstance(line, RecordLine) and is_wanted(line, topics):
                record = line.record()
                batch.append(record)
                size_bytes += len(record.value or b"")
                self._hold(record)
            if len(batch) >= BATCH_RECORDS or size_bytes >= BATCH_BYTES:
                await self._bring(batch, watch)
                batch, size_bytes = [], 0
        await self._bring(batch, watch)
        return self.tally

    async def _bring(self, batch: list[Record], watch: Callable[[Tally], None]) -> None:
        if not batch:
            return
        history, fresh = await self._sorted(batch)
        refused = self.tally.refused
        if not self._dry_run:
            await self._publish([message_of(unmarked(one) if self._again else marked(one)) for one in fresh])
            await self._keep_artifacts()
            await self._requests.fold(history)
        self.tally.records += len(batch)
        self.tally.imported += len(fresh) - (self.tally.refused - refused)
        self.tally.known += len(batch) - len(fresh)
        self.tally.topics.update(record.topic for record in batch)
        watch(self.tally)

    async def _sorted(self, batch: list[Record]) -> tuple[list[Record], list[Record]]:
        """Return what is history now, and what the log does not have yet."""
        history: list[Record] = []
        fresh: list[Record] = []
        for record in batch:
            place = await self._known.look(record, live=self._again)
            if place == "nowhere" or (self._again and place == "history"):
                fresh.append(record)
            if place != "live" and not self._again:
                history.append(record)
        return history, fresh

    async def _publish(self, messages: list[Message]) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await self._backend.publisher.publish(messages)
                break
            except ContractError:
                await self._publish_singly(messages)
                break
            except TransientError:
                if attempt == ATTEMPTS:
                    raise
                await self._clock.sleep(PAUSE_S * attempt)

    async def _publish_singly(self, messages: list[Message]) -> None:
        """Publish what the catalogue allows: other clients may write keys and headers beyond its limits."""
        if len(messages) == 1:
            self.tally.refused += 1
            return
        for message in messages:
            await self._publish([message])

    # --- artifacts -------------------------------------------------------------------------------------------------

    async def _store(self, artifact: ArtifactLine, lines: Iterator[Line]) -> None:
        with self._folder() as folder:
            path = folder / "artifact"
            with path.open("wb") as file:
                _copy(lines, file, size_bytes=artifact.size_bytes)
            ref = await self._artifacts.put_file(path, media_type=artifact.media_type)
        self._stored.append(ref.uri)
        self.tally.artifacts += 1

    def _hold(self, record: Record) -> None:
        """Let the sweeper leave alone what a record is the first to refer to."""
        self._holds += [HoldArtifact(request_id=request_of(record), uri=uri) for uri in self._stored]
        self._stored.clear()

    async def _keep_artifacts(self) -> None:
        if self._holds:
            holds = tuple(self._holds)
            await transact(self._backend.work, None, lambda work: work.apply_all(holds))
            self._holds.clear()


def _copy(lines: Iterator[Line], file: IO[bytes], *, size_bytes: int) -> None:
    """Write the lines of one artifact into a file."""
    while size_bytes > 0:
        line = next(lines)
        assert isinstance(line, ChunkLine)
        size_bytes -= file.write(line.data)
