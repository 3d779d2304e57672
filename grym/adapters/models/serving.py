"""Saved models behind their port: one worker process of their own holds them, loaded once.

The pool for other work bounds the address space of its workers, and torch maps more than that before it computes
anything; a model also stays in memory, which no worker for short calls should. So models have a pool of one.
"""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from grym.adapters.models.folders import saved_model
from grym.ports.embedding import OWN_EMBEDDING, FeatureExtractor, PooledEmbedding
from grym.ports.sound import AudioDoor, CpuPool, Task

if TYPE_CHECKING:
    from grym.adapters.models.folders import SavedModel

EMBED: "Task[PooledEmbedding]" = Task("grym.adapters.models.serving", "embed_file")
START_TIMEOUT_S = 180.0
"""Loading torch takes seconds, a model of a gigabyte from a cold disk a minute."""
TIMEOUT_S_PER_SECOND = 1.5
"""An encoder of base size needs 0.1 s per second of sound on two idle cores."""
MOST_LOADED = 2


class PooledModels:
    """The saved models of a folder (see `grym.ports.embedding.SavedModels`).

    Parameters
    ----------
    models
        The folder of models; None has none.
    cpu
        A pool of one worker without a bound on its address space.
    """

    def __init__(self, models: Path | None, cpu: CpuPool) -> None:
        self._models = models
        self._cpu = cpu

    async def embed(self, name: str, door: AudioDoor, path: Path, *, max_seconds: float) -> PooledEmbedding:
        """Decode and embed a file in the models' worker (see `grym.ports.embedding.SavedModels.embed`)."""
        timeout_s = START_TIMEOUT_S + TIMEOUT_S_PER_SECOND * max(0.0, max_seconds)
        return await self._cpu.run(EMBED, self._models, name, door, path, max_seconds, timeout_s=timeout_s)


def embed_file(models: Path | None, name: str, door: AudioDoor, path: Path, max_seconds: float) -> PooledEmbedding:
    """Decode and embed a file; runs in a worker process."""
    extractor = opened_extractor(models, name)
    found = extractor.extract(door.read_signal(path, max_seconds=max_seconds))
    return PooledEmbedding(
        name=found.name,
        pretrained=found.pretrained,
        vector=tuple(found.pooled.tolist()),
        provenance=found.provenance,
        spoken=found.spoken,
    )


@lru_cache(maxsize=MOST_LOADED)
def opened_extractor(models: Path | None, name: str) -> FeatureExtractor:
    """Return what makes an embedding, by its name; the last two stay loaded.

    Raises
    ------
    InvalidRequestError
        ``model.unknown`` or ``model.refused``.
    """
    if name == OWN_EMBEDDING:
        from grym.adapters.models.own import OwnExtractor  # noqa: PLC0415 (the analysis, for who asks for it)

        return OwnExtractor()
    return extractor_of(saved_model(models, name))


def extractor_of(saved: "SavedModel") -> FeatureExtractor:
    """Return what embeds by a saved model."""
    if saved.family == "clap":
        from grym.adapters.models.clap import ClapExtractor  # noqa: PLC0415 (who asks for one loads no other)

        return ClapExtractor(saved)
    from grym.adapters.models.speech import SpeechExtractor  # noqa: PLC0415 (as above)

    return SpeechExtractor(saved)
