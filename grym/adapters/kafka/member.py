"""One member of a consumer group, in the loop of Kafka's own thread.

Rules that the client's habits ask for, each with a test: `getmany` is never cancelled, since that switches off its
watch over idle members for good; marks are committed only in the generation they were earned in, since a commit that
comes after an eviction may report success; an error of a commit is no error of the work; the client's own limit on the
time between polls is set aside, and instead the runner's loop is asked whether it still moves.
"""

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

import aiokafka
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
    read_to,
    started,
    stopped,
    stored_marks,
)
from grym.adapters.kafka.raw import fetch_raw
from grym.adapters.kafka.records import to_records
from grym.adapters.kafka.settings import KafkaSettings, milliseconds
from grym.errors import GrymError
from grym.ports.feed import Mark
from schemas.records import Record, TopicPartition

_CHUNK = 500  # records handed over at once
_READ_WAIT_S = 0.1  # a longer wait would delay what is resumed or asked to end meanwhile
_FULL_WAIT_S = 0.005  # while one partition is full, soon look again whether it has room
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
        self._consumer: Any = None
        self._life: asyncio.Task[None] | None = None
        self._failure: GrymError | None = None
        self._owned: frozenset[Any] = frozenset()
        self._changed = asyncio.Event()
        self._hungry = asyncio.Event()
        self._returned = asyncio.Event()
        self._current: KafkaAssignment | None = None
        self._sources: dict[Any, TopicPartition] = {}
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
            if self._owned and (assignment := await self._assignment(self._owned)):
                return assignment
            await self._changed.wait()

    def give_back(self, assignment: KafkaAssignment) -> None:
        """Take an assignment back: its partitions stay with this member unless the group wants them."""
        assignment.over = True
        if self._current is assignment:
            self._current = None
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
        self._loop.call_soon_threadsafe(self._hungry.set)

    # --- what the client calls ----------------------------------------------------------------------------------

    async def on_partitions_revoked(self, revoked: Collection[Any]) -> None:
        """Have the runner give back what it works on, for a short while."""
        del revoked  # the group takes all, always
        self._owned = frozenset()
        assignment = self._current
        if assignment is None:
            return
        evicted = generation_of(self._consumer) != assignment.generation
        self._end(assignment, evicted=evicted)
        if not evicted:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._returned.wait(), self._settings.revoke_wait_s)
        assignment.over = True
        self._current = None

    async def on_partitions_assigned(self, assigned: Collection[Any]) -> None:
        """Note what is there for the next `enter`."""
        self._done.clear()
        self._owned = frozenset(assigned)
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
            self._owned = frozenset()
            if self._current is not None:
                self._end(self._current, evicted=True)
                self._current = None
            await self._close()
            self._changed.set()

    async def _join(self) -> None:
        self._answered_s = time.monotonic()
        consumer = self._consumer = AIOKafkaConsumer(
            **consumer_options(self._settings, group=self._group, instance_id=self._instance_id)
        )
        consumer.subscribe([self._settings.physical(topic) for topic in self._topics], listener=self)
        await started(consumer)

    async def _read(self) -> None:
        while self._runner_moves():
            assignment = self._current
            readable, full = assignment.readable() if assignment is not None else ([], False)
            if assignment is None or not readable:
                await self._until_hungry()
                continue
            wait_s = _FULL_WAIT_S if full else _READ_WAIT_S
            if not await self._read_some(assignment, readable, wait_s=wait_s, most=_CHUNK):
                for source in readable:
                    await self._read_singly(assignment, source)

    async def _read_singly(self, assignment: KafkaAssignment, source: TopicPartition) -> None:
        """Read a partition record by record as far as the one that cannot be decoded, or as there is something."""
        while assignment is self._current:
            before = assignment.handed_to[source]
            if not await self._read_some(assignment, [source], wait_s=_READ_WAIT_S, most=1):
                offset = dict(read_to(self._consumer, self._owned)).get(self._at(source), before)
                record = await fetch_raw(self._consumer, self._at(source), offset, source)
                if assignment is self._current:
                    self._consumer.seek(self._at(source), offset + 1)
                    self._announce(assignment, {source: [] if record is None else [record]})
                return
            if assignment.handed_to[source] == before:
                return

    async def _read_some(
        self, assignment: KafkaAssignment, sources: Sequence[TopicPartition], *, wait_s: float, most: int
    ) -> bool:
        """Hand over what is there; False when a record among it cannot be decoded.

        The client then has left out what came before that record, and what was read for an assignment that ended
        meanwhile is dropped: either is read again, also where the present assignment has set its positions before.
        """
        try:
            fetched = await self._consumer.getmany(
                *map(self._at, sources), timeout_ms=milliseconds(wait_s), max_records=most
            )
        except UnicodeDecodeError:
            if most > 1:
                self._rewind()
            return False
        if assignment is self._current:
            self._hand_over(assignment, fetched)
        else:
            self._rewind()
        return True

    def _rewind(self) -> None:
        """Read again what the present assignment was not handed."""
        if self._current is not None:
            for source, position in self._current.handed_to.items():
                self._consumer.seek(self._at(source), position)

    def _hand_over(self, assignment: KafkaAssignment, fetched: Mapping[Any, Collection[Any]]) -> None:
        records = {}
        for at, found in fetched.items():
            source = self._sources[at]
            records[source] = to_records(source.topic, found)
        self._announce(assignment, records)

    def _announce(self, assignment: KafkaAssignment, records: Mapping[TopicPartition, Sequence[Record]]) -> None:
        moved = ((self._sources[at], position) for at, position in read_to(self._consumer, self._owned))
        news = assignment.handing(records, moved)
        if records or news:
            self._call_home(assignment.arrive, records, news)

    async def _until_hungry(self) -> None:
        self._hungry.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hungry.wait(), _READ_WAIT_S)

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
        consumer = self._consumer
        generation = generation_of(consumer)
        try:
            with translated():
                stored, found = await asyncio.gather(stored_marks(consumer, owned), consumer.end_offsets(list(owned)))
        except GrymError:
            if owned != self._owned:
                return None
            raise
        if owned != self._owned or generation != generation_of(consumer):
            return None
        self._sources = {at: TopicPartition(self._settings.logical(at.topic), at.partition) for at in owned}
        marks = {self._sources[at]: from_metadata(*stored.get(at, (0, ""))) for at in owned} | self._done
        for source, mark in marks.items():
            consumer.seek(self._at(source), mark.position)
        self._returned.clear()
        self._current = KafkaAssignment(
            marks=marks,
            ends={self._sources[at]: end for at, end in found.items()},
            generation=generation,
            read_ahead_bytes=self._settings.read_ahead_bytes,
            commit=self.commit,
            hungry=self.feed_me,
        )
        self._hungry.set()
        return self._current

    async def _store(self, assignment: KafkaAssignment, marks: Mapping[TopicPartition, Mark]) -> None:
        if assignment.over or generation_of(self._consumer) != assignment.generation:
            return
        self._done.update(marks)
        offsets = {self._at(source): (mark.position, to_metadata(mark)) for source, mark in marks.items()}
        try:
            await asyncio.wait_for(self._consumer.commit(offsets), _COMMIT_TIMEOUT_S)
        except (KafkaError, TimeoutError) as error:
            self._log.warning("kafka.commit_failed", error=f"{type(error).__name__}: {error}"[:200])

    async def _close(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is None:
            return
        with suppress(KafkaError, OSError, TimeoutError):
            await asyncio.wait_for(leave_group(consumer, self._group, self._instance_id), _CLOSE_TIMEOUT_S)
        with suppress(KafkaError, OSError, TimeoutError):
            await asyncio.wait_for(stopped(consumer), _CLOSE_TIMEOUT_S)

    def _end(self, assignment: KafkaAssignment, *, evicted: bool) -> None:
        self._call_home(_lose, assignment, evicted)

    def _call_home(self, call: Any, *arguments: Any) -> None:
        with suppress(RuntimeError):  # the runner's loop was closed
            self._home.call_soon_threadsafe(call, *arguments)

    def _at(self, source: TopicPartition) -> Any:
        return aiokafka.TopicPartition(self._settings.physical(source.topic), source.partition)


def _lose(assignment: KafkaAssignment, evicted: bool) -> None:  # noqa: FBT001 - a call from another thread has no keywords
    assignment.begin_loss(evicted=evicted)
