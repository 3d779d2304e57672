"""A command that follows ends with its reader."""

import asyncio
import os
from collections.abc import Iterator
from io import StringIO
from typing import IO

import pytest

from grym.cli.leaving import while_read

Pipe = tuple[int, IO[str]]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    """Give the reading end of a pipe, and the other as an output."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as output:
        yield reading, output


async def _for_ever(output: IO[str]) -> None:
    async with while_read(output):
        await asyncio.Event().wait()


async def test_a_block_ends_once_its_reader_has_left(pipe: Pipe) -> None:
    """Nothing is written, and still the departure is noticed."""
    reading, output = pipe
    os.close(reading)
    with pytest.raises(BrokenPipeError):
        await _for_ever(output)


async def test_a_block_that_is_done_leaves_nothing_behind(pipe: Pipe) -> None:
    """While somebody reads, the block runs to its end, and nobody watches afterwards."""
    reading, output = pipe
    async with while_read(output):
        during = len(asyncio.all_tasks())
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == during - 1
    os.close(reading)


async def test_a_cancelled_block_stays_cancelled(pipe: Pipe) -> None:
    """Who cancels from outside is not told of a broken pipe."""
    reading, output = pipe
    following = asyncio.create_task(_for_ever(output))
    await asyncio.sleep(0)
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following
    os.close(reading)


async def test_what_is_held_in_memory_is_never_left() -> None:
    """There is no pipe to ask, and nobody watches."""
    async with while_read(StringIO()):
        assert len(asyncio.all_tasks()) == 1
