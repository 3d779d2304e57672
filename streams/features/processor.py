"""Features: a sound becomes facts, by grym's own analysis in a worker process.

The sound comes by claim check and is decoded behind the one door for audio, with caps on length, channels and rate.
What its sender got wrong is answered with `AudioRefused`; only grym's own faults are retried. The per-window vectors
for pattern memory travel by claim check too.
"""

from typing import TYPE_CHECKING

from grym.errors import InvalidAudioError
from grym.ports.artifacts import ArtifactStore
from grym.ports.sound import AudioDoor, CpuPool, Task
from schemas.body import Body
from schemas.commands import ExtractFeatures
from schemas.envelope import Envelope
from schemas.events import AudioRefused, FeaturesExtracted
from streams.processor import Decision, Output
from streams.translate import fault_of

if TYPE_CHECKING:
    from streams.features.extracting import Extracted

EXTRACT: "Task[Extracted]" = Task("streams.features.extracting", "extract")
EXTRACTOR = "dsp/1"
ANALYSIS_TIMEOUT_S = 120.0  # an hour of sound takes some 40 s on one core; three times that means it hangs


class Features:
    """Analyses sounds; stateless."""

    name = "features"
    accepts: tuple[type[Body], ...] = (ExtractFeatures,)
    state_type: type[None] = type(None)

    def __init__(self, *, artifacts: ArtifactStore, cpu: CpuPool, door: AudioDoor) -> None:
        self._artifacts = artifacts
        self._cpu = cpu
        self._door = door

    def state_key(self, envelope: Envelope) -> None:  # noqa: ARG002 (the port's signature)
        """Return None: an analysis depends on nothing but its sound."""
        return

    async def process(self, envelope: Envelope, state: None) -> Decision[None]:  # noqa: ARG002 (the port's signature)
        """Analyse one sound."""
        command: ExtractFeatures = envelope.body
        path = await self._artifacts.local_path(command.audio)
        try:
            found = await self._cpu.run(
                EXTRACT, self._door, path, command.max_seconds, command.full, timeout_s=ANALYSIS_TIMEOUT_S
            )
        except InvalidAudioError as error:
            return Decision(outputs=(Output(body=AudioRefused(fault=fault_of(error), round=command.round)),))
        windows = await self._artifacts.put(found.windows, media_type="application/x-npz", name="windows")
        body = FeaturesExtracted(
            analysis=found.analysis,
            windows=windows,
            extractor=EXTRACTOR,
            round=command.round,
        )
        return Decision(outputs=(Output(body=body),))
