"""Read what an assignment may have more of, in the loop of Kafka's own thread, and hand it to the runner's loop."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

import aiokafka
from aiokafka.errors import KafkaError

from grym.adapters.kafka.assignment import KafkaAssignment
from grym.adapters.kafka.membership import read_to
from grym.adapters.kafka.raw import fetch_raw
from grym.adapters.kafka.records import to_records
from grym.adapters.kafka.settings import KafkaSettings, milliseconds
from schemas.records import Record, TopicPartition

_CHUNK = 500  # records handed over at once
_READ_WAIT_S = 0.1  # a longer wait would delay what is resumed or asked to end meanwhile
_FULL_WAIT_S = 0.005  # while one partition is full, soon look again whether it has room


class Reading:
    """What one member holds and reads.

    Attributes
    ----------
    consumer
        The client's consumer, while there is one.
    owned, sources
        The partitions that the group gave, by the client's names; and the catalogue's name of each.
    current
        The assignment that the runner works on.
    hungry
        Set when there is room again for more.
    """

    def __init__(self, settings: KafkaSettings, *, call_home: Callable[..., None]) -> None:
        self.consumer: Any = None
        self.owned: frozenset[Any] = frozenset()
        self.sources: dict[Any, TopicPartition] = {}
        self.current: KafkaAssignment | None = None
        self.hungry = asyncio.Event()
        self._settings = settings
        self._call_home = call_home

    def at(self, source: TopicPartition) -> Any:
        """Return the client's name of a partition."""
        return aiokafka.TopicPartition(self._settings.physical(source.topic), source.partition)

    async def turn(self) -> None:
        """Read once, or wait a moment where nothing may be read."""
        assignment = self.current
        readable, full = assignment.readable() if assignment is not None else ([], False)
        if assignment is None or not readable:
            await self._until_hungry()
            return
        wait_s = _FULL_WAIT_S if full else _READ_WAIT_S
        if not await self._read_some(assignment, readable, wait_s=wait_s, most=_CHUNK):
            for source in readable:
                if not await self._read_some(assignment, [source], wait_s=_READ_WAIT_S, most=_CHUNK):
                    await self._read_singly(assignment, source)

    async def _read_singly(self, assignment: KafkaAssignment, source: TopicPartition) -> None:
        """Read a partition record by record as far as the one of its next chunk that cannot be decoded."""
        for _ in range(_CHUNK):
            if assignment is not self.current:
                return
            before = assignment.handed_to[source]
            if not await self._read_some(assignment, [source], wait_s=_READ_WAIT_S, most=1):
                await self._read_raw(assignment, source, before)
                return
            if assignment.handed_to[source] == before:
                return

    async def _read_raw(self, assignment: KafkaAssignment, source: TopicPartition, before: int) -> None:
        """Hand over the record that the client stopped at; where its leader has just changed, ask again next time."""
        offset = dict(read_to(self.consumer, self.owned)).get(self.at(source), before)
        try:
            record = await fetch_raw(self.consumer, self.at(source), offset, source)
        except KafkaError as error:
            if not error.retriable:
                raise
            self._rewind()
            return
        if assignment is self.current:
            self.consumer.seek(self.at(source), offset + 1)
            self._announce(assignment, {source: [] if record is None else [record]})

    async def _read_some(
        self, assignment: KafkaAssignment, sources: Sequence[TopicPartition], *, wait_s: float, most: int
    ) -> bool:
        """Hand over what is there; False when a record among it cannot be decoded.

        The client then has left out what came before that record, and what was read for an assignment that ended
        meanwhile is dropped: either is read again, also where the present assignment has set its positions before.
        """
        try:
            fetched = await self.consumer.getmany(
                *map(self.at, sources), timeout_ms=milliseconds(wait_s), max_records=most
            )
        except UnicodeDecodeError:
            if most > 1:
                self._rewind()
            return False
        if assignment is self.current:
            self._hand_over(assignment, fetched)
        else:
            self._rewind()
        return True

    def _rewind(self) -> None:
        """Read again what the present assignment was not handed."""
        if self.current is not None:
            for source, position in self.current.handed_to.items():
                self.consumer.seek(self.at(source), position)

    def _hand_over(self, assignment: KafkaAssignment, fetched: Mapping[Any, Collection[Any]]) -> None:
        records = {}
        for at, found in fetched.items():
            source = self.sources[at]
            records[source] = to_records(source.topic, found)
        self._announce(assignment, records)

    def _announce(self, assignment: KafkaAssignment, records: Mapping[TopicPartition, Sequence[Record]]) -> None:
        moved = ((self.sources[at], position) for at, position in read_to(self.consumer, self.owned))
        news = assignment.handing(records, moved)
        if records or news:
            self._call_home(assignment.arrive, records, news)

    async def _until_hungry(self) -> None:
        self.hungry.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(_READ_WAIT_S):
                await self.hungry.wait()
