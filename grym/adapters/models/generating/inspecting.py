"""Whether a saved generator is whole and safe, told before anything of it is loaded.

Weights that are missing would be drawn at random without a word; pickled ones run code as they are read; numbers of
eight bits are packed in ways that only the library which packed them reads.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from grym.adapters.models.folders import DIGEST_CHARACTERS, refused
from grym.adapters.models.generating.kinds import LIBRARIES, NEEDED_PARTS
from grym.adapters.models.generating.safetensors import Tensors, read_header
from grym.adapters.models.generating.shelf import SavedGenerator
from grym.errors import InvalidRequestError

PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
READ_FORMATS = frozenset({"F64", "F32", "F16", "BF16", "I64", "I32", "I16", "BOOL"})
"""Numbers that are loaded as they are; integers count tokens and places."""

WITHOUT_WEIGHTS = ("tokenizer", "scheduler", "feature_extractor")
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What a saved generator holds.

    Parameters
    ----------
    weights
        How many numbers.
    size_bytes
        What its weights take on disk.
    faults
        What keeps it from being loaded, in words; empty where nothing does.
    code
        ``model.incomplete`` or ``model.refused``, for the first fault.
    """

    weights: int
    size_bytes: int
    faults: tuple[str, ...]
    code: str = "model.refused"


def inspected(saved: SavedGenerator, *, pickles_allowed: bool = False) -> Inspection:
    """Look at every part of a saved generator."""
    faults = [f"the part {name} is not named in it" for name in NEEDED_PARTS[saved.kind] if name not in saved.parts]
    incomplete, count, size = bool(faults), 0, 0
    for part, library in _parts(saved):
        if library not in LIBRARIES:
            faults.append(f"{part} is of the library {library}, whose code is not run here")
            continue
        try:
            for tensors in _weights(saved.folder / part, needed=not part.startswith(WITHOUT_WEIGHTS)):
                count, size = count + tensors.count, size + tensors.size_bytes
                faults += _odd_formats(part, tensors)
        except _PickledError as error:
            faults += [] if pickles_allowed else [str(error)]
        except (OSError, ValueError) as error:
            incomplete = incomplete or not faults
            faults.append(f"{part or saved.name}: {error}")
    code = "model.incomplete" if incomplete else "model.refused"
    return Inspection(weights=count, size_bytes=size, faults=tuple(faults), code=code)


def require_usable(saved: SavedGenerator, *, pickles_allowed: bool = False) -> Inspection:
    """Return what a generator holds, where nothing keeps it from being loaded.

    Raises
    ------
    InvalidRequestError
        ``model.incomplete``, ``model.refused``.
    """
    found = inspected(saved, pickles_allowed=pickles_allowed)
    if not found.faults:
        return found
    more = f" (and {len(found.faults) - 1} more)" if len(found.faults) > 1 else ""
    hint = "Save the whole model with save_pretrained, as safetensors; `grym doctor` lists what is wrong with each."
    refusal = refused(saved.name, found.faults[0] + more, hint)
    raise InvalidRequestError(refusal.message, code=found.code, hint=hint, details=refusal.details)


@lru_cache(maxsize=8)
def digest_of(folder: Path) -> str:
    """Return the beginning of the SHA-256 over all weights of a folder and its parts, by path."""
    digest = hashlib.sha256()
    for path in sorted(path for kind in ("*.safetensors", *PICKLES) for path in folder.rglob(kind)):
        digest.update(str(path.relative_to(folder)).encode())
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
    return digest.hexdigest()[:DIGEST_CHARACTERS]


class _PickledError(Exception):
    """Weights are there as pickles only."""


def single_weights(folder: Path) -> list[Tensors]:
    """Return what the weights of a model in one folder are.

    Raises
    ------
    OSError, ValueError
        Something is missing, cut off or pickled; the message says what.
    """
    try:
        return _weights(folder, needed=True)
    except _PickledError as error:
        raise ValueError(str(error)) from error


def _parts(saved: SavedGenerator) -> list[tuple[str, str]]:
    """Return parts and their libraries; a single model is one part without a name."""
    if not saved.parts:
        return [("", "transformers")]
    return [(name, library) for name, (library, _) in saved.parts.items()]


def _weights(folder: Path, *, needed: bool) -> list[Tensors]:
    """Return what the weights of a part are.

    Raises
    ------
    FileNotFoundError, ValueError
        Something is missing or cut off.
    _PickledError
        There are weights, but no safetensors.
    """
    if not folder.is_dir():
        raise FileNotFoundError("its folder is missing")
    if not needed:
        if not any(folder.iterdir()):
            raise FileNotFoundError("its folder is empty")
        return []
    if not (folder / "config.json").is_file():
        raise FileNotFoundError("config.json is missing")
    files, variants = _files(folder)
    if not files and not variants and any(path for pattern in PICKLES for path in folder.glob(pattern)):
        raise _PickledError(f"{folder.name} holds pickled weights, which run code as they are read")
    if not files:
        what = f"there is only the variant {variants[0].name}" if variants else "its weights are missing"
        raise FileNotFoundError(what)
    missing = sorted(_named_shards(folder) - {path.name for path in files})
    if missing:
        raise FileNotFoundError(f"{missing[0]} is missing")
    return [read_header(path) for path in files]


def _files(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the weights that are loaded, and variants beside them (``model.fp16.safetensors``)."""
    files = sorted(folder.glob("*.safetensors"))
    return [path for path in files if "." not in path.stem], [path for path in files if "." in path.stem]


def _named_shards(folder: Path) -> set[str]:
    """Return the files that indexes of split weights name."""
    named: set[str] = set()
    for index in folder.glob("*.safetensors.index.json"):
        if "." in index.name.removesuffix(".safetensors.index.json"):
            continue  # that of a variant
        weight_map = json.loads(index.read_text(encoding="utf-8")).get("weight_map", {})
        named.update(str(file) for file in weight_map.values())
    return named


def _odd_formats(part: str, tensors: Tensors) -> list[str]:
    return [
        f"{part or 'it'} holds numbers of the format {name}, which are not read here"
        for name in sorted(tensors.formats - READ_FORMATS)
    ]
