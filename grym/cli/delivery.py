"""Handing over a result: artifacts become files with good names, written whole or not at all.

A folder that holds an earlier piece is taken over: its ``piece.json`` names the files that were written, and those
the new piece does not have are removed, so no stem of another piece stays among the new ones. Nothing else in the
folder is touched.
"""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from grym.cli.screen import json_text
from grym.errors import AdapterError, InvalidRequestError
from grym.ports.artifacts import ArtifactStore
from schemas.body import ArtifactRef

MANIFEST = "piece.json"
SHORT_ID_CHARACTERS = 8
MAX_SLUG_CHARACTERS = 48


def slug(text: str) -> str:
    """Return a title as lower-case letters, digits and hyphens, safe as the name of a folder."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:MAX_SLUG_CHARACTERS].strip("-") or "piece"


def default_folder(title: str, request_id: str) -> Path:
    """Return the folder for a piece in the current one: its title and the end of its id, which tells ids apart."""
    tail = re.sub(r"[^A-Za-z0-9]+", "", request_id)[-SHORT_ID_CHARACTERS:] or "piece"
    return Path(f"{slug(title)}-{tail.lower()}")


def require_folder(folder: Path) -> None:
    """Refuse a place for files where none can be written, before anything is asked for.

    Raises
    ------
    InvalidRequestError
        ``files.not_a_folder`` or ``files.not_writable``.
    """
    existing = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    if not existing.is_dir():
        raise InvalidRequestError(
            f"{existing} is a file, not a folder", code="files.not_a_folder", hint="Name another folder with --out."
        )
    if not os.access(existing, os.W_OK | os.X_OK):
        raise InvalidRequestError(
            f"nothing can be written into {existing}", code="files.not_writable", hint="Name another folder with --out."
        )


async def deliver(artifacts: ArtifactStore, result: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Copy the artifacts of a composition into a folder.

    Parameters
    ----------
    result
        Of a completed composition, artifacts as references.
    folder
        Made where it is missing.

    Returns
    -------
    dict
        ``audio``, ``midi``, ``score``: paths or None; ``stems``, ``pages``: lists of paths.

    Raises
    ------
    AdapterError
        ``files.write_failed``; no partial file stays behind.
    """
    files = planned_files(result)
    with _writing(folder):
        (folder / "stems").mkdir(parents=True, exist_ok=True)
        for name, ref in files.items():
            _copy(await artifacts.local_path(ref), folder / name)
        _remove_leftovers(folder, keep=set(files))
        if not any(name.startswith("stems/") for name in files):
            (folder / "stems").rmdir()
    return paths_of(files, folder)


def planned_files(result: dict[str, Any]) -> dict[str, ArtifactRef]:
    """Return what will be written, as name within the folder → artifact."""
    files: dict[str, ArtifactRef] = {}
    for key, name in (("audio", "piece.wav"), ("midi", "piece.mid"), ("score", "piece.musicxml")):
        if result.get(key):
            files[name] = reference(result[key])
    for number, page in enumerate(result.get("pages") or (), start=1):
        files[f"page-{number}.svg"] = reference(page)
    for name, stem in zip(_stem_names(result), result.get("stems") or (), strict=True):
        files[f"stems/{name}.wav"] = reference(stem)
    return files


def stored_paths(files: dict[str, Path]) -> dict[str, Any]:
    """Return the contract's keys with the paths of files that keep the names of the store."""
    return {
        "audio": _text(files.get("piece.wav")),
        "midi": _text(files.get("piece.mid")),
        "score": _text(files.get("piece.musicxml")),
        "stems": [str(path) for name, path in files.items() if name.startswith("stems/")],
        "pages": [str(path) for name, path in files.items() if name.startswith("page-")],
    }


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def paths_of(files: Iterable[str], folder: Path) -> dict[str, Any]:
    """Return the contract's keys with the paths of files in a folder."""
    return stored_paths({name: folder / name for name in files})


def write_manifest(folder: Path, value: dict[str, Any]) -> None:
    """Write what a command printed beside the files it describes."""
    with _writing(folder):
        content = msgspec.json.format(json_text(value), indent=2).encode()
        _write(folder / MANIFEST, lambda path: path.write_bytes(content + b"\n"))


def reference(value: dict[str, Any]) -> ArtifactRef:
    """Read an artifact reference out of a result."""
    return msgspec.convert(value, ArtifactRef)


def _stem_names(result: dict[str, Any]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for stem in result.get("stems") or ():
        name = slug(stem.get("name") or "part")
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name}-{seen[name]}"


def _remove_leftovers(folder: Path, *, keep: set[str]) -> None:
    try:
        earlier = json.loads((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, ValueError):
        return
    if not isinstance(earlier, dict):
        return
    named = [earlier.get("audio"), earlier.get("midi"), earlier.get("score"), earlier.get("plot")]
    named += [*_list(earlier.get("stems")), *_list(earlier.get("pages"))]
    for export in _list(earlier.get("exports")):
        named += [export.get("audio"), *_list(export.get("stems"))] if isinstance(export, dict) else []
    for path in filter(None, named):
        name = Path(str(path))
        inside = f"stems/{name.name}" if name.parent.name == "stems" else name.name
        if inside not in keep:
            (folder / inside).unlink(missing_ok=True)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def copy_file(source: Path, target: Path) -> None:
    """Copy a file byte for byte, whole or not at all.

    Raises
    ------
    AdapterError
        ``files.write_failed``.
    """
    with _writing(target.parent):
        _copy(source, target)


def _copy(source: Path, target: Path) -> None:
    _write(target, lambda path: shutil.copyfile(source, path))


def _write(target: Path, fill: Callable[[Path], object]) -> None:
    """Fill a temporary neighbour, sync it, then give it its name."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    temporary = Path(name)
    try:
        fill(temporary)
        os.fsync(descriptor)
        temporary.chmod(0o644)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Turn what goes wrong with files into a typed error that names the folder."""
    try:
        yield
    except OSError as error:
        raise AdapterError(
            f"{folder} cannot be written: {error.strerror}",
            code="files.write_failed",
            hint="Name a folder with --out that is writable and has room.",
        ) from error
