"""Results as files: names, whole writing, and taking over a folder."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from grym.cli.delivery import default_folder, deliver, require_folder, slug, write_manifest
from grym.errors import AdapterError, InvalidRequestError
from schemas.body import ArtifactRef


class FolderOfPayloads:
    """An artifact store whose payloads lie in a folder under their digest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, payload: bytes, name: str = "") -> dict[str, Any]:
        """Keep a payload and return its reference as a result carries it."""
        digest = hashlib.sha256(payload).hexdigest()
        (self._folder / digest).write_bytes(payload)
        uri = f"artifact://sha256/{digest}"
        return {"uri": uri, "size_bytes": len(payload), "media_type": "x/y", "name": name}

    async def local_path(self, ref: ArtifactRef) -> Path:
        """Return the file of a payload."""
        return self._folder / ref.sha256

    async def put(self, payload: bytes, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Not needed here."""
        raise NotImplementedError

    async def put_file(self, path: Path, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Not needed here."""
        raise NotImplementedError

    async def get(self, ref: ArtifactRef) -> bytes:
        """Not needed here."""
        raise NotImplementedError


@pytest.fixture
def store(tmp_path: Path) -> FolderOfPayloads:
    """Return an empty store."""
    folder = tmp_path / "store"
    folder.mkdir()
    return FolderOfPayloads(folder)


def _result(store: FolderOfPayloads, *, stems: tuple[str, ...]) -> dict[str, Any]:
    return {
        "audio": store.keep(b"sound"),
        "midi": store.keep(b"midi"),
        "score": store.keep(b"score"),
        "pages": [store.keep(b"page")],
        "stems": [store.keep(name.encode() + str(n).encode(), name) for n, name in enumerate(stems)],
    }


async def test_files_get_good_names(store: FolderOfPayloads, tmp_path: Path) -> None:
    """Sound, MIDI, score, page and stems lie under fixed names, equal stem names told apart."""
    out = tmp_path / "new" / "folder"
    files = await deliver(store, _result(store, stems=("melody", "bass", "bass")), out)
    assert {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} == {
        "piece.wav",
        "piece.mid",
        "piece.musicxml",
        "page-1.svg",
        "stems/melody.wav",
        "stems/bass.wav",
        "stems/bass-2.wav",
    }
    assert files["audio"] == str(out / "piece.wav")
    assert (out / "piece.wav").read_bytes() == b"sound"
    assert files["stems"] == [str(out / "stems" / name) for name in ("melody.wav", "bass.wav", "bass-2.wav")]


async def test_a_score_without_sound_has_no_stems_folder(store: FolderOfPayloads, tmp_path: Path) -> None:
    """Without sound the audio is null and no empty folder stays."""
    result = {**_result(store, stems=()), "audio": None}
    files = await deliver(store, result, tmp_path / "out")
    assert (files["audio"], files["stems"]) == (None, [])
    assert not (tmp_path / "out" / "stems").exists()


async def test_a_new_piece_replaces_the_files_of_the_old_one(store: FolderOfPayloads, tmp_path: Path) -> None:
    """Stems that the new piece does not have go; a file of somebody else stays."""
    out = tmp_path / "out"
    first = await deliver(store, _result(store, stems=("melody", "drums")), out)
    write_manifest(out, {**first, "plot": None})
    (out / "mine.txt").write_text("keep me")
    await deliver(store, _result(store, stems=("melody",)), out)
    assert [path.name for path in (out / "stems").iterdir()] == ["melody.wav"]
    assert (out / "mine.txt").read_text() == "keep me"


async def test_a_folder_that_cannot_be_made_is_a_typed_error(store: FolderOfPayloads, tmp_path: Path) -> None:
    """A file where the folder should be is told with a hint."""
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(AdapterError) as caught:
        await deliver(store, _result(store, stems=()), tmp_path / "out")
    assert caught.value.code == "files.write_failed"


@pytest.mark.parametrize(
    ("title", "name"),
    [("Nocturne in D minor", "nocturne-in-d-minor"), ("../../etc", "etc"), ("", "piece"), ("…", "piece")],
)
def test_titles_become_safe_folder_names(title: str, name: str) -> None:
    """A title can name a folder and nothing else."""
    assert slug(title) == name


def test_default_folders_differ_by_id() -> None:
    """Two pieces of one title do not share a folder."""
    first, second = (default_folder("Nocturne", f"01890a5d-ac96-774b-bcce-b302099a8{n}57") for n in (0, 1))
    assert first != second
    assert first.name.startswith("nocturne-")


def test_a_folder_that_can_be_made_is_fine(tmp_path: Path) -> None:
    """Neither it nor its parents need exist, and nothing is made yet."""
    require_folder(tmp_path / "new" / "deeper")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("below", ["", "piece"])
def test_a_file_is_no_folder(tmp_path: Path, below: str) -> None:
    """Nothing can be written into a file, nor below it: refused before anything is asked for."""
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(InvalidRequestError) as caught:
        require_folder(file / below)
    assert caught.value.code == "files.not_a_folder"
    assert "--out" in caught.value.hint
