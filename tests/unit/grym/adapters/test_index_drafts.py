"""A generation's folder: what was written is what is read, and anything else is refused."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grym.adapters.index_drafts import MANIFEST, DraftFolder, opened
from grym.errors import AdapterError
from grym.ports.generations import Manifest, Recipe

SHEET = Manifest(
    watermark=9, count=5, dim=2, recipe=Recipe(kind="ivf", lists=3), effort=8, recall=0.99, notes={"names": ["a", "b"]}
)


def finished(folder: Path) -> Path:
    """Fill and finish a draft."""
    folder.mkdir()
    draft = DraftFolder(folder)
    draft.put("numbers", (np.arange(3), np.arange(3, 5)), rows=5)
    draft.put("nothing", (np.zeros((0, 4), dtype=np.uint16),), rows=0)
    draft.finish(SHEET)
    return folder


def test_a_finished_draft_holds_what_was_put_in(tmp_path: Path) -> None:
    """Arrays in one piece whatever they came in, empty ones too, and the manifest as it was."""
    sealed = opened(finished(tmp_path / "a"))
    assert sealed.manifest == SHEET
    assert sorted(sealed.parts) == ["nothing", "numbers"]
    assert sealed.get("numbers").tolist() == [0, 1, 2, 3, 4]
    assert sealed.get("nothing").shape == (0, 4)
    assert not sealed.get("numbers").flags.writeable


def test_descriptors_go_with_the_arrays(tmp_path: Path) -> None:
    """A hundred were mapped, and none is left open."""
    sealed = opened(finished(tmp_path / "a"))
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - as many as there are
    kept = [sealed.get("numbers") for _ in range(100)]
    assert len(os.listdir("/proc/self/fd")) <= before + len(kept)  # noqa: PTH208
    del kept
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


@pytest.mark.parametrize("name", ["numbers.npy", "nothing.npy", MANIFEST])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    """Whichever it is."""
    folder = finished(tmp_path / "a")
    (folder / name).unlink()
    with pytest.raises(AdapterError) as refused:
        opened(folder)
    assert refused.value.code == "index.damaged"


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_no_changed_or_missing_byte_goes_unnoticed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Anywhere in any file, the manifest included."""
    folder = finished(tmp_path_factory.mktemp("drafts") / "a")
    path = folder / data.draw(st.sampled_from(["numbers.npy", "nothing.npy", MANIFEST]))
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content[place] ^= data.draw(st.integers(1, 255))
    else:
        del content[place:]
    path.write_bytes(content)
    with pytest.raises(AdapterError) as refused:
        opened(folder)
    assert refused.value.code == "index.damaged"


def test_a_full_disk_has_its_own_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Writing and flushing alike."""
    draft = DraftFolder(tmp_path / "gone")
    with pytest.raises(AdapterError) as refused:
        draft.put("numbers", (np.arange(3),), rows=3)
    assert refused.value.code == "index.unwritable"

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AdapterError) as refused:
        finished(tmp_path / "a")
    assert refused.value.code == "index.disk_full"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_real_full_disk_is_the_same(tmp_path: Path) -> None:
    """The system's own refusal while an array is written."""
    (tmp_path / "numbers.npy").symlink_to("/dev/full")
    with pytest.raises(AdapterError) as refused:
        DraftFolder(tmp_path).put("numbers", (np.arange(100_000),), rows=100_000)
    assert refused.value.code == "index.disk_full"


def test_an_array_of_objects_is_not_loaded(tmp_path: Path) -> None:
    """It could run what it likes."""
    np.save(tmp_path / "evil.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(AdapterError) as refused:
        DraftFolder(tmp_path).get("evil")
    assert refused.value.code == "index.damaged"
