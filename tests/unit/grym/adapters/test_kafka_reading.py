"""Reading on beside a record that the client cannot decode, against a consumer that fails as the client does."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable
from types import SimpleNamespace
from typing import Any

import aiokafka
import pytest
from aiokafka.errors import NotLeaderForPartitionError
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.structs import ConsumerRecord

from grym.adapters.kafka.assignment import KafkaAssignment, bytes_held
from grym.adapters.kafka.raw import fetch_raw
from grym.adapters.kafka.reading import Reading
from grym.adapters.kafka.settings import KafkaSettings
from grym.ports.feed import Mark
from schemas.records import Record, TopicPartition

SOUND, HURT = TopicPartition("t", 0), TopicPartition("t", 1)
BAD_OFFSET = 3
NOT_LEADER = 6


class BrokenConsumer:
    """A consumer of two partitions, one endless and one with a record whose header has no name in UTF-8.

    Attributes
    ----------
    answers
        What the leader says when it is asked for bytes: an error's code, or 0 for a batch; the last one stays.
    """

    def __init__(self) -> None:
        self.positions: dict[Any, int] = defaultdict(int)
        self.answers = [0]
        self._subscription = SimpleNamespace(subscription=SimpleNamespace(assignment=self))
        self._client = SimpleNamespace(cluster=self, send=self.send, force_metadata_update=self.look_again)

    async def getmany(self, *partitions: Any, timeout_ms: int, max_records: int) -> dict[Any, list[ConsumerRecord]]:
        """Return a share of each; where a record cannot be decoded, positions have moved and nothing comes."""
        del timeout_ms
        await asyncio.sleep(0)
        found: dict[Any, list[ConsumerRecord]] = {}
        for at in partitions:
            offsets = self._offsets(at, max(1, max_records // len(partitions)))
            if BAD_OFFSET in offsets and at.partition == HURT.partition:
                raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")
            if offsets:
                found[at] = [_record(at, offset) for offset in offsets]
                self.positions[at] = offsets[-1] + 1
        return found

    def _offsets(self, at: Any, most: int) -> range:
        end = 10**9 if at.partition == SOUND.partition else 6
        return range(self.positions[at], min(end, self.positions[at] + most))

    def seek(self, at: Any, offset: int) -> None:
        """Go to an offset."""
        self.positions[at] = offset

    def state_value(self, at: Any) -> Any:
        """Return where a partition is read."""
        return SimpleNamespace(has_valid_position=True, position=self.positions[at])

    def leader_for_partition(self, at: Any) -> int:
        """Return who has the bytes."""
        del at
        return 1

    def look_again(self) -> Awaitable[bool]:
        """Ask for the leaders anew."""
        return asyncio.sleep(0, result=True)

    async def send(self, node: int, request: Any, *, group: Any) -> Any:
        """Answer a fetch of bytes."""
        del node, group
        code = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        topic, [(partition, offset, _)] = request.topics[0]
        payload = b"" if code else _batch(offset)
        return SimpleNamespace(topics=[(topic, [(partition, code, -1, -1, [], payload)])])


def _record(at: Any, offset: int) -> ConsumerRecord:
    return ConsumerRecord(at.topic, at.partition, offset, 0, 1, b"k", b"x" * 100, None, 1, 100, ())


def _batch(offset: int) -> bytes:
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1_000_000)
    builder.append(0, 1_700_000_000_000, b"k", b"hurt", [])
    return offset.to_bytes(8, "big") + bytes(builder.build())[8:]


class World:
    """One assignment of both partitions, read by turns."""

    def __init__(self, *, read_ahead_bytes: int = 1_000_000) -> None:
        self.consumer = BrokenConsumer()
        self.reading = Reading(KafkaSettings(bootstrap=""), call_home=lambda call, *arguments: call(*arguments))
        self.reading.consumer = self.consumer
        self.reading.sources = {self.reading.at(source): source for source in (SOUND, HURT)}
        self.reading.owned = frozenset(self.reading.sources)

        async def commit(*_: object) -> None:
            """Nothing is committed here."""

        self.assignment = self.reading.current = KafkaAssignment(
            marks={SOUND: Mark(), HURT: Mark()},
            ends={},
            generation=1,
            read_ahead_bytes=read_ahead_bytes,
            commit=commit,
            hungry=lambda: None,
        )

    def read(self) -> dict[TopicPartition, list[Record]]:
        """Return everything that was handed over and not taken before."""
        found: dict[TopicPartition, list[Record]] = defaultdict(list)
        for record in self.assignment._take(10**6, 10**9):
            found[record.topic_partition].append(record)
        return found


async def test_a_partition_that_cannot_be_decoded_does_not_have_the_others_read_without_bound() -> None:
    """A neighbour with a long backlog has its turn, and no more than there is room for."""
    world = World(read_ahead_bytes=20_000)
    async with asyncio.timeout(10):
        await world.reading.turn()
    found = world.read()
    assert 0 < sum(map(bytes_held, found[SOUND])) < 200_000
    async with asyncio.timeout(10):
        for _ in range(4):
            await world.reading.turn()
            found[HURT] += world.read()[HURT]
    assert [record.position for record in found[HURT]] == [1, 2, 3, 4, 5, 6]
    assert found[HURT][BAD_OFFSET].value == b"hurt"


async def test_a_leader_that_moves_meanwhile_loses_no_record() -> None:
    """What the wrong broker says is no reason to pass over the record: the next turn asks again."""
    world = World()
    world.consumer.answers = [NOT_LEADER, NOT_LEADER, 0]
    found: list[Record] = []
    async with asyncio.timeout(10):
        while len(found) < 6:
            await world.reading.turn()
            found += world.read()[HURT]
    assert [record.position for record in found] == [1, 2, 3, 4, 5, 6]
    assert found[BAD_OFFSET].value == b"hurt"


async def test_an_answer_without_the_record_is_no_proof_that_there_is_none() -> None:
    """Only batches around its offset are."""
    consumer = BrokenConsumer()
    consumer.answers = [NOT_LEADER]
    with pytest.raises(NotLeaderForPartitionError):
        await fetch_raw(consumer, aiokafka.TopicPartition("t", 1), BAD_OFFSET, HURT)
