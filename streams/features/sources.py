"""What a source is made of: a score is read, a sound is written down first; the rest is refused."""

from typing import TYPE_CHECKING

from grym.errors import ContractError, InvalidAudioError
from grym.ports.artifacts import ArtifactStore
from grym.ports.sound import AudioDoor, CpuPool, Task, sound_timeout_s
from schemas.commands import StudySource
from schemas.events import SourceStudied
from streams.translate import fault_of

if TYPE_CHECKING:
    from streams.features.studying import Studied

STUDY_SCORE: "Task[Studied]" = Task("streams.features.studying", "study_score")
STUDY_SOUND: "Task[Studied]" = Task("streams.features.studying", "study_sound")
SCORE_TIMEOUT_S = 60.0
"""The largest score that is read takes some seconds."""
TIMEOUT_S_PER_MINUTE = 20.0
"""A full analysis takes some 3 s a minute of sound, and writing its notes down as much again."""
SOURCE = "application/x-grym-source"
SOUND = "audio/"
SCORES = frozenset({"audio/midi", "audio/x-midi"})


class Sources:
    """Studies what pieces are to be made from."""

    def __init__(self, *, artifacts: ArtifactStore, cpu: CpuPool, door: AudioDoor) -> None:
        self._artifacts = artifacts
        self._cpu = cpu
        self._door = door

    async def studied(self, command: StudySource) -> SourceStudied:
        """Return what a source is made of, or why it cannot be used."""
        try:
            found = await self._study(command)
        except (ContractError, InvalidAudioError) as error:
            return SourceStudied(fault=fault_of(error))
        score = await self._artifacts.put(found.source, media_type=SOURCE, name="source")
        return SourceStudied(facts=found.facts, score=score)

    async def _study(self, command: StudySource) -> "Studied":
        kind = command.source.media_type
        if kind.startswith(SOUND) and kind not in SCORES:
            path = await self._artifacts.local_path(command.source)
            timeout_s = sound_timeout_s(command.max_seconds, s_per_minute=TIMEOUT_S_PER_MINUTE)
            return await self._cpu.run(STUDY_SOUND, self._door, path, command.max_seconds, timeout_s=timeout_s)
        data = await self._artifacts.get(command.source)
        return await self._cpu.run(STUDY_SCORE, data, timeout_s=SCORE_TIMEOUT_S)
