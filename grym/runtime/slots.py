"""Who a worker is: a name that no other worker of its kind has at the same time, and that a restart finds again.

A consumer group hands a member that comes back under its name the same partitions at once, without a rebalance. The
name is that of the machine and the work, with the lowest slot that is free. A slot is a locked file in the home folder:
the system frees it when the process ends, however it ends.
"""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from grym.errors import UnavailableError

MAX_SLOTS = 1000
"""Far more workers of one kind than any machine runs; past it something else is wrong."""


@contextmanager
def worker_name(home: Path, kind: str, *, chosen: str | None) -> Iterator[str]:
    """Yield the name of this worker, held for the length of the block.

    Parameters
    ----------
    home
        Where the slots of this machine lie.
    kind
        What the worker does; part of its name, so that one of all processors and one of a single one differ.
    chosen
        The name the settings give; whoever gives names answers for their difference.

    Raises
    ------
    UnavailableError
        ``home.unusable`` when no slot can be taken.
    """
    if chosen is not None:
        yield chosen
        return
    folder = home / "workers"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        slot, descriptor = _free_slot(folder, kind)
    except OSError as error:
        raise UnavailableError(
            f"no worker slot can be taken in {folder}: {error.strerror}",
            code="home.unusable",
            hint="Set GRYM_HOME to a folder that you may write to, or name the worker by GRYM_WORKER.",
        ) from error
    try:
        yield f"{socket.gethostname()}-{kind}-{slot}"
    finally:
        os.close(descriptor)


def _free_slot(folder: Path, kind: str) -> tuple[int, int]:
    """Return the lowest free slot and the descriptor that holds its lock."""
    for slot in range(MAX_SLOTS):
        descriptor = os.open(folder / f"{kind}-{slot}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return slot, descriptor
        os.close(descriptor)
    raise OSError(None, f"{MAX_SLOTS} slots are taken")
