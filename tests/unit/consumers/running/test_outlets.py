"""Where a hop's messages go, and in which order."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import cast

import pytest

from consumers.running.exchanges import Exchanges
from consumers.running.outlets import ExchangeOutlet
from consumers.running.tenure import Tenure
from grym.errors import TransientError
from grym.ports.feed import Assignment, Mark
from grym.ports.work import Lease
from schemas.records import Message, Record, TopicPartition
from tests.contract.fakes import EPOCH, run_virtual

A, B = TopicPartition("t", 0), TopicPartition("t", 1)


class Assigned:
    """An assignment of two partitions."""

    lease: Lease | None = None
    marks: Mapping[TopicPartition, Mark] = {A: Mark(), B: Mark()}
    ends: Mapping[TopicPartition, int] = {A: 0, B: 0}


class Slow:
    """An exchange that takes its time and remembers; `fails` names a value that it cannot store."""

    def __init__(self, source: TopicPartition, stored: list[tuple[bytes, Mark]], *, fails: bytes = b"") -> None:
        self._takes_s = 10.0 if source == A else 1.0
        self._stored = stored
        self._fails = fails

    async def open(self) -> None:
        """Need nothing."""

    async def send(self, messages: Sequence[Message], mark: Mark) -> None:
        """Store after a while."""
        await asyncio.sleep(self._takes_s)
        values = b"".join(message.value or b"" for message in messages)
        if self._fails and self._fails in values:
            raise TransientError("unknown", code="publish.unknown")
        self._stored.append((values, mark))

    async def close(self) -> None:
        """Need nothing."""


def record(source: TopicPartition, position: int) -> Record:
    """Return a record."""
    return Record(
        topic=source.topic,
        partition=source.partition,
        position=position,
        key=b"k",
        headers=(),
        value=b"%d" % position,
        appended_at=EPOCH,
    )


def found(*records: Record) -> list[tuple[Record, Sequence[Message]]]:
    """Return records with a copy of each."""
    return [(r, (Message(topic="out", key=r.key, headers=(), value=r.value),)) for r in records]


async def outlet(group: asyncio.TaskGroup, stored: list[tuple[bytes, Mark]], *, fails: bytes = b"") -> ExchangeOutlet:
    """Return an outlet of two partitions of which records 1 to 9 are in hand."""
    exchanges = Exchanges(lambda source: Slow(source, stored, fails=fails))
    await exchanges.open_for((A, B))
    tenure = Tenure("p", cast("Assignment", Assigned()))
    for source in (A, B):
        for position in range(1, 10):
            tenure.take(record(source, position))
    return ExchangeOutlet(exchanges, group, tenure)


def test_a_chunk_waits_in_every_partition_behind_the_one_before() -> None:
    """The first chunk is held up in one partition; in the other it is stored first, together with the second."""

    async def work() -> None:
        stored: list[tuple[bytes, Mark]] = []
        async with asyncio.TaskGroup() as group:
            out = await outlet(group, stored)
            first = group.create_task(out.send(found(record(A, 1), record(B, 1))))
            await asyncio.sleep(0)
            await out.send(found(record(B, 2)))
            assert not first.done()
        assert stored == [(b"12", Mark(position=2)), (b"1", Mark(position=1))]

    run_virtual(work())


def test_after_a_failure_nothing_more_is_stored() -> None:
    """A mark would count records as done whose messages were undone."""

    async def work() -> None:
        stored: list[tuple[bytes, Mark]] = []
        async with asyncio.TaskGroup() as group:
            out = await outlet(group, stored, fails=b"1")
            sent = [asyncio.create_task(out.send(found(record(B, position)))) for position in (1, 2)]
            await asyncio.sleep(0.5)
            sent.append(asyncio.create_task(out.send(found(record(B, 3)))))
            answers = await asyncio.gather(*sent, return_exceptions=True)
            assert [type(answer) for answer in answers] == [TransientError] * 3
            await out.commit({B: Mark(position=3)})
            with pytest.raises(TransientError):
                await out.send(found(record(A, 2)))
        assert stored == []

    run_virtual(work())
