"""From the name of a backend to a generator that is whole and fits into memory."""

from functools import lru_cache
from pathlib import Path

from grym.adapters.models.generating.acestep import AceStepGenerator
from grym.adapters.models.generating.audioldm import AudioLdm2Generator, AudioLdmGenerator
from grym.adapters.models.generating.inspecting import require_usable
from grym.adapters.models.generating.kinds import Kind
from grym.adapters.models.generating.memory import fitting_place
from grym.adapters.models.generating.musicgen import MusicgenGenerator
from grym.adapters.models.generating.pipelines import PipelineGenerator
from grym.adapters.models.generating.shelf import SavedGenerator, chosen_generator
from grym.adapters.models.generating.stableaudio import StableAudio3Generator, StableAudioGenerator
from grym.adapters.models.torch_home import Place, chosen_place

CLASSES: dict[Kind, type[PipelineGenerator]] = {
    "audioldm2": AudioLdm2Generator,
    "audioldm": AudioLdmGenerator,
    "acestep": AceStepGenerator,
    "stableaudio": StableAudioGenerator,
    "stableaudio3": StableAudio3Generator,
    "musicgen": MusicgenGenerator,
}


@lru_cache(maxsize=1)
def opened_generator(
    models: Path | None, backend: str, pickles_allowed: frozenset[str] = frozenset()
) -> tuple[PipelineGenerator, str]:
    """Return the generator behind a backend, and what had to be smaller for it; the last one stays loaded.

    Parameters
    ----------
    pickles_allowed
        Names of models whose pickled weights may be read.

    Raises
    ------
    InvalidRequestError
        ``model.unknown``, ``model.incomplete``, ``model.refused``.
    AdapterError
        ``model.no_torch``, ``model.memory``.
    """
    saved = chosen_generator(models, backend)
    found = require_usable(saved, pickles_allowed=saved.name in pickles_allowed)
    place, smaller = fitting_place(saved.name, found.weights, chosen_place())
    return generator_of(saved, place), smaller


def generator_of(saved: SavedGenerator, place: Place) -> PipelineGenerator:
    """Return what makes sound by a saved model."""
    return CLASSES[saved.kind](saved, place)
