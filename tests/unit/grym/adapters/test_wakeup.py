"""Telling others of appends, over a database that has a defect for a while."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from grym.adapters.postgres import wakeup as module
from grym.adapters.postgres.database import Database
from grym.adapters.postgres.wakeup import WakeUp
from grym.errors import UnavailableError


class FaultyDatabase:
    """Raises what nobody foresaw, once; then takes notices."""

    def __init__(self) -> None:
        self.notices: list[str] = []
        self.told = asyncio.Event()
        self.failed = asyncio.Event()
        self._defects = 1

    @asynccontextmanager
    async def reader(self) -> AsyncIterator[Any]:
        """Lend itself as a connection."""
        if self._defects:
            self._defects -= 1
            self.failed.set()
            raise RuntimeError("got result for unknown protocol state 3")
        yield self

    async def execute(self, statement: str, channel: str, notice: str) -> None:
        """Take a notice."""
        del statement, channel
        self.notices.append(notice)
        self.told.set()

    async def connect(self) -> Any:
        """Let nobody listen."""
        raise UnavailableError("nobody is there")


async def test_a_defect_while_telling_does_not_silence_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others would learn of every later append half a second late, and nothing would say why."""
    monkeypatch.setattr(module, "REPAIR_S", 0.0)
    database = FaultyDatabase()
    wakeup = WakeUp(cast("Database", database))
    wakeup.start()
    wakeup.announce([2])
    async with asyncio.timeout(5):
        await database.failed.wait()
        wakeup.announce([3])
        await database.told.wait()
    assert [notice.split()[1:] for notice in database.notices] == [["2", "3"]]
    await wakeup.close()


@pytest.mark.parametrize("turns", range(4))
async def test_a_wait_that_is_cancelled_as_it_ends_is_cancelled(turns: int) -> None:
    """Otherwise whoever stopped the reader would wait for it for ever: nothing else tells it to end."""
    wakeup = WakeUp(cast("Database", FaultyDatabase()))
    waiting = asyncio.create_task(wakeup.wait_for_word(0, timeout_s=60.0))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    wakeup.announce()
    for _ in range(turns):
        await asyncio.sleep(0)
    in_time = waiting.cancel()
    await asyncio.wait((waiting,))
    assert waiting.cancelled() is in_time
