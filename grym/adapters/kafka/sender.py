"""Send messages to Kafka with acks from all in-sync replicas, and say where each one lies.

The producer is idempotent: its own retries, over broker restarts and changes of leaders, store nothing twice and keep
the order. After a batch has failed for good the broker expects a sequence number that will never come, so everything
that is not confirmed yet fails with it, as unknown, and the next call begins with a new producer.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from grym.adapters.kafka.faults import translate, translate_send, unknown
from grym.adapters.kafka.lanes import Batch, size_of
from grym.adapters.kafka.line import Line
from grym.adapters.kafka.records import instant
from grym.adapters.kafka.settings import KafkaSettings
from grym.adapters.placement import check
from grym.errors import GrymError, SaturatedError
from grym.ports.log import Placement
from schemas.records import Message

Slot = tuple[Batch, int]

_ALL = ""
"""Counts the failures that concern every topic."""


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
        self._failures: Counter[str] = Counter()
        self._closing: set[asyncio.Task[None]] = set()

    async def send(self, messages: Sequence[Message]) -> list[Placement]:
        """Append all messages and return, in their order, where each lies; without room for them, wait for it in turn.

        Raises
        ------
        ContractError
            For a message the catalogue or the broker does not allow.
        UnavailableError
            When certainly nothing was sent.
        SaturatedError
            When there was no room in time; nothing was sent.
        TransientError
            ``publish.unknown`` when some may be stored and some not, or a call before this one failed: send all of them
            again.
        """
        slots = await self._accepted(messages, waits=True)
        await self._confirmed(slots)
        return [_placement(batch, place) for batch, place in slots]

    async def publish(self, messages: Sequence[Message]) -> None:
        """Do the same for a caller who does not ask where the messages lie, and who is told at once of lacking room."""
        await self._confirmed(await self._accepted(messages, waits=False))

    async def close(self) -> None:
        """Give the connections back; what is not confirmed then fails as unknown."""
        self._retire()
        await asyncio.gather(*self._closing)

    async def _accepted(self, messages: Sequence[Message], *, waits: bool) -> list[Slot]:
        """Put messages on their way in the order of calls, also while one waits for a connection or for room."""
        for message in messages:
            self._allow(message)
        if not messages:
            return []
        topics, added_bytes = {message.topic for message in messages}, sum(map(size_of, messages))
        line = self._line
        if line is not None and line.broken is None and not self._entering and line.knows(topics):
            if line.has_room(added_bytes):
                return line.append(messages)
            if not waits:
                raise self._saturated(line)
        self._entering += 1
        try:
            return await self._in_turn(messages, topics, added_bytes, waits=waits)
        finally:
            self._entering -= 1

    async def _in_turn(
        self, messages: Sequence[Message], topics: set[str], added_bytes: int, *, waits: bool
    ) -> list[Slot]:
        """Wait for what is missing; whoever waits behind a call that fails, fails as well: nothing overtakes it."""
        failures_before = self._failures_of(topics)
        try:
            async with asyncio.timeout(self._settings.send_timeout_s), self._turn:
                line = await self._ready()
                await self._learned(line, topics)
                if not waits and not line.has_room(added_bytes):
                    raise self._saturated(line)
                await line.room(added_bytes)
                if self._failures_of(topics) != failures_before:
                    raise unknown("a call before it failed")
                return line.append(messages)
        except TimeoutError as error:
            self._failures.update(topics)
            line_now = self._line
            if line_now is None or not line_now.knows(topics):  # it was no room that was waited for
                raise translate(error) from error
            raise self._saturated(line_now) from error

    async def _learned(self, line: Line, topics: set[str]) -> None:
        try:
            await line.learn(topics)
        except GrymError:
            self._failures.update(topics)
            raise

    def _failures_of(self, topics: set[str]) -> int:
        return sum(self._failures[topic] for topic in (_ALL, *topics))

    def _count_failure(self) -> None:
        self._failures[_ALL] += 1

    def _saturated(self, line: Line) -> SaturatedError:
        return SaturatedError(
            "too much waits to be sent to Kafka",
            code="publish.saturated",
            hint="Slow down, or look why Kafka does not take it: `grym doctor`.",
            details={"waiting_bytes": line.waiting_bytes, "limit_bytes": self._settings.buffer_bytes},
        )

    async def _ready(self) -> Line:
        """Return a line that works; a new one after the first call, a failure or a close."""
        if self._line is not None and self._line.broken is not None:
            self._retire()
        if self._line is None:
            try:
                self._line = await Line.open(self._settings, failed=self._count_failure)
            except GrymError:
                self._count_failure()
                raise
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
