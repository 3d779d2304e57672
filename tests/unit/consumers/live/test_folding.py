"""Tests of consumers.live.folding: turns, what a stream that never began leaves behind, and silence."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from consumers.live.folding import Folding
from consumers.live.hearings import Hearing, Hearings, Waiting
from consumers.live.settings import LiveSettings
from consumers.live.storing import Storing
from consumers.live.writing import Load
from consumers.waits import Bell
from grym.ports.feed import Assignment, Mark
from schemas.catalogue import AUDIO_FRAMES
from schemas.live import StreamEnded
from schemas.records import Message, TopicPartition
from streams.live.arriving import arrival_of
from streams.live.listener import Listener, Manners
from tests.contract.fakes import run_virtual
from tests.contract.probe import World, open_world
from tests.support.live_kit import COUNTING, frame, heard, opened, record_of

SOURCE = TopicPartition(AUDIO_FRAMES, 0)
MANNERS = Manners(ears=COUNTING, idle_s=30.0)


class Kept:
    """An assignment of one partition, and an outlet that keeps what is stored."""

    def __init__(self) -> None:
        self.marks = {SOURCE: Mark()}
        self.messages: list[Message] = []

    async def send(self, messages: Sequence[Message]) -> None:
        """Send nothing ahead."""

    async def store(self, load: Load, marks: Mapping[TopicPartition, Mark]) -> bool:
        """Keep the events of a load."""
        del marks
        self.messages += load.messages
        return True

    async def commit(self, marks: Mapping[TopicPartition, Mark]) -> None:
        """Commit nothing."""


class SlowEnds:
    """A log that takes two seconds to say where it ends."""

    async def ends(self, topics: object) -> dict[TopicPartition, int]:
        """Say it."""
        del topics
        await asyncio.sleep(2.0)
        return {SOURCE: 2}


@dataclass(kw_only=True)
class Desk:
    """Folding of one partition, with everything around it."""

    world: World
    folding: Folding
    hearings: Hearings
    storing: Storing
    arrived: Bell
    kept: Kept

    def put(self, message: Message, position: int, *, at: datetime) -> Hearing:
        """Let a record wait for its turn."""
        record = record_of(message, position, at=at)
        waiting = Waiting(record=record, arrival=arrival_of(record))
        one = self.hearings.get(waiting.stream_id)
        if one is None:
            listener = Listener.unheard(waiting.stream_id, MANNERS)
            one = Hearing(listener, SOURCE, position=0, now_s=self.world.clock.monotonic_s())
            self.hearings.add(one)
        self.storing.take(record)
        self.hearings.put(one, waiting)
        self.arrived.ring()
        return one


def desk(log: Any = None, **settings: Any) -> Desk:
    """Return a desk in an empty world."""
    world, kept, hearings, arrived = open_world(), Kept(), Hearings(remembered=10), Bell()
    ports, given = world.ports(), LiveSettings(**settings)
    if log is not None:
        ports = world.ports(backend=replace(world.backend, log=log))
    assignment = cast("Assignment", cast("Any", kept))
    storing = Storing("live", ports, given, assignment=assignment, outlet=kept)
    folding = Folding(
        "live", ports, given, hearings=hearings, storing=storing, arrived=arrived, let_go=lambda _waiting: None
    )
    return Desk(world=world, folding=folding, hearings=hearings, storing=storing, arrived=arrived, kept=kept)


async def fold(one: Desk, *loops: Any, for_s: float) -> None:
    """Run the loops of a desk for a while."""
    running = [asyncio.create_task(loop) for loop in (one.folding.run(), one.storing.run(), *loops)]
    await asyncio.sleep(for_s)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


def test_a_stream_that_begins_badly_stays_one_stream() -> None:
    """A first record that no stream can begin with leaves what waits behind it to the same listener."""

    async def work() -> None:
        one = desk(checkpoint_quiet_s=0.0)
        now = one.world.clock.now()
        first = one.put(opened("s", rate_hz=1), 1, at=now)
        one.put(frame("s", 0), 2, at=now)
        while first.folded < 1:
            one.folding._fold_piece(cast("Hearing", one.hearings.next_turn()))
        assert one.put(frame("s", 1), 3, at=now) is first
        await fold(one, for_s=1.0)
        assert one.hearings.get("s") is first

    run_virtual(work())


def test_a_stream_that_never_began_is_forgotten() -> None:
    """Once nothing of it waits, there is nothing to keep."""

    async def work() -> None:
        one = desk(checkpoint_quiet_s=0.0)
        one.put(opened("s", rate_hz=1), 1, at=one.world.clock.now())
        await fold(one, for_s=1.0)
        assert one.hearings.get("s") is None

    run_virtual(work())


def test_what_comes_while_silence_is_looked_into_ends_it() -> None:
    """A stream is not ended for a silence that a record has broken before the log said where it ends."""

    async def work() -> None:
        one = desk(SlowEnds(), idle_s=30.0, look_s=1.0)
        one.put(frame("s", 0), 1, at=one.world.clock.now())

        async def late() -> None:
            """Bring a record that was logged in time, while the log is asked."""
            logged_at = one.world.clock.now()
            await asyncio.sleep(32.0)
            one.put(frame("s", 1), 2, at=logged_at.replace(second=logged_at.second + 29))

        await fold(one, one.folding.look_for_silence(), late(), for_s=33.5)
        assert [body for body in heard(one.kept.messages, "s") if isinstance(body, StreamEnded)] == []

    run_virtual(work())
