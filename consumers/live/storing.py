"""What waits to be stored, and storing it: one load after the other, each whole, with the marks that it leaves true.

Two loops share the work. One sends the events of whatever has gathered; the other stores what has been sent, above all
checkpoints, which takes longer and which nobody waits for. Where one database holds everything, sending is nothing.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from consumers.failures.faults import note_of, stack_hash
from consumers.failures.letters import Loss
from consumers.identity import record_letter_id
from consumers.live.settings import LiveSettings
from consumers.live.writing import LiveOutlet, Load
from consumers.ports import RunnerPorts
from consumers.running.budget import Budget
from consumers.running.watermark import Watermark
from consumers.waits import Bell
from grym.ports.feed import Assignment, Mark
from grym.ports.live import Checkpoint
from schemas.envelope import peek
from schemas.live import AlertRaised
from schemas.records import Message, Record, TopicPartition


class Storing:
    """Everything of one session that is on its way into log and database."""

    def __init__(
        self, name: str, ports: RunnerPorts, settings: LiveSettings, *, assignment: Assignment, outlet: LiveOutlet
    ) -> None:
        self._name = name
        self._clock = ports.clock
        self._telemetry = ports.telemetry
        self._settings = settings
        self._outlet = outlet
        self._watermarks = {source: Watermark(Mark(position=m.position)) for source, m in assignment.marks.items()}
        self._load = Load()
        self._loaded = Bell()
        self._sent = Load()
        self._sent_some = Bell()
        self._sending = self._saving = False
        self.unwritten = Budget(max_count=2**31, max_bytes=settings.unwritten_bytes)
        """Events and letters that wait; whoever makes more waits for room first."""

    # --- what is to be stored --------------------------------------------------------------------------------------

    @property
    def checkpoints(self) -> int:
        """How many checkpoints wait."""
        return len(self._load.checkpoints) + len(self._sent.checkpoints)

    def tell(self, messages: Sequence[Message]) -> None:
        """Have events stored."""
        if not messages:
            return
        before = self._load.size_bytes
        self._load.add(messages)
        self.unwritten.take(len(messages), self._load.size_bytes - before)
        self._loaded.ring()
        for message in messages:
            if (alert := _alert_in(message)) is not None:
                self._telemetry.count("live_alerts", of=alert)

    def lose(self, record: Record, error: Exception) -> str:
        """Have a dead letter made of a record; return its id."""
        now, fault = self._clock.now(), note_of(error)
        letter_id = record_letter_id(self._name, record)
        loss = Loss(
            letter_id=letter_id,
            processor=self._name,
            record=record,
            fault=fault,
            stack=stack_hash(error),
            attempts=1,
            first_failed_at=now,
            failed_at=now,
        )
        before = self._load.size_bytes
        self._load.lose(loss)
        self.unwritten.take(1, self._load.size_bytes - before)
        self._loaded.ring()
        self._telemetry.count("events_lettered", of=self._name)
        self._telemetry.log("event.lettered", processor=self._name, code=fault.code, position=record.position)
        return letter_id

    def save(self, checkpoint: Checkpoint, covered: Iterable[int]) -> None:
        """Have a checkpoint stored behind everything that it covers."""
        self._load.checkpoints[checkpoint.stream_id] = checkpoint
        self._telemetry.count("live_checkpoints", of=self._name)
        self.leave(checkpoint.source, covered)

    def leave(self, source: TopicPartition, positions: Iterable[int]) -> None:
        """Note positions that are done once everything that waits now is stored."""
        self._load.done += [(source, position) for position in positions]
        self._loaded.ring()

    # --- positions -------------------------------------------------------------------------------------------------

    def take(self, record: Record) -> None:
        """Note that a record was read."""
        self._watermark(record.topic_partition).take(record.position)

    def pass_over(self, source: TopicPartition, position: int) -> None:
        """Note that nothing is left of a partition up to a position."""
        self._watermark(source).pass_over(position)

    def read_to(self, source: TopicPartition) -> int:
        """Return up to where a partition was read."""
        return self._watermark(source).taken

    # --- storing ---------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Store whatever gathers, and commit how far everything is done now and then, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._send())
            group.create_task(self._save())

    async def _send(self) -> None:
        """Send the events of what has gathered, one load after the other."""
        while True:
            await self._loaded.wait(self._clock, timeout_s=None)
            if self._load.empty:
                continue
            load, self._load, self._sending = self._load, Load(), True
            await self._outlet.send(load.messages)
            self._sent.join(load)
            self._sending = False
            self._sent_some.ring()

    async def _save(self) -> None:
        """Store what has been sent, and commit."""
        committed_s = self._clock.monotonic_s()
        while True:
            await self._sent_some.wait(self._clock, timeout_s=self._settings.look_s)
            if not self._sent.empty:
                await self._store()
            if self._clock.monotonic_s() - committed_s >= self._settings.checkpoint_apart_s:
                await self.commit()
                committed_s = self._clock.monotonic_s()

    async def finish(self) -> None:
        """Return once nothing waits any more and all of it is committed; somebody runs `run` meanwhile."""
        while self._sending or self._saving or not (self._load.empty and self._sent.empty):
            self._loaded.ring()
            await self._clock.sleep(self._settings.settle_s)
        await self.commit()

    async def commit(self) -> None:
        """Commit how far partitions are done; only while no load is being stored are its marks true."""
        if marks := self._moved():
            await self._outlet.commit(marks)
            self._committed(marks)

    async def _store(self) -> None:
        load, self._sent, self._saving = self._sent, Load(), True
        for source, position in load.done:
            self._watermark(source).finish(position)
        marks = self._moved()
        if await self._outlet.store(load, marks):
            self._committed(marks)
        self._saving = False
        self.unwritten.give_back(len(load.messages) + len(load.losses), load.size_bytes)
        self._telemetry.count("messages_sent", len(load.messages), of=self._name)

    def _moved(self) -> dict[TopicPartition, Mark]:
        lines = {source: Mark(position=watermark.line) for source, watermark in self._watermarks.items()}
        return {s: mark for s, mark in lines.items() if mark.position > self._watermarks[s].committed.position}

    def _committed(self, marks: Mapping[TopicPartition, Mark]) -> None:
        for source, mark in marks.items():
            self._watermarks[source].commit(mark)
        if marks:
            self._telemetry.count("offset_commits", of=self._name)

    def _watermark(self, source: TopicPartition) -> Watermark:
        return self._watermarks.setdefault(source, Watermark())


def _alert_in(message: Message) -> str | None:
    """Return the name of the alert that a message tells; None where it tells something else."""
    if peek(message.headers, "ce_type") != AlertRaised.TYPE:
        return None
    return msgspec.json.decode(message.value or b"", type=AlertRaised).name
