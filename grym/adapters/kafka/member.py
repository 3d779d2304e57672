"""One member of a consumer group, in the loop of Kafka's own thread.

Rules that the client's habits ask for, each with a test: `getmany` is never cancelled, since that switches off its
watch over idle members for good; marks are committed only in the generation they were earned in, since a commit that
comes after an eviction may report success; an error of a commit is no error of the work; the client's own limit on the
time between polls is set aside, and instead the runner's loop is asked whether it still moves.
"""

import asyncio
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import KafkaError

from grym.adapters.kafka.assignment import KafkaAssignment
from grym.adapters.kafka.faults import translate, translated
from grym.adapters.kafka.marks import from_metadata, to_metadata
from grym.adapters.kafka.membership import (
    consumer_options,
    generation_of,
    leave_group,
    started,
    stopped,
    stored_marks,
)
from grym.adapters.kafka.reading import Reading
from grym.adapters.kafka.settings import KafkaSettings
from grym.errors import GrymError
from grym.ports.feed import Mark
from schemas.records import TopicPartition

_COMMIT_TIMEOUT_S = 5.0
_CLOSE_TIMEOUT_S = 3.0


class GroupMember(ConsumerRebalanceListener):  # type: ignore[misc]  # the client has no types
    """Joins the group with the first `enter` and stays until `leave`.

    Parameters
    ----------
    home
        The runner's loop, which assignments belong to.
    instance_id
        The fixed identity within the group; None for a member that is forgotten when it goes.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        *,
        group: str,
        instance_id: str | None,
        topics: Collection[str],
        home: asyncio.AbstractEventLoop,
    ) -> None:
        self._settings = settings
        self._group = group
        self._instance_id = instance_id
        self._topics = tuple(topics)
        self._home = home
        self._loop = asyncio.get_running_loop()
        self._log = structlog.get_logger("grym.kafka").bind(group=group)
        self._reading = Reading(settings, call_home=self._call_home)
        self._life: asyncio.Task[None] | None = None
        self._failure: GrymError | None = None
        self._changed = asyncio.Event()
        self._returned = asyncio.Event()
        self._done: dict[TopicPartition, Mark] = {}
        self._answered_s = self._asked_s = time.monotonic()

    # --- for the feed -------------------------------------------------------------------------------------------

    async def enter(self) -> KafkaAssignment:
        """Wait for partitions and return an assignment of them, from their marks.

        Raises
        ------
        UnavailableError
            When Kafka cannot be reached, or a topic is missing.
        AdapterError
            When it refuses.
        """
        while True:
            self._changed.clear()
            if self._failure is not None:
                failure, self._failure = self._failure, None
                raise failure
            if self._life is None or self._life.done():
                self._life = asyncio.create_task(self._live())
            if self._reading.owned and (assignment := await self._assignment(self._reading.owned)):
                return assignment
            await self._changed.wait()

    def give_back(self, assignment: KafkaAssignment) -> None:
        """Take an assignment back: its partitions stay with this member unless the group wants them."""
        assignment.over = True
        if self._reading.current is assignment:
            self._reading.current = None
            self._returned.set()

    async def leave(self) -> None:
        """Leave the group for good, so that the others get the partitions at once."""
        life, self._life = self._life, None
        if life is not None:
            life.cancel()
            await asyncio.gather(life, return_exceptions=True)

    # --- for assignments, from the runner's loop ------------------------------------------------------------------

    async def commit(self, assignment: KafkaAssignment, marks: Mapping[TopicPartition, Mark]) -> None:
        """Store marks with the group, in silence when the assignment is over or the group went on."""
        storing = asyncio.run_coroutine_threadsafe(self._store(assignment, marks), self._loop)
        await asyncio.wrap_future(storing)

    def feed_me(self) -> None:
        """Hear that there is room again."""
        self._loop.call_soon_threadsafe(self._reading.hungry.set)

    # --- what the client calls ----------------------------------------------------------------------------------

    async def on_partitions_revoked(self, revoked: Collection[Any]) -> None:
        """Have the runner give back what it works on, for a short while."""
        del revoked  # the group takes all, always
        self._reading.owned = frozenset()
        assignment = self._reading.current
        if assignment is None:
            return
        evicted = generation_of(self._reading.consumer) != assignment.generation
        self._end(assignment, evicted=evicted)
        if evicted:  # also what two workers under one name do to each other, without end
            self._log.warning("kafka.evicted", instance_id=self._instance_id)
        else:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._settings.revoke_wait_s):
                    await self._returned.wait()
        assignment.over = True
        self._reading.current = None

    async def on_partitions_assigned(self, assigned: Collection[Any]) -> None:
        """Note what is there for the next `enter`."""
        self._done.clear()
        self._reading.owned = frozenset(assigned)
        self._changed.set()

    # --- the life of a membership -------------------------------------------------------------------------------

    async def _live(self) -> None:
        """Be a member until something fails for good or the runner is stuck; always leave."""
        try:
            with translated():
                await self._join()
                await self._read()
        except GrymError as error:
            self._failure = error
        except Exception as error:  # noqa: BLE001 - the runner must hear of whatever ends its reading
            self._failure = translate(error)
        finally:
            self._reading.owned = frozenset()
            if self._reading.current is not None:
                self._end(self._reading.current, evicted=True)
                self._reading.current.over = True
                self._reading.current = None
            await self._close()
            self._changed.set()

    async def _join(self) -> None:
        self._answered_s = time.monotonic()
        consumer = self._reading.consumer = AIOKafkaConsumer(
            **consumer_options(self._settings, group=self._group, instance_id=self._instance_id)
        )
        consumer.subscribe([self._settings.physical(topic) for topic in self._topics], listener=self)
        await started(consumer)

    async def _read(self) -> None:
        while self._runner_moves():
            await self._reading.turn()

    def _runner_moves(self) -> bool:
        """Ask the runner's loop now and then for a sign of life, and say whether the last one is not too old."""
        now_s, patience_s = time.monotonic(), self._settings.stuck_after_s
        if now_s - self._asked_s > patience_s / 10:
            self._asked_s = now_s
            self._call_home(self._answer)
        moves = now_s - self._answered_s <= patience_s
        if not moves:
            self._log.error("kafka.runner_stuck", since_s=round(now_s - self._answered_s))
        return moves

    def _answer(self) -> None:
        self._answered_s = time.monotonic()

    async def _assignment(self, owned: frozenset[Any]) -> KafkaAssignment | None:
        """Return an assignment of these partitions, None when they were taken away meanwhile."""
        consumer = self._reading.consumer
        generation = generation_of(consumer)
        try:
            with translated():
                stored, found = await asyncio.gather(stored_marks(consumer, owned), consumer.end_offsets(list(owned)))
        except GrymError:
            if owned != self._reading.owned:
                return None
            raise
        if owned != self._reading.owned or generation != generation_of(consumer):
            return None
        self._reading.sources = {at: TopicPartition(self._settings.logical(at.topic), at.partition) for at in owned}
        marks = {self._reading.sources[at]: from_metadata(*stored.get(at, (0, ""))) for at in owned} | self._done
        for source, mark in marks.items():
            consumer.seek(self._reading.at(source), mark.position)
        self._returned.clear()
        self._reading.current = KafkaAssignment(
            marks=marks,
            ends={self._reading.sources[at]: end for at, end in found.items()},
            generation=generation,
            read_ahead_bytes=self._settings.read_ahead_bytes,
            commit=self.commit,
            hungry=self.feed_me,
        )
        self._reading.hungry.set()
        return self._reading.current

    async def _store(self, assignment: KafkaAssignment, marks: Mapping[TopicPartition, Mark]) -> None:
        if assignment.over or generation_of(self._reading.consumer) != assignment.generation:
            return
        self._done.update(marks)
        offsets = {self._reading.at(source): (mark.position, to_metadata(mark)) for source, mark in marks.items()}
        try:
            async with asyncio.timeout(_COMMIT_TIMEOUT_S):
                await self._reading.consumer.commit(offsets)
        except (KafkaError, TimeoutError) as error:
            self._log.warning("kafka.commit_failed", error=f"{type(error).__name__}: {error}"[:200])

    async def _close(self) -> None:
        consumer, self._reading.consumer = self._reading.consumer, None
        if consumer is None:
            return
        with suppress(KafkaError, OSError, TimeoutError):
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await leave_group(consumer, self._group, self._instance_id)
        with suppress(KafkaError, OSError, TimeoutError):
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await stopped(consumer)

    def _end(self, assignment: KafkaAssignment, *, evicted: bool) -> None:
        self._call_home(_lose, assignment, evicted)

    def _call_home(self, call: Any, *arguments: Any) -> None:
        with suppress(RuntimeError):  # the runner's loop was closed
            self._home.call_soon_threadsafe(call, *arguments)


def _lose(assignment: KafkaAssignment, evicted: bool) -> None:  # noqa: FBT001 - a call from another thread has no keywords
    assignment.begin_loss(evicted=evicted)
