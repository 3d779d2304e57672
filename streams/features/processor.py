"""Features: a sound becomes facts, by grym's own analysis in a worker process.

The sound comes by claim check and is decoded behind the one door for audio, with caps on length, channels and rate.
What its sender got wrong is answered with `AudioRefused`; only grym's own faults are retried. What the sound leaves in
pattern memory, its imprint, travels by claim check too; it is taken of the same decoded sound as the facts, or alone
where only memory asks. Where the embedding of a saved model is wanted, that model is asked besides; one that is not
here is refused by name, and the embedding of the analysis never stands in for it.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grym.errors import InvalidAudioError, InvalidRequestError
from grym.ports.artifacts import ArtifactStore
from grym.ports.embedding import OWN_EMBEDDING, NoModels, SavedModels
from grym.ports.sound import TURN_S, AudioDoor, CpuPool, Task, sound_timeout_s
from schemas.body import ArtifactRef, Body
from schemas.commands import ExtractFeatures, StudySource, TakeImprint
from schemas.envelope import Envelope
from schemas.events import AudioRefused, FeaturesExtracted, ImprintTaken
from schemas.music import Analysis
from streams.features.embedding import embedding_of
from streams.features.sources import Sources
from streams.processor import Decision, Output
from streams.translate import fault_of

if TYPE_CHECKING:
    from streams.features.extracting import Extracted, Taken

EXTRACT: "Task[Extracted]" = Task("streams.features.extracting", "extract")
TAKE: "Task[Taken]" = Task("streams.features.extracting", "take")
EXTRACTOR = "dsp/2"
TIMEOUT_S_PER_MINUTE = 10.0
"""A minute of sound takes some 0.5 s of one core, 3 s where everything is asked for; much more means that it hangs."""

IMPRINT = "application/x-grym-imprint"


class Features:
    """Analyses sounds; stateless."""

    name = "features"
    accepts: tuple[type[Body], ...] = (ExtractFeatures, TakeImprint, StudySource)
    state_type: type[None] = type(None)
    limit_s = TURN_S

    def __init__(
        self, *, artifacts: ArtifactStore, cpu: CpuPool, door: AudioDoor, models: SavedModels | None = None
    ) -> None:
        self._artifacts = artifacts
        self._cpu = cpu
        self._door = door
        self._models = models or NoModels()
        self._sources = Sources(artifacts=artifacts, cpu=cpu, door=door)

    def state_key(self, envelope: Envelope) -> None:  # noqa: ARG002 (the port's signature)
        """Return None: an analysis depends on nothing but its sound."""
        return

    async def process(self, envelope: Envelope, state: None) -> Decision[None]:  # noqa: ARG002 (the port's signature)
        """Analyse one sound, take its imprint, or study what a piece is to be made from."""
        if isinstance(envelope.body, StudySource):
            return Decision(outputs=(Output(body=await self._sources.studied(envelope.body)),))
        command: ExtractFeatures | TakeImprint = envelope.body
        try:
            body = await (self._extract(command) if isinstance(command, ExtractFeatures) else self._take(command))
        except (InvalidAudioError, InvalidRequestError) as error:
            body = AudioRefused(fault=fault_of(error), round=getattr(command, "round", 1))
        return Decision(outputs=(Output(body=body),))

    async def _extract(self, command: ExtractFeatures) -> Body:
        path = await self._artifacts.local_path(command.audio)
        found = await self._cpu.run(
            EXTRACT,
            self._door,
            path,
            command.max_seconds,
            command.full,
            timeout_s=analysis_timeout_s(command.max_seconds),
        )
        return FeaturesExtracted(
            analysis=await self._embedded(found.analysis, command, path),
            imprint=await self._kept(found.imprint),
            extractor=EXTRACTOR,
            round=command.round,
        )

    async def _embedded(self, analysis: Analysis, command: ExtractFeatures, path: Path) -> Analysis:
        """Return the analysis with the embedding that was asked for."""
        if command.embedding == OWN_EMBEDDING:
            return analysis
        made = await self._models.embed(command.embedding, self._door, path, max_seconds=command.max_seconds)
        embedding, speech = embedding_of(made, full=command.full)
        return msgspec.structs.replace(analysis, embedding=embedding, speech=speech)

    async def _take(self, command: TakeImprint) -> Body:
        path = await self._artifacts.local_path(command.audio)
        taken = await self._cpu.run(
            TAKE, self._door, path, command.max_seconds, timeout_s=analysis_timeout_s(command.max_seconds)
        )
        imprint = await self._kept(taken.imprint)
        return ImprintTaken(imprint=imprint, extractor=taken.extractor, duration_s=taken.duration_s)

    async def _kept(self, imprint: bytes) -> ArtifactRef:
        return await self._artifacts.put(imprint, media_type=IMPRINT, name="imprint")


def analysis_timeout_s(max_seconds: float) -> float:
    """Return how long the analysis of a sound of at most `max_seconds` may take; below nothing is nothing."""
    return sound_timeout_s(max_seconds, s_per_minute=TIMEOUT_S_PER_MINUTE)
