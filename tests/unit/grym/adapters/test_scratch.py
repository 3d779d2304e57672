"""Scratch folders: gone when done, swept after a crash, safe while in use."""

import subprocess
import sys
from pathlib import Path

import pytest

from grym.adapters.scratch import FolderScratch

REPOSITORY = Path(__file__).parents[4]


def test_a_folder_is_fresh_and_removed_in_the_end(tmp_path: Path) -> None:
    """With everything in it, also after an error."""
    scratch = FolderScratch(tmp_path / "scratch")
    with scratch.folder() as one, scratch.folder() as two:
        assert one != two
        (one / "half.wav").write_bytes(b"x")
    assert not one.exists()

    def fail() -> None:
        with scratch.folder() as folder:
            (folder / "x").touch()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert [path for path in (tmp_path / "scratch").iterdir() if path.is_dir()] == []


def test_what_somebody_works_in_is_not_swept(tmp_path: Path) -> None:
    """Another process starts meanwhile."""
    with FolderScratch(tmp_path).folder() as mine:
        FolderScratch(tmp_path)
        assert mine.is_dir()


def test_what_a_killed_process_left_is_swept_at_the_next_start(tmp_path: Path) -> None:
    """The kernel gave its lock back."""
    script = (
        "import os, pathlib, sys; from grym.adapters.scratch import FolderScratch\n"
        "with FolderScratch(pathlib.Path(sys.argv[1])).folder() as folder:\n"
        "    (folder / 'half.wav').write_bytes(b'x'); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=REPOSITORY, check=False)
    assert len(list(tmp_path.glob("*/half.wav"))) == 1
    FolderScratch(tmp_path)
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == []
