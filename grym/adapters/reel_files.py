"""Reels on disk: files without a name in a folder, gone when closed, also when the process is killed.

Samples lie as float32, the left side of the whole before the right one, so a block is read without unravelling it.
"""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import numpy as np

from grym.domain.reels import SIDES, Reel, Reels
from grym.domain.signal import FloatArray
from grym.errors import AdapterError

SAMPLE_BYTES = 4


class FileReel:
    """A reel in an open file.

    Parameters
    ----------
    file
        Unbuffered and empty.
    length_samples
        Samples per side; the file is sparse, so silence that is never written takes no room.
    sides
        Channels, one after the other in the file.
    """

    def __init__(self, file: IO[bytes], length_samples: int, *, sides: int = SIDES) -> None:
        self._file = file
        self._length = length_samples
        self._sides = sides
        file.truncate(sides * SAMPLE_BYTES * length_samples)

    @property
    def length_samples(self) -> int:
        """Samples per side."""
        return self._length

    def read(self, start: int, end: int) -> FloatArray:
        """Return samples, zeros beyond both ends (see `grym.domain.reels.Reel`)."""
        block = np.zeros((self._sides, end - start), dtype=np.float32)
        first, last = max(0, start), min(end, self._length)
        with _trouble("read"):
            for side in range(self._sides if first < last else 0):
                self._seek(side, first)
                view = _bytes(block[side, first - start : max(first, last) - start])
                while view and (count := self._file.readinto(view)):  # type: ignore[attr-defined] # raw files have it
                    view = view[count:]
        return block

    def write(self, start: int, samples: FloatArray) -> None:
        """Put samples at `start` (see `grym.domain.reels.Reel`)."""
        with _trouble("written"):
            for side in range(self._sides):
                self._seek(side, start)
                view = _bytes(np.ascontiguousarray(samples[side], dtype=np.float32))
                while view:
                    view = view[self._file.write(view) :]

    def _seek(self, side: int, sample: int) -> None:
        self._file.seek(SAMPLE_BYTES * (side * self._length + sample))


def _bytes(samples: FloatArray) -> memoryview:
    """Return the memory of contiguous samples."""
    return samples.data.cast("B")


@contextmanager
def reels_in(folder: Path, *, sides: int = SIDES) -> Iterator[Reels]:
    """Yield a maker of reels of so many sides in a folder; all are closed, and so gone, at the end.

    Raises
    ------
    AdapterError
        ``audio.write_failed``: the folder is missing, full or read-only.
    """
    with ExitStack() as stack:

        def reel(length_samples: int) -> Reel:
            with _trouble("made"):
                # Without a name nothing is left behind, whatever ends the process.
                file = stack.enter_context(tempfile.TemporaryFile(dir=folder, buffering=0))
                return FileReel(file, length_samples, sides=sides)

        yield reel


@contextmanager
def _trouble(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AdapterError(
            f"sound on its way to the mix could not be {what}: {error.strerror}",
            code="audio.write_failed",
            hint="Make room on the disk of GRYM_HOME: a piece needs 21 MB a minute and part while it is rendered.",
        ) from error
