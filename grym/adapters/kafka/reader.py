"""Read partitions of one's choice, in no group: nobody's offsets are moved.

Only what is committed is seen: transactions that are open or were undone are passed over.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

import aiokafka
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from grym.adapters.kafka.faults import translated
from grym.adapters.kafka.raw import fetch_raw
from grym.adapters.kafka.records import to_records
from grym.adapters.kafka.settings import KafkaSettings
from schemas.records import Record, TopicPartition

_WATCH_EVERY_S = 0.05  # a look at all ends is one small request per broker
_FETCH_WAIT_S = 0.2
_EMPTY_FETCH_MS = 5  # only what is there is read: an empty fetch is one ahead, for which the next partition has to wait


class KafkaLog:
    """EventLog on Kafka; belongs to the event loop of its first call."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._turn = asyncio.Lock()
        self._consumer: Any = None
        self._source: TopicPartition | None = None
        self._seen: dict[TopicPartition, int] = {}

    async def read(self, source: TopicPartition, *, after: int, limit: int) -> list[Record]:
        """Return up to `limit` records with a position greater than `after`, in order.

        Raises
        ------
        UnavailableError
            When Kafka cannot be reached or does not have the topic.
        """
        async with self._turn:
            with translated():
                consumer = await self._opened()
                await self._know(source.topic)
                at = self._at(source)
                end = (await consumer.end_offsets([at]))[at]
                if after >= end or limit <= 0:
                    return []
                await self._go_to(source, after)
                return await self._take(source, after=after, end=end, limit=limit)

    async def ends(self, topics: Iterable[str]) -> dict[TopicPartition, int]:
        """Return the highest visible position of every partition of the topics; 0 where there is none.

        Raises
        ------
        UnavailableError
            When Kafka cannot be reached or does not have a topic.
        """
        async with self._turn:
            self._seen |= (found := await self._ends(topics))
        return found

    async def positions_at(self, topics: Iterable[str], instant: datetime) -> dict[TopicPartition, int]:
        """Return the positions after which everything was appended at `instant` or later.

        Raises
        ------
        UnavailableError
            When Kafka cannot be reached or does not have a topic.
        """
        async with self._turn:
            ends = await self._ends(topics)
            milliseconds = round(instant.timestamp() * 1000)
            with translated():
                consumer = await self._opened()
                found = await consumer.offsets_for_times({self._at(source): milliseconds for source in ends})
        first = {self._source_of(at): answer.offset for at, answer in found.items() if answer is not None}
        return {source: first.get(source, end) for source, end in ends.items()}

    async def wait(self, *, timeout_s: float) -> None:
        """Return soon after something was appended to a topic that was asked for, or after `timeout_s` seconds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while True:
            seen = dict(self._seen)
            async with self._turn:
                now = await self._ends({source.topic for source in seen}) if seen else {}
            left_s = deadline - loop.time()
            if now != seen or left_s <= 0:
                self._seen |= now
                return
            await asyncio.sleep(min(_WATCH_EVERY_S, left_s))

    async def close(self) -> None:
        """Give the connections back."""
        async with self._turn:
            consumer, self._consumer, self._source = self._consumer, None, None
            if consumer is not None:
                await consumer.stop()

    async def _opened(self) -> Any:
        if self._consumer is None:
            consumer = AIOKafkaConsumer(
                **self._settings.connection(),
                isolation_level="read_committed",
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                fetch_max_wait_ms=_EMPTY_FETCH_MS,
            )
            try:
                await consumer.start()
            except BaseException:
                with suppress(KafkaError, OSError):
                    await consumer.stop()
                raise
            self._consumer = consumer
        return self._consumer

    async def _know(self, topic: str) -> int:
        """Return how many partitions a topic has; the client must have asked before it is told to read one."""
        physical = self._settings.physical(topic)
        return len(await self._consumer._client._wait_on_metadata(physical))  # noqa: SLF001 - the public way answers None

    async def _ends(self, topics: Iterable[str]) -> dict[TopicPartition, int]:
        with translated():
            consumer = await self._opened()
            sources = [TopicPartition(topic, n) for topic in topics for n in range(await self._know(topic))]
            found = await consumer.end_offsets([self._at(source) for source in sources])
        return {source: found[self._at(source)] for source in sources}

    async def _go_to(self, source: TopicPartition, after: int) -> None:
        """Place the consumer behind a position; a reader that simply goes on keeps what was fetched ahead."""
        at = self._at(source)
        if source != self._source:
            self._consumer.assign([at])
            self._source = source
            self._consumer.seek(at, after)
        elif await self._consumer.position(at) != after:
            self._consumer.seek(at, after)

    async def _take(self, source: TopicPartition, *, after: int, end: int, limit: int) -> list[Record]:
        """Return records up to the end that was seen first; the last offsets may be marks of transactions.

        Raises
        ------
        TimeoutError
            When nothing comes although something is there: the client itself would ask for ever.
        """
        taken: list[Record] = []
        at, loop = self._at(source), asyncio.get_running_loop()
        reached, since_s = after, loop.time()
        while len(taken) < limit and (position := await self._consumer.position(at)) < end:
            if position != reached:
                reached, since_s = position, loop.time()
            elif loop.time() - since_s > self._settings.request_timeout_s:
                raise TimeoutError(f"nothing comes of {source}")
            try:
                taken += await self._fetched(source, most=limit - len(taken))
            except UnicodeDecodeError:  # the client forgets what came before such a record: once more, one by one
                self._consumer.seek(at, taken[-1].position if taken else after)
                taken += await self._fetched_singly(source, most=limit - len(taken))
        return taken

    async def _fetched(self, source: TopicPartition, *, most: int) -> list[Record]:
        at = self._at(source)
        fetched = await self._consumer.getmany(at, timeout_ms=round(_FETCH_WAIT_S * 1000), max_records=most)
        return to_records(source.topic, fetched.get(at, ()))

    async def _fetched_singly(self, source: TopicPartition, *, most: int) -> list[Record]:
        """Return records as far as the one that the client cannot decode, which is read here."""
        taken: list[Record] = []
        at = self._at(source)
        while len(taken) < most:
            try:
                taken += await self._fetched(source, most=1)
            except UnicodeDecodeError:
                offset = await self._consumer.position(at)
                record = await fetch_raw(self._consumer, at, offset, source)
                self._consumer.seek(at, offset + 1)
                return taken if record is None else [*taken, record]
        return taken

    def _at(self, source: TopicPartition) -> Any:
        return aiokafka.TopicPartition(self._settings.physical(source.topic), source.partition)

    def _source_of(self, at: Any) -> TopicPartition:
        return TopicPartition(self._settings.logical(at.topic), at.partition)
