"""The long part of generation: compose, engrave, perform, store; repeatable after a crash, since the seed decides.

Once a piece is on paper a checkpoint keeps it, so that a crash repeats the performance only; of a model's performance
what was not finished.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grym.ports.artifacts import ArtifactStore, Scratch
from grym.ports.generating import Musicians, NoMusicians, is_neural
from grym.ports.sound import CpuPool, Recorded, Studio, Task
from schemas.body import ArtifactRef, Body
from schemas.commands import GenerateMusic
from schemas.envelope import Envelope
from schemas.events import GenerationProgressed, MusicGenerated
from streams.generation.checkpoint import Checkpoint, held_by, pack, unpack
from streams.generation.neural import perform_by_model
from streams.generation.processor import JOB_KIND
from streams.generation.segments import Segments
from streams.processor import Output, Report
from streams.translate import (
    checks_to_wire,
    facts_from_wire,
    motifs_from_wire,
    motifs_to_wire,
    plan_from_wire,
    rework_from_wire,
    taken_to_wire,
    uses_to_wire,
)

if TYPE_CHECKING:
    from streams.generation.piece import Written

WRITE: "Task[Written]" = Task("streams.generation.piece", "write")
REWORK: "Task[Written]" = Task("streams.generation.reworking", "rework")
RECORD: Task[Recorded] = Task("streams.generation.piece", "record")
WRITING_TIMEOUT_S = 60.0  # ten minutes of music are written in some seconds
PERFORMING, STORING = 0.3, 0.9  # of the whole work
RECORDING_TIMEOUT_S = 300.0  # ten minutes of six parts sound in about a minute


class GenerationWork:
    """Makes pieces."""

    kind = JOB_KIND

    def __init__(
        self,
        *,
        artifacts: ArtifactStore,
        scratch: Scratch,
        cpu: CpuPool,
        studio: Studio,
        musicians: Musicians | None = None,
    ) -> None:
        self._artifacts = artifacts
        self._scratch = scratch
        self._cpu = cpu
        self._studio = studio
        self._musicians = musicians or NoMusicians()

    def progress(self, envelope: Envelope, stage: str, share: float) -> Body:
        """Return the event that tells how far a piece is."""
        return GenerationProgressed(stage=stage, share=share, round=envelope.body.round)

    async def work(self, envelope: Envelope, report: Report) -> tuple[Output, ...]:
        """Make the piece that a command asks for."""
        command: GenerateMusic = envelope.body
        if is_neural(command.backend):
            await self._musicians.takes_guide(command.backend)  # refused before anything is composed
        paper = unpack(report.checkpoint)
        if paper is None:
            await report("composing", 0.0)
            paper = await self._put_on_paper(command)
            if command.backend == "score":
                return (Output(body=paper.body),)
            await report.keep(pack(paper), holds=held_by(paper))
        await report("performing", PERFORMING)
        with self._scratch.folder() as folder:
            report.follow(lambda: self._heard(folder))
            recorded = await self._performed(command, paper, folder, report)
            report.follow(None)
            await report("storing", STORING)
            return (Output(body=await self._with_sound(paper.body, recorded)),)

    def _heard(self, folder: Path) -> tuple[str, float]:
        """Return how far a performance into a folder is, as a part of the whole work."""
        stage, share = self._scratch.told(folder)
        return stage, PERFORMING + (STORING - PERFORMING) * share

    async def _performed(self, command: GenerateMusic, paper: Checkpoint, folder: Path, report: Report) -> Recorded:
        cpu, studio, score = self._cpu, self._studio, paper.score
        if not is_neural(command.backend):
            asked = (score, command.backend, command.seed, folder, command.settings)
            return await cpu.run(RECORD, studio, *asked, timeout_s=RECORDING_TIMEOUT_S)
        segments = Segments(artifacts=self._artifacts, report=report, paper=paper)
        await segments.lay_out(folder)
        return await perform_by_model(
            command, score, folder, cpu=cpu, studio=studio, musicians=self._musicians, landed=segments.land
        )

    async def _put_on_paper(self, command: GenerateMusic) -> Checkpoint:
        source = await self._given(command)
        written = await self._cpu.run(
            WRITE if not source else REWORK,
            self._studio,
            plan_from_wire(command.plan),
            command.seed,
            motifs_from_wire(command.motifs),
            *source,
            timeout_s=WRITING_TIMEOUT_S,
        )
        return Checkpoint(score=written.score, body=await self._body(command, written))

    async def _given(self, command: GenerateMusic) -> tuple[object, ...]:
        """Return what a piece is made from, and how; nothing where it is made from a plan alone."""
        if command.source is None or command.rework is None:
            return ()
        packed = await self._artifacts.get(command.source)
        heard = None if command.heard is None else facts_from_wire(command.heard)
        return packed, rework_from_wire(command.rework), command.source_sha256, heard

    async def _body(self, command: GenerateMusic, written: "Written") -> MusicGenerated:
        pages = enumerate(written.pages, start=1)
        return MusicGenerated(
            midi=await self._put(written.midi, "audio/midi", "midi"),
            musicxml=await self._put(written.musicxml.encode(), "application/vnd.recordare.musicxml+xml", "score"),
            pages=tuple([await self._put(page.encode(), "image/svg+xml", f"page-{n}") for n, page in pages]),
            backend="score",
            duration_s=written.score.duration_s,
            score_checks=checks_to_wire(written.checks),
            motifs=motifs_to_wire(written.motifs),
            uses=uses_to_wire(written.uses),
            reference=None if written.taken is None else taken_to_wire(written.taken),
            round=command.round,
        )

    async def _with_sound(self, body: MusicGenerated, recorded: Recorded) -> MusicGenerated:
        return msgspec.structs.replace(
            body,
            backend=recorded.backend,
            duration_s=recorded.length_samples / recorded.sample_rate_hz,
            sample_rate_hz=recorded.sample_rate_hz,
            audio=await self._put_sound(recorded.mix, recorded, "mix"),
            stems=tuple([await self._put_sound(path, recorded, slug(name)) for name, path in recorded.stems]),
            provenance=recorded.provenance,
            timings_s=recorded.timings_s,
            settings=recorded.settings,
        )

    async def _put(self, payload: bytes, media_type: str, name: str) -> ArtifactRef:
        return await self._artifacts.put(payload, media_type=media_type, name=name)

    async def _put_sound(self, path: Path, recorded: Recorded, name: str) -> ArtifactRef:
        return await self._artifacts.put_file(path, media_type="audio/wav", samples=recorded.length_samples, name=name)


def slug(name: str) -> str:
    """Return a name in lower case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "part"
