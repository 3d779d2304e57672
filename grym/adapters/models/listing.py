"""Every saved model of a folder, whatever it is for: what it is, how large, its licence, and whether it is whole."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from grym.adapters.models.folders import FAMILIES, MARKER, model_names
from grym.adapters.models.generating.inspecting import inspected, single_weights
from grym.adapters.models.generating.shelf import SavedGenerator, json_of, licence_of, saved_generators
from grym.errors import InvalidRequestError


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A folder of the folder of models.

    Parameters
    ----------
    kind
        The class or type that was saved.
    use
        The option that asks for it; empty where nothing does.
    weights
        How many numbers it holds.
    size_bytes
        What they take on disk.
    fault
        What keeps it from being used; empty where nothing does.
    """

    name: str
    kind: str
    use: str
    weights: int
    size_bytes: int
    licence: str
    pretrained: bool
    fault: str


def listed(models: Path | None, *, pickles_allowed: Collection[str] = ()) -> list[Listed]:
    """Return every model that can be recognised, by name; nothing of them is loaded."""
    makers = {one.name: one for one in saved_generators(models)}
    found = [_generator(one, one.name in pickles_allowed) for one in makers.values()]
    if models is not None:
        found += [_embedder(models / name) for name in model_names(models) if name not in makers]
    return sorted(found, key=lambda one: one.name)


def _generator(saved: SavedGenerator, pickles_allowed: bool) -> Listed:  # noqa: FBT001 (private)
    found = inspected(saved, pickles_allowed=pickles_allowed)
    return Listed(
        name=saved.name,
        kind=saved.class_name,
        use=f"--backend {saved.backend}/{saved.name}",
        weights=found.weights,
        size_bytes=found.size_bytes,
        licence=saved.licence,
        pretrained=saved.pretrained,
        fault="; ".join(found.faults),
    )


def _embedder(folder: Path) -> Listed:
    """Return what a folder of a single model is to `--embedding`."""
    kind, fault, weights, size = "?", "", 0, 0
    marker: dict[str, object] = {}
    try:
        kind = str(json_of(folder / "config.json", folder.name).get("model_type"))
        marker = dict(json_of(folder / MARKER, folder.name))
        parts = single_weights(folder)
        weights, size = sum(part.count for part in parts), sum(part.size_bytes for part in parts)
    except (InvalidRequestError, OSError, ValueError) as error:
        fault = str(error)
    if not fault and kind not in FAMILIES:
        fault = f"nothing here uses models of the type {kind}"
    return Listed(
        name=folder.name,
        kind=kind,
        use=f"--embedding {folder.name}",
        weights=weights,
        size_bytes=size,
        licence=licence_of(folder),
        pretrained=marker.get("pretrained") is not False,
        fault=fault,
    )
