"""One producer with its lanes, from its first message until something fails for good."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError, UnknownTopicOrPartitionError

from grym.adapters.kafka.faults import translated, unknown
from grym.adapters.kafka.lanes import Batch, Lane, size_of
from grym.adapters.kafka.settings import KafkaSettings
from grym.adapters.placement import partition_of, spread_by
from schemas.records import Message, TopicPartition

_CLOSE_TIMEOUT_S = 5.0


class Line:
    """Connections to the brokers and what waits for them.

    Parameters
    ----------
    failed
        Called once, when nothing more can be sent this way.

    Attributes
    ----------
    broken
        Why nothing more can be sent this way.
    waiting_bytes
        How much is not confirmed.
    producer
        The client's producer, for what concerns whole transactions.
    """

    def __init__(
        self, settings: KafkaSettings, producer: AIOKafkaProducer, *, failed: Callable[[], None] | None = None
    ) -> None:
        self.broken: BaseException | None = None
        self.waiting_bytes = 0
        self._settings = settings
        self.producer = producer
        self._lanes: dict[tuple[str, int], Lane] = {}
        self._failed = failed
        self._settled_some = asyncio.Event()

    @classmethod
    async def open(
        cls,
        settings: KafkaSettings,
        *,
        transactional_id: str | None = None,
        failed: Callable[[], None] | None = None,
    ) -> "Line":
        """Connect; with a transactional id, also undo and shut out whatever else goes on under that id.

        Raises
        ------
        UnavailableError
            When no broker answers in time.
        AdapterError
            When they refuse.
        """
        with translated():
            producer = AIOKafkaProducer(
                **settings.connection(),
                acks="all",
                enable_idempotence=True,
                transactional_id=transactional_id,
                max_batch_size=settings.batch_bytes,
            )
            try:
                async with asyncio.timeout(settings.send_timeout_s):
                    await producer.start()
            except BaseException:
                await _stop(producer)
                raise
        return cls(settings, producer, failed=failed)

    def knows(self, topics: set[str]) -> bool:
        """Return whether the partitions of all these topics are known."""
        return all(self._partitions(topic) for topic in topics)

    async def learn(self, topics: set[str]) -> None:
        """Ask for the partitions of topics that were not used yet, or that were gone for a while.

        Raises
        ------
        UnavailableError
            When no broker answers, or a topic is missing.
        """
        for topic in topics:
            physical = self._settings.physical(topic)
            with translated():
                self.producer.client.add_topic(physical)  # else the next refresh drops what the first one had of all
                try:
                    await self.producer.partitions_for(physical)
                except UnknownTopicOrPartitionError as error:  # which is also what it makes of brokers that are away
                    if await self.producer.client.force_metadata_update():
                        raise
                    raise KafkaConnectionError("no broker answers") from error

    def has_room(self, added_bytes: int) -> bool:
        """Return whether so much more may wait; whatever its size, one call may wait alone."""
        return not self.waiting_bytes or self.waiting_bytes + added_bytes <= self._settings.buffer_bytes

    async def room(self, added_bytes: int) -> None:
        """Return once so much more may wait, or the line is broken."""
        while self.broken is None and not self.has_room(added_bytes):
            self._settled_some.clear()
            await self._settled_some.wait()

    def append(self, messages: Sequence[Message]) -> list[tuple[Batch, int]]:
        """Put messages of known topics on their way and return each one's batch and place in it.

        The number of partitions is the broker's, since foreign clients go by that too.
        """
        counts = {topic: self._partitions(topic) for topic in {message.topic for message in messages}}
        self.waiting_bytes += sum(map(size_of, messages))
        slots = []
        for message in messages:
            at = (message.topic, partition_of(spread_by(message), partitions=counts[message.topic]))
            lane = self._lanes.get(at) or self._lane(*at)
            slots.append(lane.append(message))
        return slots

    def fail(self, error: BaseException) -> None:
        """Give up everything that is not confirmed."""
        if self.broken is None:
            self.broken = error
            self._settled_some.set()
            if self._failed is not None:
                self._failed()
            for lane in self._lanes.values():
                lane.fail(unknown(f"a batch before it failed: {error}"[:200]))

    async def close(self) -> None:
        """End the producer without waiting for what it still has."""
        self.fail(unknown("the client was closed"))
        await _stop(self.producer)

    def _partitions(self, topic: str) -> int:
        return len(self.producer.client.cluster.partitions_for_topic(self._settings.physical(topic)) or ())

    def _lane(self, topic: str, partition: int) -> Lane:
        source = TopicPartition(topic, partition)
        lane = Lane(self.producer, source, self._settings.physical(topic), settled=self._settled)
        self._lanes[topic, partition] = lane
        return lane

    def _settled(self, batch: Batch) -> None:
        self.waiting_bytes -= batch.bytes
        self._settled_some.set()
        answer = batch.outcome.result()
        if isinstance(answer, BaseException):
            self.fail(answer)


async def _stop(producer: AIOKafkaProducer) -> None:
    """Close the connections; the client would wait for ever for what it cannot send, so that is taken from it first.

    Before that nothing may be on its way any more: the client trips over batches that are taken from under a request.
    """
    with suppress(Exception):  # whatever it was, nobody is told by this producer any more
        async with asyncio.timeout(_CLOSE_TIMEOUT_S):
            await producer._sender.close()  # noqa: SLF001 - as below
    producer._message_accumulator.fail_all(KafkaError("closed"))  # noqa: SLF001 - the client offers no other way
    with suppress(Exception):
        async with asyncio.timeout(_CLOSE_TIMEOUT_S):
            await producer.stop()
