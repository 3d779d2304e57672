"""Messages and the offset that they answer, in one transaction: exactly once from topic to topic.

For pure hops only, where a setting asks for it: state in a database takes part in no transaction of Kafka. There is
one sender for each partition that is read, under an id made of group, topic and partition, since the offsets that the
client puts into a transaction carry no generation of the group. Whoever is assigned the partition opens a sender, which
undoes what the holder before left open and refuses everything it still tries; only then are the marks to be read,
from where the new holder goes on.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import aiokafka
from aiokafka.errors import InvalidProducerEpoch, KafkaError, ProducerFenced

from grym.adapters.kafka.faults import translate_send, unknown
from grym.adapters.kafka.line import Line
from grym.adapters.kafka.marks import to_metadata
from grym.adapters.kafka.settings import KafkaSettings
from grym.adapters.placement import check
from grym.errors import GrymError, LeaseLostError
from grym.ports.feed import Mark
from schemas.records import Message, TopicPartition

_SHUT_OUT = (ProducerFenced, InvalidProducerEpoch)


class TransactionalSender:
    """Sends what follows from one partition's records together with how far that partition is done."""

    def __init__(self, settings: KafkaSettings, *, processor: str, source: TopicPartition) -> None:
        self._settings = settings
        self._group = settings.group(processor)
        self._source = source
        self._at = aiokafka.TopicPartition(settings.physical(source.topic), source.partition)
        self._line: Line | None = None
        self._is_shut_out = False
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        """Shut out every earlier holder of the partition; to be done before its marks are read.

        Raises
        ------
        UnavailableError
            When Kafka cannot be reached.
        """
        async with self._turn:
            await self._opened()

    async def send(self, messages: Sequence[Message], mark: Mark) -> None:
        """Store messages and mark, both or neither, in one transaction.

        Raises
        ------
        ContractError
            For a message the catalogue or the broker does not allow; nothing is stored.
        LeaseLostError
            When somebody else has the partition; nothing is stored.
        TransientError
            ``publish.unknown`` when both or neither are stored: read the marks again, and go on from there.
        """
        topics = {check(message).name for message in messages}
        async with self._turn:
            line = await self._opened()
            await line.learn(topics)
            try:
                async with asyncio.timeout(self._settings.send_timeout_s):
                    await self._transact(line, messages, mark)
            except TimeoutError as error:
                await self._drop(line)
                raise unknown(f"no answer within {self._settings.send_timeout_s:g} s") from error
            except KafkaError as error:
                await self._drop(line)
                raise self._translated(error) from error
            except BaseException:
                await self._drop(line)
                raise

    async def close(self) -> None:
        """Give the connections back."""
        async with self._turn:
            line, self._line = self._line, None
            if line is not None:
                await line.close()

    async def _opened(self) -> Line:
        if self._is_shut_out:  # to open again would shut out the one who has the partition now
            raise LeaseLostError("somebody else has the partition")
        if self._line is None:
            name = f"{self._group}-{self._source.topic}-{self._source.partition}"
            self._line = await Line.open(self._settings, transactional_id=name)
        return self._line

    async def _transact(self, line: Line, messages: Sequence[Message], mark: Mark) -> None:
        await line.producer.begin_transaction()
        for batch in {id(batch): batch for batch, _ in line.append(messages)}.values():
            answer: Any = await asyncio.shield(batch.outcome)
            if isinstance(answer, BaseException):
                raise self._translated(answer) from answer
        offset = aiokafka.structs.OffsetAndMetadata(mark.position, to_metadata(mark))
        await line.producer.send_offsets_to_transaction({self._at: offset}, self._group)
        await line.producer.commit_transaction()

    async def _drop(self, line: Line) -> None:
        """Give up a producer: what was begun is undone when the next sender of this partition opens."""
        self._line = None
        await line.close()

    def _translated(self, error: BaseException) -> GrymError:
        if isinstance(error, _SHUT_OUT):
            self._is_shut_out = True
            return LeaseLostError("somebody else has the partition")
        return translate_send(error)
