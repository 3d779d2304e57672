"""Tests of consumers.live.storing: what gathers is stored together, and positions follow it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pytest

from consumers.live.settings import LiveSettings
from consumers.live.storing import Storing
from consumers.live.writing import Load
from consumers.running.keeping import worst
from grym.errors import ContractError, UnavailableError
from grym.ports.feed import Assignment, Mark
from grym.ports.live import Checkpoint
from schemas.catalogue import AUDIO_FRAMES, LIVE
from schemas.records import Message, TopicPartition
from tests.contract.fakes import run_virtual
from tests.contract.probe import open_world
from tests.support.live_kit import frame, record_of

SOURCE = TopicPartition(AUDIO_FRAMES, 0)
TOLD = Message(topic=LIVE, key=b"s", headers=(), value=b"{}")


class Slow:
    """An outlet that takes a second for each load."""

    def __init__(self) -> None:
        self.loads: list[Load] = []
        self.marks: list[Mapping[TopicPartition, Mark]] = []
        self.stored = 0

    async def send(self, messages: Sequence[Message]) -> None:
        """Send nothing ahead."""

    async def store(self, load: Load, marks: Mapping[TopicPartition, Mark]) -> bool:
        """Store a load in a second."""
        del marks
        self.loads.append(load)
        await asyncio.sleep(1.0)
        self.stored += 1
        return False

    async def commit(self, marks: Mapping[TopicPartition, Mark]) -> None:
        """Note marks, and of how many loads they can know."""
        assert self.stored == len(self.loads)
        self.marks.append(marks)


class Held:
    """An assignment of one partition."""

    def __init__(self) -> None:
        self.marks = {SOURCE: Mark()}


def checkpoint(position: int, *, stream_id: str = "s") -> Checkpoint:
    """Return a checkpoint."""
    return Checkpoint(stream_id=stream_id, source=SOURCE, position=position, state=b"")


def storing(outlet: Slow) -> Storing:
    """Return what stores through an outlet."""
    held = cast("Assignment", cast("Any", Held()))
    return Storing("live", open_world().ports(), LiveSettings(), assignment=held, outlet=outlet)


def test_two_checkpoints_of_a_stream_are_one_in_a_load() -> None:
    """The newer one says everything, while a slow store lets both gather; what both cover is done."""

    async def work() -> None:
        outlet = Slow()
        desk = storing(outlet)
        running = asyncio.create_task(desk.run())
        for position in range(1, 6):
            desk.take(record_of(frame("s", position), position))
        desk.save(checkpoint(1), [1])
        await asyncio.sleep(0.1)
        desk.save(checkpoint(2), [2])
        desk.save(checkpoint(4), [3, 4])
        desk.save(checkpoint(5, stream_id="t"), [5])
        await desk.finish()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        saved = [{one.stream_id: one.position for one in load.checkpoints.values()} for load in outlet.loads]
        assert saved == [{"s": 1}, {"s": 4, "t": 5}]
        assert outlet.marks[-1] == {SOURCE: Mark(position=5)}

    run_virtual(work())


def test_marks_never_run_ahead_of_what_is_stored() -> None:
    """Positions that are done with a load are committed after it, and those read beyond them are not."""

    async def work() -> None:
        outlet = Slow()
        desk = storing(outlet)
        running = asyncio.create_task(desk.run())
        for position in range(1, 4):
            desk.take(record_of(frame("s", position), position))
        desk.leave(SOURCE, [1])
        await asyncio.sleep(0.5)
        assert outlet.marks == []
        await desk.finish()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert outlet.marks == [{SOURCE: Mark(position=1)}]

    run_virtual(work())


def test_marks_are_committed_however_much_comes() -> None:
    """Where there is always more to store, how far partitions are done is stored all the same."""

    async def work() -> None:
        outlet = Slow()
        desk = storing(outlet)
        running = asyncio.create_task(desk.run())
        for position in range(1, 40):
            desk.take(record_of(frame("s", position), position))
            desk.leave(SOURCE, [position])
            await asyncio.sleep(0.5)
        assert len(outlet.marks) > 10
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    run_virtual(work())


def test_letters_that_wait_have_a_limit_too() -> None:
    """They hold whole records: what makes more of them waits for room as with events."""

    async def work() -> None:
        outlet = Slow()
        desk = storing(outlet)
        record = record_of(frame("s", 1, samples=100_000), 1)
        for _ in range(100):
            desk.lose(record, ContractError("broken"))
        assert not desk.unwritten.room
        running = asyncio.create_task(desk.run())
        await desk.unwritten.wait_until_empty()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert desk.unwritten.size_bytes == 0

    run_virtual(work())


class Apart(Slow):
    """An outlet that sends in a tenth of a second, and stores in a second."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[int] = []

    async def send(self, messages: Sequence[Message]) -> None:
        """Send in a tenth of a second."""
        await asyncio.sleep(0.1)
        self.sent.append(len(messages))

    async def store(self, load: Load, marks: Mapping[TopicPartition, Mark]) -> bool:
        """Store what was sent."""
        assert sum(len(one.messages) for one in [*self.loads, load]) <= sum(self.sent)
        return await super().store(load, marks)


def test_events_do_not_wait_for_checkpoints() -> None:
    """Ten loads are sent while the first checkpoint is being stored; each checkpoint is stored after its events."""

    async def work() -> None:
        outlet = Apart()
        desk = storing(outlet)
        running = asyncio.create_task(desk.run())
        for position in range(1, 11):
            desk.take(record_of(frame("s", position), position))
            desk.tell([TOLD])
            desk.save(checkpoint(position), [position])
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.05)
        assert len(outlet.sent) >= 9
        assert outlet.stored <= 1
        await desk.finish()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert outlet.marks[-1] == {SOURCE: Mark(position=10)}
        assert desk.unwritten.size_bytes == 0

    run_virtual(work())


class Failing(Apart):
    """An outlet that cannot send."""

    async def send(self, messages: Sequence[Message]) -> None:
        """Fail."""
        del messages
        raise UnavailableError("away")


def test_what_could_not_be_sent_is_not_stored() -> None:
    """No checkpoint of a load whose events did not arrive is stored, no mark committed; the failure is told."""

    async def work() -> None:
        outlet = Failing()
        desk = storing(outlet)
        desk.take(record_of(frame("s", 1), 1))
        desk.tell([TOLD])
        desk.save(checkpoint(1), [1])
        with pytest.raises(ExceptionGroup) as failure:
            await desk.run()
        assert isinstance(worst(failure.value), UnavailableError)
        assert (outlet.loads, outlet.marks) == ([], [])

    run_virtual(work())
