"""Listening to the partitions of one assignment: reading, folding, storing, and looking for streams that fell silent.

Reading puts records into the lanes of their streams. Folding gives every stream that has something waiting its turn,
one piece of sound at a time, so that none keeps the others waiting. Storing takes whatever has gathered meanwhile: one
transaction or one send for all streams. A failure of any of them drops everything; whoever has the partitions next
goes on from the checkpoints.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextvars import Context

from consumers.failures.faults import fault_of, note_of, stack_hash
from consumers.failures.letters import Loss
from consumers.identity import record_letter_id
from consumers.live.recognising import Memory, Questions
from consumers.live.settings import LiveSettings
from consumers.live.voices import Voice, Voices, Waiting
from consumers.live.writing import LiveOutlet, Load
from consumers.ports import RunnerPorts
from consumers.running.budget import Budget
from consumers.running.watermark import Watermark
from consumers.waits import Bell, cancel_all, first_of
from grym.errors import PermanentError
from grym.ports.feed import Assignment, Mark
from grym.ports.live import Checkpoint
from schemas.catalogue import AUDIO_FRAMES
from schemas.envelope import peek
from schemas.records import Message, Record, TopicPartition
from streams.live.arriving import arrival_of
from streams.live.listener import Listener, Manners
from streams.live.telling import Cause


class Session:
    """One assignment of live streams.

    Parameters
    ----------
    checkpoints
        How far the streams of the assigned partitions are that have not ended.
    memory
        What is asked about running streams; None asks nobody.
    """

    def __init__(
        self,
        name: str,
        ports: RunnerPorts,
        settings: LiveSettings,
        manners: Manners,
        *,
        assignment: Assignment,
        outlet: LiveOutlet,
        checkpoints: Iterable[Checkpoint],
        memory: Memory | None = None,
    ) -> None:
        self._name = name
        self._loop = f"{name}.poll"
        self._ports = ports
        self._settings = settings
        self._manners = manners
        self._assignment = assignment
        self._outlet = outlet
        self._watermarks = {source: Watermark(Mark(position=m.position)) for source, m in assignment.marks.items()}
        self._waiting_bytes = dict.fromkeys(self._watermarks, 0)
        self._paused: set[TopicPartition] = set()
        self._load = Load()
        self._loaded = Bell()
        self._arrived = Bell()
        self._unwritten = Budget(max_count=2**31, max_bytes=settings.unwritten_bytes)
        self._storing = False
        self.budget = Budget(max_count=settings.runner.backlog, max_bytes=settings.in_hand_bytes)
        self.voices = Voices(remembered=settings.remembered)
        self._questions = None if memory is None else self._asking(memory)
        for checkpoint in checkpoints:
            self._take_up(checkpoint)

    def _asking(self, memory: Memory) -> Questions:
        settings = self._settings.recognition
        return Questions(self._name, self._ports, settings, memory, voices=lambda: self.voices, tell=self._tell)

    async def listen(self, stop: asyncio.Event) -> None:
        """Listen until `stop` is set or the assignment is to be given back; what was folded is stored then."""
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(self._read(), context=Context())
            looking = group.create_task(self._look())
            saving = group.create_task(self._save_due())
            asking = group.create_task(self._ask())
            folding = group.create_task(self._fold())
            storing = group.create_task(self._store())
            await first_of(stop.wait(), self._assignment.lost())
            await cancel_all(reading, looking, saving, asking)
            drain_s = self._settings.runner.drain_s if stop.is_set() else self._settings.runner.revoke_drain_s
            await first_of(self._drained(), self._ports.clock.sleep(drain_s))
            await cancel_all(folding, storing)

    async def _ask(self) -> None:
        if self._questions is not None:
            await self._questions.ask()

    async def _drained(self) -> None:
        """Return once everything in hand is folded, stored and saved."""
        await self.budget.wait_until_empty()
        for voice in self.voices:
            self._save(voice)
        while not self._load.empty or self._storing:
            self._loaded.ring()
            await self._ports.clock.sleep(0.01)
        await self._commit()

    # --- reading ---------------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        telemetry = self._ports.telemetry
        try:
            while True:
                telemetry.quiet(self._loop)  # what waits on purpose is not stuck
                await self._ports.admission.admit()
                await self.budget.wait_for_room()
                telemetry.beat(self._loop)
                records = await self._assignment.poll(
                    max_records=min(self._settings.runner.batch, max(1, self.budget.room)),
                    max_bytes=max(1, self.budget.room_bytes),
                )
                await self._take(records)
                for source, position in self._assignment.passed().items():
                    self._watermark(source).pass_over(position)
        finally:
            telemetry.quiet(self._loop)

    async def _take(self, records: Sequence[Record]) -> None:
        """Put records into the lanes of their streams."""
        if not records:
            return
        self._ports.telemetry.count("events_read", len(records), of=self._name)
        understood = [_understood(record) for record in records]
        await self._meet({_stream_of(waiting) for waiting in understood})
        for waiting in understood:
            self._put(waiting)
        self._pause_crowded()
        self._arrived.ring()

    async def _meet(self, stream_ids: set[str]) -> None:
        """Take up streams that are not in hand: those that ended before, or of which nothing was heard yet."""
        unknown = sorted(stream_id for stream_id in stream_ids if stream_id and self.voices.get(stream_id) is None)
        if unknown:
            for checkpoint in (await self._ports.backend.live.find(unknown)).values():
                self._take_up(checkpoint)

    def _take_up(self, checkpoint: Checkpoint) -> None:
        listener = Listener.restored(checkpoint.stream_id, checkpoint.state, self._manners, over=checkpoint.ended)
        self.voices.add(self._voice(listener, checkpoint.source, position=checkpoint.position))

    def _voice(self, listener: Listener, source: TopicPartition, *, position: int = 0) -> Voice:
        tail_s = self._settings.recognition.length_s
        return Voice(listener, source, position=position, now_s=self._ports.clock.monotonic_s(), tail_s=tail_s)

    def _put(self, waiting: Waiting) -> None:
        record, stream_id = waiting.record, _stream_of(waiting)
        source, voice = record.topic_partition, self.voices.get(stream_id)
        watermark = self._watermark(source)
        watermark.take(record.position)
        if voice is None and waiting.error is not None:
            self._lose(record, waiting.error)
            self._leave_behind(source, [record.position])
            return
        if voice is None:
            voice = self._voice(Listener.unheard(stream_id, self._manners), source)
            self.voices.add(voice)
        if record.position <= voice.saved:  # its checkpoint covers it already
            watermark.finish(record.position)
            return
        self.budget.take(1, waiting.size_bytes)
        self._waiting_bytes[source] = self._waiting_bytes.get(source, 0) + waiting.size_bytes
        self.voices.put(voice, waiting)

    def _pause_crowded(self) -> None:
        """Leave partitions alone of which much waits, and take them up again once half of that is gone."""
        most = int(self._settings.in_hand_bytes * self._settings.partition_share)
        full = {source for source, waiting in self._waiting_bytes.items() if waiting > most} - self._paused
        roomy = {source for source in self._paused if self._waiting_bytes[source] <= most // 2}
        if full:
            self._assignment.pause(full)
        if roomy:
            self._assignment.resume(roomy)
        if full or roomy:
            self._paused = (self._paused | full) - roomy
            self._ports.telemetry.gauge("paused_partitions", len(self._paused), of=self._name)

    # --- folding ---------------------------------------------------------------------------------------------------

    async def _fold(self) -> None:
        while True:
            voice = self.voices.next_turn()
            if voice is None:
                await self._arrived.wait(self._ports.clock, timeout_s=None)
                continue
            await self._unwritten.wait_for_room()
            self._fold_piece(voice)
            await asyncio.sleep(0)  # reading and storing have their turns too

    def _fold_piece(self, voice: Voice) -> None:
        """Fold the next piece of a stream; whatever goes wrong concerns this stream alone."""
        waiting: Waiting | None
        try:
            messages, waiting = voice.hear_on()
        except Exception as error:  # noqa: BLE001 (a fault in one stream is no fault of the others)
            messages, waiting = self._failed(voice, error), voice.drop_head()
        self._tell(messages)
        if waiting is not None:
            self._folded(voice, waiting)
        self.voices.had_turn(voice)

    def _folded(self, voice: Voice, waiting: Waiting) -> None:
        """Let go of a record that is folded."""
        record, telemetry = waiting.record, self._ports.telemetry
        if waiting.error is not None:
            self._lose(record, waiting.error)
            self._tell(voice.listener.note("broken_frame", _cause_of(record)))
        self.budget.give_back(1, waiting.size_bytes)
        self._waiting_bytes[voice.source] -= waiting.size_bytes
        if self._paused:
            self._pause_crowded()
        age_s = (self._ports.clock.now() - record.appended_at).total_seconds()
        telemetry.observe("event_age_seconds", max(0.0, age_s), of=self._name)
        telemetry.count("events_done", of=self._name)
        self._save_if_due(voice)

    def _failed(self, voice: Voice, error: Exception) -> Sequence[Message]:
        """Give up the record a stream failed with, and the stream with it unless it had not begun."""
        head = voice.head
        self._lose(head.record, error)
        self._ports.telemetry.count("events_failed", of=self._name)
        if head.arrival is None:
            return ()
        fault = fault_of(note_of(error))
        letter_id = record_letter_id(self._name, head.record)
        return voice.listener.fail(fault, head.arrival.cause, letter_id=letter_id)

    def _tell(self, messages: Sequence[Message]) -> None:
        if messages:
            before = self._load.size_bytes
            self._load.add(messages)
            self._unwritten.take(len(messages), self._load.size_bytes - before)
            self._loaded.ring()

    def _lose(self, record: Record, error: Exception) -> None:
        """Make a dead letter of a record."""
        now, fault = self._ports.clock.now(), note_of(error)
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
        self._load.losses.append(loss)
        self._loaded.ring()
        telemetry = self._ports.telemetry
        telemetry.count("events_lettered", of=self._name)
        telemetry.log("event.lettered", processor=self._name, code=fault.code, position=record.position)

    # --- checkpoints -----------------------------------------------------------------------------------------------

    async def _save_due(self) -> None:
        """Save streams of which nothing more comes; the others are saved as they are heard."""
        while True:
            await self._ports.clock.sleep(self._settings.checkpoint_apart_s)
            for voice in self.voices:
                self._save_if_due(voice)

    def _save_if_due(self, voice: Voice) -> None:
        settings, now_s = self._settings, self._ports.clock.monotonic_s()
        if len(self._load.checkpoints) < settings.checkpoints_at_once and voice.is_due(
            sound_s=settings.checkpoint_sound_s,
            most_bytes=settings.checkpoint_bytes,
            apart_s=settings.checkpoint_apart_s,
            quiet_s=settings.checkpoint_quiet_s,
            now_s=now_s,
        ):
            self._save(voice)

    def _save(self, voice: Voice) -> None:
        """Have a checkpoint of a stream stored behind everything that it covers."""
        if not voice.listener.begun:
            self._leave_behind(voice.source, voice.covered_to(voice.folded))
            self.voices.forget(voice)
        elif voice.saved_over:  # what came after the end changed nothing
            self._leave_behind(voice.source, voice.covered_to(voice.folded))
        elif voice.saved < voice.folded or voice.listener.over:
            self._load.checkpoints.append(voice.checkpoint(now_s=self._ports.clock.monotonic_s()))
            self._leave_behind(voice.source, voice.covered_to(voice.folded))
            self._ports.telemetry.count("live_checkpoints", of=self._name)

    def _leave_behind(self, source: TopicPartition, positions: Iterable[int]) -> None:
        """Note positions that are done once the load is stored."""
        self._load.done += [(source, position) for position in positions]
        self._loaded.ring()

    # --- storing ---------------------------------------------------------------------------------------------------

    async def _store(self) -> None:
        last_commit_s = self._ports.clock.monotonic_s()
        while True:
            await self._loaded.wait(self._ports.clock, timeout_s=self._settings.look_s)
            while not self._load.empty:
                await self._store_load()
            if self._ports.clock.monotonic_s() - last_commit_s >= self._settings.checkpoint_apart_s:
                await self._commit()
                last_commit_s = self._ports.clock.monotonic_s()

    async def _store_load(self) -> None:
        load, self._load = self._load, Load()
        self._storing = True
        for source, position in load.done:
            self._watermark(source).finish(position)
        marks = self._moved()
        if await self._outlet.store(load, marks):
            self._committed(marks)
        self._storing = False
        self._unwritten.give_back(len(load.messages), load.size_bytes)
        self._ports.telemetry.count("messages_sent", len(load.messages), of=self._name)

    def _moved(self) -> dict[TopicPartition, Mark]:
        lines = {source: Mark(position=watermark.line) for source, watermark in self._watermarks.items()}
        return {
            source: mark
            for source, mark in lines.items()
            if mark.position > self._watermarks[source].committed.position
        }

    async def _commit(self) -> None:
        """Commit how far partitions are done; only while no load is being stored are its marks true."""
        if marks := self._moved():
            await self._outlet.commit(marks)
            self._committed(marks)

    def _committed(self, marks: Mapping[TopicPartition, Mark]) -> None:
        for source, mark in marks.items():
            self._watermarks[source].commit(mark)
        if marks:
            self._ports.telemetry.count("offset_commits", of=self._name)

    # --- silence ---------------------------------------------------------------------------------------------------

    async def _look(self) -> None:
        """End streams that have fallen silent, once their partitions were read up to where they ended then."""
        while True:
            await self._ports.clock.sleep(self._settings.look_s)
            now = self._ports.clock.now()
            silent = [voice for voice in self.voices if not voice.busy and voice.listener.idle_at(now)]
            if any(voice.silent_from is None for voice in silent):
                ends = await self._ports.backend.log.ends([AUDIO_FRAMES])
                for voice in silent:
                    if voice.silent_from is None and not voice.busy:
                        voice.silent_from = ends.get(voice.source, 0)
            for voice in silent:
                if self._has_fallen_silent(voice):
                    self._tell(voice.listener.fall_silent())
                    self._save(voice)
                    self.voices.had_turn(voice)
            self._ports.telemetry.gauge("live_streams", len(self.voices), of=self._name)

    def _has_fallen_silent(self, voice: Voice) -> bool:
        read_to = self._watermark(voice.source).taken
        return not voice.busy and voice.silent_from is not None and read_to >= voice.silent_from

    def _watermark(self, source: TopicPartition) -> Watermark:
        return self._watermarks.setdefault(source, Watermark())


def _understood(record: Record) -> Waiting:
    try:
        return Waiting(record=record, arrival=arrival_of(record))
    except PermanentError as error:
        return Waiting(record=record, error=error)


def _stream_of(waiting: Waiting) -> str:
    """Return the stream a record is of; of one that cannot be read, what its key says."""
    if waiting.arrival is not None:
        return waiting.arrival.stream_id
    return (waiting.record.key or b"").decode(errors="replace")


def _cause_of(record: Record) -> Cause:
    return Cause(event_id=peek(record.headers, "ce_id")[:200], at=record.appended_at)
