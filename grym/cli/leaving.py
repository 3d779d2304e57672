"""Ending with whoever reads: a command that follows the log for ever has nothing to say when nobody listens any more.

A pipe tells its writer only at the next write that its reader has gone, which may be hours away; asking the system
tells at once.
"""

import asyncio
import select
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO

LOOK_S = 0.25
"""Seconds between two looks; one costs some microseconds."""


@asynccontextmanager
async def while_read(output: IO[str]) -> AsyncIterator[None]:
    """Run the block for as long as somebody reads `output`.

    Raises
    ------
    BrokenPipeError
        Once the reader has gone, as after ``| head -1``.
    """
    task = asyncio.current_task()
    fd = _descriptor(output)
    if task is None or fd is None:
        yield
        return
    watching = asyncio.create_task(_reader_leaves(fd))
    watching.add_done_callback(lambda watch: None if watch.cancelled() else task.cancel())
    try:
        yield
    except asyncio.CancelledError:
        if not watching.done() or watching.cancelled() or task.uncancel():
            raise
        raise BrokenPipeError from None
    finally:
        watching.cancel()


def _descriptor(output: IO[str]) -> int | None:
    """Return the descriptor of an output; None where it is held in memory."""
    try:
        return output.fileno()
    except (OSError, ValueError):
        return None


async def _reader_leaves(fd: int) -> None:
    """Return once the other end of a pipe or terminal is closed; never for a file."""
    poll = select.poll()
    poll.register(fd, 0)
    while not any(found & (select.POLLERR | select.POLLHUP) for _, found in poll.poll(0)):  # noqa: ASYNC110 - the system sets no event
        await asyncio.sleep(LOOK_S)
