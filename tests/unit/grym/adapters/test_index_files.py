"""Generations side by side: names in one step, one writer, the damaged passed over, the old swept."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from grym.adapters.index_drafts import MANIFEST
from grym.adapters.index_files import LOCK, GenerationFolder, NotebookFile
from grym.errors import AdapterError, SaturatedError
from grym.ports.generations import Manifest, Recipe

HOLDER = """
import sys, time
from pathlib import Path
from grym.adapters.index_files import GenerationFolder
with GenerationFolder(Path(sys.argv[1])).writing():
    print("held", flush=True)
    time.sleep(600)
"""


def publish(folder: GenerationFolder, watermark: int) -> str:
    """Publish a small generation and return its name."""
    draft = folder.begin()
    draft.put("numbers", (np.arange(watermark),), rows=watermark)
    draft.finish(Manifest(watermark=watermark, count=0, dim=2, recipe=Recipe(kind="flat")))
    return folder.publish(draft).name


def test_the_newest_comes_first(tmp_path: Path) -> None:
    """Whatever their watermarks."""
    folder = GenerationFolder(tmp_path)
    assert list(folder.whole()) == []
    names = [publish(folder, watermark) for watermark in (5, 9, 7)]
    assert names == sorted(names)
    assert [sealed.manifest.watermark for sealed in folder.whole()] == [7, 9, 5]


def test_a_damaged_one_is_reported_and_passed_over(tmp_path: Path) -> None:
    """The one before it is taken; where all are damaged, none."""
    reports: list[tuple[str, str]] = []
    folder = GenerationFolder(tmp_path, report=lambda name, why: reports.append((name, why)))
    first, second = publish(folder, 1), publish(folder, 2)
    (tmp_path / second / MANIFEST).write_bytes(b"")
    assert next(folder.whole()).manifest.watermark == 1
    (tmp_path / first / "numbers.npy").write_bytes(b"x")
    reports.clear()
    assert list(folder.whole()) == []
    assert [name for name, _ in reports] == [second, first]


def test_a_draft_that_is_not_finished_gets_no_name(tmp_path: Path) -> None:
    """It has no manifest yet."""
    folder = GenerationFolder(tmp_path)
    draft = folder.begin()
    draft.put("numbers", (np.arange(3),), rows=3)
    with pytest.raises(AdapterError) as refused:
        folder.publish(draft)
    assert refused.value.code == "index.damaged"
    assert list(folder.whole()) == []


def test_sweeping_keeps_the_newest_whole_ones(tmp_path: Path) -> None:
    """Damaged and unfinished ones go, a damaged one does not count as kept, and numbers go on from there."""
    folder = GenerationFolder(tmp_path)
    names = [publish(folder, watermark) for watermark in range(1, 6)]
    (tmp_path / names[4] / MANIFEST).unlink()
    folder.begin()
    assert folder.sweep(keep=2) == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == [names[2], names[3]]
    assert publish(folder, 6) > names[3]


def test_one_writer_at_a_time_in_one_process(tmp_path: Path) -> None:
    """The lock is free again afterwards, also when the work failed."""
    folder, other = GenerationFolder(tmp_path), GenerationFolder(tmp_path)
    with folder.writing(), pytest.raises(SaturatedError) as refused, other.writing():
        pass
    assert refused.value.code == "index.locked"
    with pytest.raises(KeyError), folder.writing():
        raise KeyError
    with other.writing():
        assert (tmp_path / LOCK).exists()


def test_the_lock_of_another_process_ends_with_it(tmp_path: Path) -> None:
    """It is killed without warning, and the next one writes."""
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(SaturatedError), GenerationFolder(tmp_path).writing():
        pass
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with GenerationFolder(tmp_path).writing():
        assert list(GenerationFolder(tmp_path).whole()) == []


def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    """A file stands where the folder should."""
    (tmp_path / "file").touch()
    folder = GenerationFolder(tmp_path / "file" / "index")
    with pytest.raises(AdapterError) as refused, folder.writing():
        pass
    assert refused.value.code == "index.unwritable"
    with pytest.raises(AdapterError):
        folder.begin()


def test_a_notebook_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """A missing one is empty, and nothing else is left beside it."""
    notebook = NotebookFile(tmp_path / "learned.json")
    assert notebook.read() == b""
    notebook.write(b"one")
    notebook.write(b"two")
    assert notebook.read() == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["learned.json"]


def test_a_notebook_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    """Its folder is not there."""
    with pytest.raises(AdapterError) as refused:
        NotebookFile(tmp_path / "gone" / "learned.json").write(b"x")
    assert refused.value.code == "index.unwritable"
