"""The memory of this process and its worker processes, and how much there may be of it.

Resident memory is what the kernel's killer looks at. Pages that workers share with their parent are counted once: of
a worker only what it does not share counts.
"""

import time
from collections.abc import Callable
from pathlib import Path

import psutil

MIB = 1024**2
SHARE_OF_MACHINE = 0.8
"""Where nobody set a limit: the rest is for the database and the system beside us."""
LIST_S = 5.0
"""Seconds between two listings of processes: one takes a millisecond or more, and workers are replaced rarely."""

_CGROUP_FILES = ("memory.max", "memory/memory.limit_in_bytes")
_NO_LIMIT_BYTES = 2**60
"""Version 1 of control groups writes a huge number where there is no limit."""


class ProcessMemory:
    """Reads the use of memory (see `grym.ports.memory.Memory`).

    Parameters
    ----------
    limit_bytes
        What may be used, in bytes.
    monotonic_s
        Tells when to look for new workers again.
    """

    def __init__(self, *, limit_bytes: int, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._limit_bytes = limit_bytes
        self._monotonic_s = monotonic_s
        self._process = psutil.Process()
        self._children: list[psutil.Process] = []
        self._listed_s = float("-inf")

    @property
    def limit_bytes(self) -> int:
        """What may be used, in bytes."""
        return self._limit_bytes

    def used_bytes(self) -> int:
        """Return what this process and the processes below it use, in bytes."""
        used: int = self._process.memory_info().rss
        for child in self._workers():
            try:
                memory = child.memory_info()
            except psutil.Error:  # it has ended
                continue
            used += memory.rss - getattr(memory, "shared", 0)
        return used

    def _workers(self) -> list[psutil.Process]:
        now_s = self._monotonic_s()
        if now_s - self._listed_s >= LIST_S:
            self._listed_s = now_s
            self._children = self._process.children(recursive=True)
        return self._children


def default_limit_bytes(cgroups: Path = Path("/sys/fs/cgroup")) -> int:
    """Return the limit of the control group this runs in, or a share of the machine's memory, whichever is less.

    Parameters
    ----------
    cgroups
        Where the kernel shows control groups.
    """
    limits = [int(SHARE_OF_MACHINE * psutil.virtual_memory().total)]
    for name in _CGROUP_FILES:
        try:
            text = (cgroups / name).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            continue
        if text.isdigit() and int(text) < _NO_LIMIT_BYTES:
            limits.append(int(text))
    return min(limits)
