"""Send messages to Kafka with acks from all in-sync replicas, and say where each one lies.

The producer is idempotent: its own retries, over broker restarts and changes of leaders, store nothing twice and keep
the order. After a batch has failed for good the broker expects a sequence number that will never come, so everything
that is not confirmed yet fails with it, as unknown, and the next call begins with a new producer.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from grym.adapters.kafka.faults import translate_send, unknown
from grym.adapters.kafka.lanes import Batch, size_of
from grym.adapters.kafka.line import Line
from grym.adapters.kafka.records import instant
from grym.adapters.kafka.settings import KafkaSettings
from grym.adapters.placement import check
from grym.errors import SaturatedError
from grym.ports.log import Placement
from schemas.records import Message

Slot = tuple[Batch, int]


class KafkaSender:
    """Sender and Publisher on Kafka; belongs to the event loop of its first call.

    Parameters
    ----------
    allow
        Raises `ContractError` for a message that must not be sent; by default what the catalogue does not allow.
    """

    def __init__(self, settings: KafkaSettings, *, allow: Callable[[Message], object] = check) -> None:
        self._settings = settings
        self._allow = allow
        self._line: Line | None = None
        self._turn = asyncio.Lock()
        self._entering = 0
        self._closing: set[asyncio.Task[None]] = set()

    async def send(self, messages: Sequence[Message]) -> list[Placement]:
        """Append all messages and return, in their order, where each lies.

        Raises
        ------
        ContractError
            For a message the catalogue or the broker does not allow.
        UnavailableError
            When certainly nothing was sent.
        SaturatedError
            When too much waits to be sent already; nothing was sent.
        TransientError
            ``publish.unknown`` when some may be stored and some not: send all of them again.
        """
        for message in messages:
            self._allow(message)
        if not messages:
            return []
        topics = {message.topic for message in messages}
        slots = await self._enqueue(messages, topics)
        await self._confirmed(slots)
        return [_placement(batch, place) for batch, place in slots]

    async def publish(self, messages: Sequence[Message]) -> None:
        """Do the same for a caller who does not ask where the messages lie."""
        await self.send(messages)

    async def close(self) -> None:
        """Give the connections back; what is not confirmed then fails as unknown."""
        self._retire()
        await asyncio.gather(*self._closing)

    async def _enqueue(self, messages: Sequence[Message], topics: set[str]) -> list[Slot]:
        """Put messages on their way in the order of calls, also while the first of them opens the connection."""
        line = self._line
        if line is not None and line.broken is None and not self._entering and line.knows(topics):
            return self._append(line, messages)
        self._entering += 1
        try:
            async with self._turn:
                line = await self._ready()
                await line.learn(topics)
                return self._append(line, messages)
        finally:
            self._entering -= 1

    def _append(self, line: Line, messages: Sequence[Message]) -> list[Slot]:
        limit = self._settings.buffer_bytes
        added = sum(size_of(message) for message in messages)
        if line.waiting_bytes and line.waiting_bytes + added > limit:
            raise SaturatedError(
                "too much waits to be sent to Kafka",
                code="publish.saturated",
                hint="Slow down, or look why Kafka does not take it: `grym doctor`.",
                details={"waiting_bytes": line.waiting_bytes, "limit_bytes": limit},
            )
        line.waiting_bytes += added
        return line.append(messages)

    async def _ready(self) -> Line:
        """Return a line that works; a new one after the first call, a failure or a close."""
        if self._line is not None and self._line.broken is not None:
            self._retire()
        if self._line is None:
            self._line = await Line.open(self._settings)
        return self._line

    def _retire(self) -> None:
        """Close the line beside what goes on: its failure was told already."""
        line, self._line = self._line, None
        if line is not None:
            task = asyncio.create_task(line.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def _confirmed(self, slots: Sequence[Slot]) -> None:
        try:
            async with asyncio.timeout(self._settings.send_timeout_s):
                for batch in {id(batch): batch for batch, _ in slots}.values():
                    answer = await asyncio.shield(batch.outcome)
                    if isinstance(answer, BaseException):
                        raise translate_send(answer) from answer
        except TimeoutError:
            raise unknown(f"no answer within {self._settings.send_timeout_s:g} s") from None


def _placement(batch: Batch, place: int) -> Placement:
    answer: Any = batch.outcome.result()
    if answer.offset < 0:  # the broker knows that it has the batch, and no longer where
        raise unknown("the broker no longer knows where the messages lie")
    appended_at = instant(answer.timestamp) if answer.timestamp >= 0 else datetime.now(UTC)
    return Placement(source=batch.source, position=answer.offset + place + 1, appended_at=appended_at)
