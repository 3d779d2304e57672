"""Reading records into the lanes of their streams, as long as there is room for them."""

from collections.abc import Iterable, Sequence

from consumers.live.hearings import Hearing, Hearings, Waiting
from consumers.live.settings import LiveSettings
from consumers.live.storing import Storing
from consumers.ports import RunnerPorts
from consumers.running.budget import Budget
from consumers.waits import Bell
from grym.errors import InvariantError, PermanentError
from grym.ports.feed import Assignment
from grym.ports.live import Checkpoint
from schemas.imported import is_imported
from schemas.records import Record, TopicPartition
from streams.live.arriving import arrival_of
from streams.live.listener import Listener, Manners
from streams.translate import fault_of


class Intake:
    """Takes records in hand, for one session.

    Parameters
    ----------
    arrived
        Rung when something waits for its turn.
    """

    def __init__(
        self,
        name: str,
        ports: RunnerPorts,
        settings: LiveSettings,
        manners: Manners,
        *,
        assignment: Assignment,
        hearings: Hearings,
        storing: Storing,
        arrived: Bell,
    ) -> None:
        self._name = name
        self._loop = f"{name}.poll"
        self._ports = ports
        self._settings = settings
        self._manners = manners
        self._assignment = assignment
        self._hearings = hearings
        self._storing = storing
        self._arrived = arrived
        self._waiting_bytes = dict.fromkeys(assignment.marks, 0)
        self._paused: set[TopicPartition] = set()
        self.budget = Budget(max_count=settings.runner.backlog, max_bytes=settings.in_hand_bytes)

    async def run(self) -> None:
        """Read until cancelled."""
        telemetry = self._ports.telemetry
        try:
            while True:
                telemetry.quiet(self._loop)  # what waits on purpose is not stuck
                await self._ports.admission.admit()
                await self.budget.wait_for_room()
                await self._storing.unwritten.wait_for_room()  # what cannot be read becomes a letter at once
                telemetry.beat(self._loop)
                records = await self._assignment.poll(
                    max_records=min(self._settings.runner.batch, max(1, self.budget.room)),
                    max_bytes=max(1, self.budget.room_bytes),
                )
                if records:
                    await self._take(records)
                for source, position in self._assignment.passed().items():
                    self._storing.pass_over(source, position)
        finally:
            telemetry.quiet(self._loop)

    def take_up(self, checkpoints: Iterable[Checkpoint]) -> None:
        """Go on with streams from their checkpoints."""
        for checkpoint in checkpoints:
            try:
                listener = Listener.restored(
                    checkpoint.stream_id, checkpoint.state, self._manners, over=checkpoint.ended
                )
                self._hearings.add(self._hearing(listener, checkpoint.source, position=checkpoint.position))
            except InvariantError as error:
                self._give_up(checkpoint, error)

    def let_go(self, waiting: Waiting) -> None:
        """Note that a record is out of hand."""
        self.budget.give_back(1, waiting.size_bytes)
        self._waiting_bytes[waiting.record.topic_partition] -= waiting.size_bytes
        if self._paused:
            self._pause_crowded()

    async def _take(self, records: Sequence[Record]) -> None:
        self._ports.telemetry.count("events_read", len(records), of=self._name)
        understood = [None if is_imported(record.headers) else _understood(record) for record in records]
        await self._meet({waiting.stream_id for waiting in understood if waiting is not None})
        for record, waiting in zip(records, understood, strict=True):
            self._storing.take(record)
            if waiting is None:
                self._skip(record)
            else:
                self._put(waiting)
        self._pause_crowded()
        self._arrived.ring()

    def _skip(self, record: Record) -> None:
        """Leave alone what an import brought: history, which nobody works on."""
        self._storing.leave(record.topic_partition, [record.position])
        self._ports.telemetry.count("events_skipped", of=self._name)

    async def _meet(self, stream_ids: set[str]) -> None:
        """Take up streams that are not in hand: those that have ended, were let go meanwhile, or are new."""
        asked: set[str] = set()
        while unknown := sorted(name for name in stream_ids - asked if self._hearings.get(name) is None):
            asked.update(unknown)
            self.take_up((await self._ports.backend.live.find(unknown)).values())

    def _put(self, waiting: Waiting) -> None:
        record = waiting.record
        source, hearing = record.topic_partition, self._hearings.get(waiting.stream_id)
        if hearing is None and waiting.error is not None:  # nothing is known of any such stream
            self._storing.lose(record, waiting.error)
            self._storing.leave(source, [record.position])
            return
        if hearing is None:
            hearing = self._hearing(Listener.unheard(waiting.stream_id, self._manners), source)
            self._hearings.add(hearing)
        if record.position <= hearing.saved:  # its checkpoint covers it already
            self._storing.leave(source, [record.position])
            return
        self.budget.take(1, waiting.size_bytes)
        self._waiting_bytes[source] = self._waiting_bytes.get(source, 0) + waiting.size_bytes
        self._hearings.put(hearing, waiting)

    def _give_up(self, checkpoint: Checkpoint, error: InvariantError) -> None:
        """End a stream whose checkpoint cannot be read; the others go on."""
        listener, told = Listener.lost(checkpoint.stream_id, self._manners, fault_of(error))
        hearing = self._hearing(listener, checkpoint.source, position=checkpoint.position)
        self._hearings.add(hearing)
        self._storing.tell(told)
        self._storing.save(hearing.checkpoint(now_s=self._ports.clock.monotonic_s()), ())

    def _hearing(self, listener: Listener, source: TopicPartition, *, position: int = 0) -> Hearing:
        tail_s = self._settings.recognition.length_s
        return Hearing(listener, source, position=position, now_s=self._ports.clock.monotonic_s(), tail_s=tail_s)

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


def _understood(record: Record) -> Waiting:
    try:
        return Waiting(record=record, arrival=arrival_of(record))
    except PermanentError as error:
        return Waiting(record=record, error=error)
