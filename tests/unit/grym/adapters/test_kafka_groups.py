"""Questions about groups that share one connection, where one of them goes wrong."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from grym.adapters.kafka import groups as module
from grym.adapters.kafka.groups import GroupOffsets
from grym.adapters.kafka.settings import KafkaSettings
from grym.errors import UnavailableError


class SlowAdmin:
    """Answers when the test lets it.

    Attributes
    ----------
    made
        All connections, in order.
    """

    made: list["SlowAdmin"]

    def __init__(self, **_: object) -> None:
        self.answers: dict[str, asyncio.Future[Any]] = {}
        self.is_closed = False
        self.made.append(self)

    async def start(self) -> None:
        """Connect."""

    async def close(self) -> None:
        """Disconnect."""
        self.is_closed = True

    async def list_consumer_group_offsets(self, group: str) -> dict[Any, Any]:
        """Return what the test says."""
        answer = self.answers[group] = asyncio.get_running_loop().create_future()
        found: dict[Any, Any] = await answer
        return found


async def test_who_fails_with_a_connection_does_not_close_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two asked over the first connection and fail; a third one asks over the second meanwhile, and is answered."""
    SlowAdmin.made = []
    monkeypatch.setattr(module, "AIOKafkaAdminClient", SlowAdmin)
    offsets = GroupOffsets(KafkaSettings(bootstrap=""))

    async def asked(processor: str) -> asyncio.Task[Any]:
        task = asyncio.create_task(offsets.positions(processor))
        for _ in range(10):
            await asyncio.sleep(0)
        return task

    first, second = await asked("a"), await asked("b")
    [old] = SlowAdmin.made
    old.answers["grym.a"].set_exception(KafkaConnectionError("broken"))
    with pytest.raises(UnavailableError):
        await first
    third = await asked("c")
    old.answers["grym.b"].set_exception(KafkaConnectionError("broken"))
    with pytest.raises(UnavailableError):
        await second
    [_, newest] = SlowAdmin.made
    assert (old.is_closed, newest.is_closed) == (True, False)
    newest.answers["grym.c"].set_result({})
    assert await third == {}
    await offsets.close()
