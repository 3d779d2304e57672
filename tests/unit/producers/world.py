"""A client over the memory backend, and a hand-driven coordinator."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grym.adapters.clock import VirtualClock
from grym.errors import PermanentError
from grym.ports.backend import Backend
from producers.client import GrymClient
from producers.redrive import LetterDesk
from schemas.body import ArtifactRef
from schemas.envelope import decode, encode
from schemas.records import Record
from streams.coordinator import Coordinator
from streams.coordinator.run import Run
from streams.processor import envelopes_of


class Payloads:
    """Artifacts in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def put(self, payload: bytes, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Keep a payload."""
        uri = f"artifact://sha256/{hashlib.sha256(payload).hexdigest()}"
        self.kept[uri] = payload
        return ArtifactRef(uri=uri, size_bytes=len(payload), media_type=media_type, samples=samples, name=name)

    async def put_file(self, path: Path, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Keep a file's content."""
        content = path.read_bytes()  # noqa: ASYNC240 (a test waits for nobody)
        return await self.put(content, media_type=media_type, samples=samples, name=name)

    async def get(self, ref: ArtifactRef) -> bytes:
        """Return a payload."""
        return self.kept[ref.uri]

    async def local_path(self, ref: ArtifactRef) -> Path:
        """Refuse: these payloads lie in no file."""
        raise PermanentError("payloads in memory have no path", details={"uri": ref.uri})


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything a test needs."""

    backend: Backend
    clock: VirtualClock
    artifacts: Payloads

    @property
    def client(self) -> GrymClient:
        """A client of this world."""
        return GrymClient(backend=self.backend, artifacts=self.artifacts, clock=self.clock)

    @property
    def desk(self) -> LetterDesk:
        """A desk for dead letters."""
        return LetterDesk(backend=self.backend, clock=self.clock, by="ada")

    async def records(self, topic: str) -> list[Record]:
        """Return everything in a topic."""
        ends = await self.backend.log.ends([topic])
        return [record for place in sorted(ends) for record in await self.backend.log.read(place, after=0, limit=1000)]

    async def coordinate(self, record: Record) -> None:
        """Let the coordinator take in one record, as its runner would."""
        envelope, coordinator = decode(record), Coordinator()
        stored = await self.backend.states.load("coordinator", envelope.subject)
        run = None if stored is None else msgspec.json.decode(stored.value, type=Run)
        decision = await coordinator.process(envelope, run)
        async with self.backend.work.begin() as work:
            if decision.state is not None:
                value = msgspec.json.encode(decision.state)
                version = 0 if stored is None else stored.version
                await work.save("coordinator", envelope.subject, value, expected_version=version)
            outputs = envelopes_of("coordinator", envelope, decision.outputs)
            await work.append([encode(output, key=key) for output, key in outputs])
            await work.advance("coordinator", {record.topic_partition: record.position})

    async def save_run(self, run: Run) -> None:
        """Store a run as the coordinator's state."""
        async with self.backend.work.begin() as work:
            await work.save("coordinator", run.request_id, msgspec.json.encode(run), expected_version=0)

    async def coordinate_all(self, topic: str) -> None:
        """Let the coordinator take in everything of a topic."""
        for record in await self.records(topic):
            await self.coordinate(record)
