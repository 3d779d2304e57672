"""Saved generators as folders: recognised, measured and refused by name without torch.

A folder holds what ``save_pretrained`` writes: ``model_index.json`` and a folder for each part of a pipeline, or
``config.json`` of a single model; weights as safetensors. ``grym-model.json`` beside it may say more: ``pretrained``
(false for weights that were drawn at random), ``steps``, ``guidance``, ``longest_s``, ``guide_noise``.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from grym.adapters.models.folders import MARKER, MAX_CONFIG_BYTES, NAME, refused
from grym.adapters.models.generating.kinds import BACKENDS, GUIDED_PARTS, MODEL_TYPES, PIPELINES, REFUSED_TYPES, Kind
from grym.ports.generating import unknown_generator

INDEX = "model_index.json"
CARD_BYTES = 8_192
_LICENCE = re.compile(r"^license(?:_name)?:\s*[\"']?([^\s\"'#]+)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class SavedGenerator:
    """A folder that makes sound once it is loaded.

    Parameters
    ----------
    index
        ``model_index.json``, or ``config.json`` of a single model.
    marker
        What ``grym-model.json`` says; empty without it.
    """

    name: str
    folder: Path
    kind: Kind
    index: Mapping[str, Any]
    marker: Mapping[str, Any]

    @property
    def class_name(self) -> str:
        """The class that was saved."""
        named = self.index.get("_class_name")
        return str(named) if named else "MusicgenForConditionalGeneration"

    @property
    def pretrained(self) -> bool:
        """Whether the weights count as learned: unless the marker says otherwise."""
        return self.marker.get("pretrained") is not False

    @property
    def backend(self) -> str:
        """The backend it is asked for by."""
        return self.kind if self.kind in BACKENDS else next(name for name, of in BACKENDS.items() if self.kind in of)

    @cached_property
    def parts(self) -> dict[str, tuple[str, str]]:
        """Parts of a pipeline by name: library and class; optional ones that were not saved are left out."""
        return {
            str(name): (str(entry[0]), str(entry[1]))
            for name, entry in self.index.items()
            if isinstance(entry, list) and len(entry) == 2 and entry[0] is not None  # noqa: PLR2004 (library, class)
        }

    @property
    def takes_guide(self) -> bool:
        """Whether it can follow the sound of a score, as far as its parts say."""
        return self.kind == "stableaudio3" or (self.kind == "acestep" and self.parts.keys() >= set(GUIDED_PARTS))

    @cached_property
    def licence(self) -> str:
        """What the model card says of its licence; ``unknown`` without one."""
        return licence_of(self.folder)

    def config_of(self, part: str = "", file: str = "config.json") -> Mapping[str, Any]:
        """Return the configuration of a part, or of the single model; empty where there is none.

        Raises
        ------
        InvalidRequestError
            ``model.refused``: it is no JSON object.
        """
        return json_of(self.folder / part / file, self.name)

    def number(self, name: str, usual: float) -> float:
        """Return a number of the marker, or the usual one.

        Raises
        ------
        InvalidRequestError
            ``model.refused``: it is none, or not above 0.
        """
        value = self.marker.get(name, usual)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
            raise refused(self.name, f"{MARKER} says {name} is {value!r}", "Write a number above 0, or leave it out.")
        return float(value)


def saved_generators(models: Path | None) -> Iterator[SavedGenerator]:
    """Yield every folder that names a class which makes sound, by name; one that cannot be read is passed over."""
    if models is None or not models.is_dir():
        return
    for folder in sorted(models.iterdir()):
        if NAME.fullmatch(folder.name) and folder.is_dir():
            try:
                found = _looked_at(folder)
            except Exception:  # noqa: BLE001, S112 (whatever lies there: somebody else's folder is not our fault)
                continue
            if found is not None:
                yield found


def chosen_generator(models: Path | None, backend: str) -> SavedGenerator:
    """Return the saved model behind a backend.

    It is the one named after the slash; without a slash the one called like the backend, else the first by name.

    Raises
    ------
    InvalidRequestError
        ``model.unknown``, ``model.refused``.
    """
    asked, _, name = backend.partition("/")
    kinds = BACKENDS.get(asked, ())
    if name:
        return _by_name(models, backend, name)
    fitting = [one for one in saved_generators(models) if one.kind in kinds]
    fitting.sort(key=lambda one: (kinds.index(one.kind), one.name != asked, one.name))
    if not fitting:
        raise unknown_generator(backend, known_backends(models))
    return fitting[0]


def known_backends(models: Path | None) -> list[str]:
    """Return what may be asked for here, as backends."""
    return [f"{one.backend}/{one.name}" for one in saved_generators(models)]


def _by_name(models: Path | None, backend: str, name: str) -> SavedGenerator:
    folder = None if models is None or not NAME.fullmatch(name) else models / name
    if folder is None or not folder.is_dir():
        raise unknown_generator(backend, known_backends(models))
    found = _looked_at(folder)
    if found is None or found.kind not in BACKENDS[backend.partition("/")[0]]:
        what = (
            "no class that makes sound" if found is None else f"{found.class_name}, which is --backend {found.backend}"
        )
        raise refused(name, f"it holds {what}", f"Known classes: {', '.join(PIPELINES)}; musicgen.")
    return found


def _looked_at(folder: Path) -> SavedGenerator | None:
    """Return what a folder is; None where it makes no sound.

    Raises
    ------
    InvalidRequestError
        ``model.refused``.
    """
    name = folder.name
    index = json_of(folder / INDEX, name)
    config = {} if index else json_of(folder / "config.json", name)
    model_type = str(config.get("model_type"))
    if model_type in REFUSED_TYPES:
        raise refused(name, REFUSED_TYPES[model_type], "Use a MusicGen without melody.")
    kind = PIPELINES.get(str(index.get("_class_name"))) or MODEL_TYPES.get(model_type)
    if kind is None:
        return None
    return SavedGenerator(
        name=name, folder=folder, kind=kind, index=index or config, marker=json_of(folder / MARKER, name)
    )


def licence_of(folder: Path) -> str:
    """Return what the model card in a folder says of its licence; ``unknown`` without one."""
    card = folder / "README.md"
    if not card.is_file():
        return "unknown"
    with card.open(encoding="utf-8", errors="replace") as file:
        found: list[str] = _LICENCE.findall(file.read(CARD_BYTES))
    return " ".join(found) if found else "unknown"


def json_of(path: Path, name: str) -> Mapping[str, Any]:
    """Return a JSON object from the folder of a model; empty where there is no such file.

    Raises
    ------
    InvalidRequestError
        ``model.refused``: it is too large, or no JSON object.
    """
    remedy = "Save the model again with save_pretrained."
    if not path.is_file():
        return {}
    if path.stat().st_size > MAX_CONFIG_BYTES:
        raise refused(name, f"{path.name} is too large", remedy)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise refused(name, f"{path.name} is no JSON", remedy) from error
    if not isinstance(found, dict):
        raise refused(name, f"{path.name} is no JSON object", remedy)
    return found
