"""The generations of one index, side by side: drafts get their name in one step, what is not whole is passed over.

A lock file keeps writers apart; the system frees it when its holder dies, however that happens.
"""

import contextlib
import fcntl
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from grym.adapters.index_drafts import DraftFolder, SealedFolder, complete, failures, flush, opened, sheet_of
from grym.errors import AdapterError, SaturatedError
from grym.ports.generations import Draft

LOCK = "writer.lock"
NAMED = "generation-"
UNFINISHED = "unfinished-"

Report = Callable[[str, str], None]
"""Is told the name of a generation that cannot be used, and why."""


class GenerationFolder:
    """The generations of one index, below `root`.

    Parameters
    ----------
    report
        Is told of each generation that was passed over.
    """

    def __init__(self, root: Path, *, report: Report = lambda _name, _why: None) -> None:
        self._root = root
        self._report = report

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Keep every other writer out, in this process and in others."""
        with failures("the index folder cannot be locked"):
            self._root.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise SaturatedError(
                    f"another process writes to {self._root}",
                    code="index.locked",
                    hint="Wait for it; what it seals can be opened by everyone.",
                ) from error
            yield
        finally:
            os.close(handle)

    def begin(self) -> DraftFolder:
        """Open an empty draft."""
        folder = self._root / f"{UNFINISHED}{uuid.uuid4().hex}"
        with failures("no draft can be begun"):
            folder.mkdir(parents=True)
        return DraftFolder(folder)

    def resume(self, name: str) -> DraftFolder:
        """Return a draft that was begun, maybe by another process."""
        return DraftFolder(self._root / name)

    def named(self, name: str) -> SealedFolder:
        """Return a generation that was whole when it was looked for last; nothing is checked again."""
        sheet = sheet_of(self._root / name)
        return SealedFolder(self._root / name, sheet.manifest, sheet.parts)

    def publish(self, draft: Draft) -> SealedFolder:
        """Give a finished draft its name, in one step."""
        sheet = complete(draft.folder)  # its content has just been read, for the checksums
        serial = max((_serial(name) for name in self._names()), default=0) + 1
        folder = self._root / f"{NAMED}{serial:012d}"
        with failures("the generation cannot get its name"):
            draft.folder.rename(folder)
            flush(self._root)
        return SealedFolder(folder, sheet.manifest, sheet.parts)

    def discard(self, draft: Draft) -> None:
        """Remove a draft."""
        shutil.rmtree(draft.folder, ignore_errors=True)

    def whole(self) -> Iterator[SealedFolder]:
        """Yield the generations that are whole, the newest first; others are reported and passed over."""
        for name in sorted(self._names(), reverse=True):
            try:
                yield opened(self._root / name)
            except AdapterError as error:
                self._report(name, error.message)

    def sweep(self, *, keep: int) -> int:
        """Remove all but the newest whole ones, and what was never finished; return how many went."""
        kept = set(islice(self._complete(), keep))
        gone = [name for name in self._names() if name not in kept]
        gone += [path.name for path in self._root.glob(f"{UNFINISHED}*")]
        for name in gone:
            shutil.rmtree(self._root / name, ignore_errors=True)
        return len(gone)

    def _complete(self) -> Iterator[str]:
        """Yield names of generations whose files are there, the newest first."""
        for name in sorted(self._names(), reverse=True):
            with contextlib.suppress(AdapterError):
                complete(self._root / name)
                yield name

    def _names(self) -> list[str]:
        return [path.name for path in self._root.glob(f"{NAMED}*") if _serial(path.name)]


class NotebookFile:
    """A file of some kilobytes that is replaced as a whole; one that cannot be read counts as empty."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> bytes:
        """Return what was written last."""
        try:
            return self._path.read_bytes()
        except OSError:
            return b""

    def write(self, content: bytes) -> None:
        """Replace what is written, in one step.

        Raises
        ------
        AdapterError
            ``index.disk_full``, ``index.unwritable``.
        """
        unfinished = self._path.with_name(f".{self._path.name}.{uuid.uuid4().hex}")
        with failures(f"{self._path.name} cannot be written"):
            try:
                unfinished.write_bytes(content)
                flush(unfinished)
                unfinished.replace(self._path)
            finally:
                unfinished.unlink(missing_ok=True)


def _serial(name: str) -> int:
    """Return a generation's number; 0 where the name is none of ours."""
    digits = name.removeprefix(NAMED)
    return int(digits) if digits.isdigit() else 0
