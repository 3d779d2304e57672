"""Saved models as folders: read without torch, refused by name where they cannot be used.

A folder of models holds one folder per model, as ``save_pretrained`` writes it: ``config.json`` and safetensors. Code
that lies beside the weights is never run, and pickled weights are never read. Which classes load is decided here by the
model type; nothing is ever fetched from a network.

``grym-model.json`` may say ``{"pretrained": false}``: whoever saves weights that were only drawn at random writes it.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from grym.errors import InvalidRequestError
from grym.ports.embedding import unknown_model

Family = Literal["speech", "clap"]

MARKER = "grym-model.json"
MAX_CONFIG_BYTES = 1_000_000
DIGEST_CHARACTERS = 16
_BLOCK_BYTES = 1 << 20

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""A name is one folder below the folder of models, never a way out of it."""

FAMILIES: dict[str, Family] = {
    "wav2vec2": "speech",
    "hubert": "speech",
    "wavlm": "speech",
    "data2vec-audio": "speech",
    "sew": "speech",
    "unispeech-sat": "speech",
    "mert_model": "speech",
    "clap": "clap",
}
"""What each model type is to us. MERT (Li et al. 2024) has the shape and the weights' names of HuBERT."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedModel:
    """A folder that may be loaded.

    Parameters
    ----------
    config
        What ``config.json`` says.
    pretrained
        Whether the weights count as learned: unless the marker says otherwise.
    digest
        Beginning of the SHA-256 of the weights.
    """

    name: str
    folder: Path
    family: Family
    config: Mapping[str, Any]
    pretrained: bool
    digest: str

    @property
    def architecture(self) -> str:
        """The class that was saved, as far as the folder says; else its type."""
        named = self.config.get("architectures")
        return str(named[0]) if isinstance(named, list) and named else str(self.config.get("model_type"))

    @property
    def writes_words(self) -> bool:
        """Whether there is a head for characters and the vocabulary to spell them."""
        return self.architecture.endswith("ForCTC") and (self.folder / "vocab.json").is_file()

    def beside(self, file: str) -> Mapping[str, Any]:
        """Return another JSON file of the folder; empty without it."""
        path = self.folder / file
        return _read_json(path, model=self.name) if path.is_file() else {}


def model_names(models: Path | None) -> list[str]:
    """Return the names of all folders that look like a saved model, sorted."""
    if models is None or not models.is_dir():
        return []
    return sorted(path.parent.name for path in models.glob("*/config.json") if NAME.fullmatch(path.parent.name))


def saved_model(models: Path | None, name: str) -> SavedModel:
    """Look at a saved model.

    Raises
    ------
    InvalidRequestError
        ``model.unknown``: no such folder. ``model.refused``: not of a kind that embeds sound, or not safetensors.
    """
    folder = require_model(models, name)
    config = _read_json(folder / "config.json", model=name)
    family = FAMILIES.get(str(config.get("model_type")))
    if family is None:
        kinds = ", ".join(FAMILIES)
        raise refused(name, f"its type {config.get('model_type')!r} embeds no sound here", f"Known types: {kinds}.")
    return SavedModel(
        name=name,
        folder=folder,
        family=family,
        config=config,
        pretrained=_marker(folder, name).get("pretrained") is not False,
        digest=_digest(folder, name),
    )


def require_model(models: Path | None, name: str) -> Path:
    """Return the folder of a model.

    Raises
    ------
    InvalidRequestError
        ``model.unknown``.
    """
    if models is None or not NAME.fullmatch(name) or not (models / name / "config.json").is_file():
        raise unknown_model(name, model_names(models))
    return models / name


def mark_untrained(folder: Path, *, why: str) -> None:
    """Write down that the weights in a folder were not learned."""
    (folder / MARKER).write_text(json.dumps({"pretrained": False, "why": why}) + "\n", encoding="utf-8")


def refused(name: str, why: str, hint: str) -> InvalidRequestError:
    """Return the refusal of a model that is here and cannot be used."""
    return InvalidRequestError(
        f"the saved model {name} cannot be used: {why}", code="model.refused", hint=hint, details={"model": name}
    )


def _marker(folder: Path, name: str) -> Mapping[str, Any]:
    path = folder / MARKER
    return _read_json(path, model=name) if path.is_file() else {}


def _read_json(path: Path, *, model: str) -> Mapping[str, Any]:
    if path.stat().st_size > MAX_CONFIG_BYTES:
        raise refused(model, f"{path.name} is too large", "Save the model again with save_pretrained.")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise refused(model, f"{path.name} is no JSON", "Save the model again with save_pretrained.") from error
    if not isinstance(found, dict):
        raise refused(model, f"{path.name} is no JSON object", "Save the model again with save_pretrained.")
    return found


def _digest(folder: Path, name: str) -> str:
    """Return the beginning of the SHA-256 over all weights of a folder, by file name."""
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise refused(name, "it holds no safetensors", "Save it with save_pretrained; pickled weights are not read.")
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
    return digest.hexdigest()[:DIGEST_CHARACTERS]
