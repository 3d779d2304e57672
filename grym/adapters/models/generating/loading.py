"""Loading a saved generator part by part: whole, from the folder alone, ready to be asked.

Each part is loaded by its own class with a report of what was missing, because a pipeline as a whole draws missing
weights at random without a word. What libraries print or warn of is kept to themselves: what we know, we say.
"""

import importlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grym.adapters.models.folders import refused
from grym.adapters.models.generating.inspecting import PICKLES, WITHOUT_WEIGHTS
from grym.adapters.models.generating.kinds import LIBRARIES
from grym.adapters.models.generating.shelf import SavedGenerator
from grym.adapters.models.torch_home import Place, loaded_torch
from grym.adapters.models.weights import require_all

# ruff: noqa: PLC0415  (diffusers is loaded when a model is)

REMEDY = "Save it again with save_pretrained, with the versions of the extra ml."

DECODERS = ("vae", "vocoder")
"""What turns numbers into sound stays exact: eight bits of mantissa would be heard as noise at −50 dB."""

STAND_INS = {"GPT2Model": "GPT2LMHeadModel"}
"""Classes that checkpoints of older versions name: the pipeline of AudioLDM 2 calls what only the other one has now."""


@contextmanager
def quiet() -> Iterator[None]:
    """Keep libraries from printing bars and warnings in the block."""
    loaded_torch()
    import diffusers
    import transformers

    for library in (diffusers, transformers):
        library.utils.logging.set_verbosity_error()
        library.utils.logging.disable_progress_bar()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def loaded_pipeline(saved: SavedGenerator, place: Place) -> Any:
    """Load a pipeline of diffusers for asking.

    Raises
    ------
    InvalidRequestError
        ``model.refused``.
    """
    with quiet():
        import diffusers

        parts = {name: _part(saved, name, library, kind, place) for name, (library, kind) in saved.parts.items()}
        pipeline = _tried(saved, lambda: getattr(diffusers, saved.class_name)(**parts))
        pipeline.set_progress_bar_config(disable=True)
        _decode_exactly(pipeline)
        return pipeline.to(place.device)


def _decode_exactly(pipeline: Any) -> None:
    """Let the autoencoder take in what a model of narrower numbers hands it."""
    decode = pipeline.vae.decode

    def exactly(latents: Any, *args: Any, **options: Any) -> Any:
        return decode(latents.to(pipeline.vae.dtype), *args, **options)

    pipeline.vae.decode = exactly


def loaded_model(model_class: Any, saved: SavedGenerator, dtype: Any, part: str = "") -> Any:
    """Load weights for asking: evaluation mode, no gradients, every number there.

    Raises
    ------
    InvalidRequestError
        ``model.refused``.
    """
    folder = saved.folder / part
    # Parts of diffusers and models of transformers call their number format differently.
    dtype_name = "torch_dtype" if model_class.__module__.startswith("diffusers") else "dtype"
    model, report = _tried(
        saved,
        lambda: model_class.from_pretrained(
            str(folder),
            local_files_only=True,
            use_safetensors=has_safetensors(folder),
            output_loading_info=True,
            **{dtype_name: dtype},
        ),
    )
    require_all(report, saved.name)
    return model.eval().requires_grad_(requires_grad=False)


def loaded_tokeniser(saved: SavedGenerator) -> Any:
    """Load the tokeniser of a single model.

    Raises
    ------
    InvalidRequestError
        ``model.refused``.
    """
    with quiet():
        import transformers

        tokeniser = transformers.AutoTokenizer
        return _tried(saved, lambda: tokeniser.from_pretrained(str(saved.folder), local_files_only=True))


def has_safetensors(folder: Path) -> bool:
    """Return whether there is anything but pickles; whoever loads has asked before whether pickles are allowed."""
    return any(folder.glob("*.safetensors")) or not any(path for kind in PICKLES for path in folder.glob(kind))


def _part(saved: SavedGenerator, name: str, library: str, kind: str, place: Place) -> Any:
    """Load one part of a pipeline by the class that was saved."""
    found = _class_of(saved, name, library, kind)
    if not name.startswith(WITHOUT_WEIGHTS):
        dtype = loaded_torch().float32 if name in DECODERS else place.dtype
        return loaded_model(found, saved, dtype, name)
    return _tried(saved, lambda: found.from_pretrained(str(saved.folder / name), local_files_only=True))


def _class_of(saved: SavedGenerator, part: str, library: str, kind: str) -> Any:
    if library not in LIBRARIES:
        raise refused(saved.name, f"{part} is of the library {library}, whose code is not run here", REMEDY)
    kind = STAND_INS.get(kind, kind)
    own = library in {"diffusers", "transformers"}
    module = importlib.import_module(library if own else f"diffusers.pipelines.{library}")
    found = getattr(module, kind, None)
    if not isinstance(found, type) or not hasattr(found, "from_pretrained"):
        raise refused(saved.name, f"{part} is of a class {kind} that {library} does not have", REMEDY)
    return found


def _tried(saved: SavedGenerator, load: Any) -> Any:
    """Return what loading gives; whatever a library raises becomes a refusal of the model.

    Memory that is not there is no fault of the model, and passes.
    """
    from grym.adapters.models.generating.memory import is_out_of_memory

    try:
        return load()
    except Exception as error:
        if is_out_of_memory(error) or not isinstance(error, _LOADING_FAULTS):
            raise
        raise refused(saved.name, f"{type(error).__name__}: {error}"[:300], REMEDY) from error


_LOADING_FAULTS = (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError, ImportError)
