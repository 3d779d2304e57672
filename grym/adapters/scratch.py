"""Folders for work in progress; each is locked by the process that works in it, so a crash leaves them unlocked."""

import contextlib
import fcntl
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from grym.adapters.step_files import StepFiles

LOCK_NAME = ".lock"


class FolderScratch:
    """Fresh folders below `root`; making one of these sweeps what dead processes have left there."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._sweep()

    @contextlib.contextmanager
    def folder(self) -> Iterator[Path]:
        """Open a fresh folder that is removed on leaving the block."""
        folder = self._root / uuid.uuid4().hex
        with self._making():
            folder.mkdir()
            lock = _locked(folder)
        assert lock is not None
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            lock.close()

    def told(self, folder: Path) -> tuple[str, float]:
        """Return what whoever works in a folder told last (see `grym.ports.artifacts.Scratch`)."""
        return StepFiles(folder).told()

    def _sweep(self) -> None:
        if not self._root.is_dir():
            return
        with self._making():
            for folder in self._root.iterdir():
                if folder.is_dir() and (lock := _locked(folder)) is not None:
                    shutil.rmtree(folder, ignore_errors=True)
                    lock.close()

    @contextlib.contextmanager
    def _making(self) -> Iterator[None]:
        """Keep the sweeper away from a folder that has no lock yet."""
        self._root.mkdir(parents=True, exist_ok=True)
        with (self._root / LOCK_NAME).open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _locked(folder: Path) -> IO[bytes] | None:
    lock = (folder / LOCK_NAME).open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock
