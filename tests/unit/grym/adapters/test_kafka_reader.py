"""The reader of single partitions, against a consumer whose brokers are gone."""

import asyncio
from typing import Any

import pytest

from grym.adapters.kafka import reader as module
from grym.adapters.kafka.reader import KafkaLog
from grym.adapters.kafka.settings import KafkaSettings
from grym.errors import UnavailableError
from schemas.records import TopicPartition


class SilentConsumer:
    """Knows where a partition ends, and never gets anything of it: so the client behaves when brokers die then."""

    def __init__(self, **_: object) -> None:
        self._client = self
        self.offset = 0

    async def start(self) -> None:
        """Connect."""

    async def stop(self) -> None:
        """Disconnect."""

    async def _wait_on_metadata(self, topic: str) -> set[int]:
        del topic
        return {0}

    async def end_offsets(self, partitions: list[Any]) -> dict[Any, int]:
        """Return ends, while brokers were still there."""
        return dict.fromkeys(partitions, 10)

    def assign(self, partitions: list[Any]) -> None:
        """Read these."""

    def seek(self, at: Any, offset: int) -> None:
        """Go to an offset."""
        del at
        self.offset = offset

    async def position(self, at: Any) -> int:
        """Return where it is."""
        del at
        return self.offset

    async def getmany(self, *partitions: Any, timeout_ms: int, max_records: int) -> dict[Any, list[Any]]:
        """Return nothing after a while."""
        del partitions, timeout_ms, max_records
        await asyncio.sleep(0)
        return {}


async def test_brokers_that_go_in_the_middle_of_a_read_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client asks on for ever; a reader must not, since others wait for their turn."""
    monkeypatch.setattr(module, "AIOKafkaConsumer", SilentConsumer)
    log = KafkaLog(KafkaSettings(bootstrap="", request_timeout_s=0.05))
    async with asyncio.timeout(5):
        with pytest.raises(UnavailableError) as raised:
            await log.read(TopicPartition("t", 0), after=0, limit=5)
    assert raised.value.code == "kafka.unreachable"
