"""Tests of consumers.live.writing: nothing is covered by a checkpoint whose events could still be lost."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from consumers.live.writing import Load, LogElsewhere, OneDatabase, outlet_for
from grym.errors import InvariantError, LeaseLostError, TransientError
from grym.ports.feed import Assignment, Mark
from grym.ports.live import Checkpoint
from grym.ports.log import Placement
from schemas.catalogue import AUDIO_FRAMES, LIVE
from schemas.records import Message, TopicPartition
from tests.contract.fakes import run_virtual
from tests.contract.probe import World, open_world

SOURCE = TopicPartition(AUDIO_FRAMES, 0)
TOLD = Message(topic=LIVE, key=b"s", headers=(), value=b"{}")


class Held:
    """An assignment that notes what is committed."""

    def __init__(self, lease: object = None) -> None:
        self.lease = lease
        self.marks: dict[TopicPartition, Mark] = {}

    async def commit(self, marks: Mapping[TopicPartition, Mark]) -> None:
        """Note marks."""
        self.marks |= marks


class Wire:
    """A sender that may fail, and knows what was stored when it was asked to send."""

    def __init__(self, world: World, *, fails: bool = False) -> None:
        self.world = world
        self.fails = fails
        self.saved_before: list[int] = []

    async def send(self, messages: Sequence[Message]) -> list[Placement]:
        """Send, or fail."""
        del messages
        self.saved_before.append(len(await self.world.backend.live.find(["s"])))
        if self.fails:
            raise TransientError("nobody knows", code="publish.unknown")
        return []


def load() -> Load:
    """Return an event and the checkpoint that covers it."""
    made = Load(checkpoints={"s": Checkpoint(stream_id="s", source=SOURCE, position=3, state=b"x")})
    made.add([TOLD])
    return made


async def claimed(world: World) -> int:
    """Claim the partition."""
    async with world.backend.work.begin() as work:
        return await work.claim_sources([SOURCE])


def elsewhere(world: World, wire: Wire, epoch: int, held: Held) -> LogElsewhere:
    """Return the outlet of a log that lies elsewhere."""
    ports = world.ports()
    ports = replace(ports, backend=replace(ports.backend, sender=cast("Any", wire)))
    return LogElsewhere(ports, cast("Assignment", held), epoch)


def test_events_come_before_the_checkpoint() -> None:
    """Where the log lies elsewhere, nothing is saved before it has confirmed; marks are not its business."""

    async def work() -> None:
        world, held = open_world(), Held()
        wire = Wire(world)
        outlet = elsewhere(world, wire, await claimed(world), held)
        made = load()
        await outlet.send(made.messages)
        assert not await outlet.store(made, {SOURCE: Mark(position=3)})
        assert wire.saved_before == [0]
        assert (await world.backend.live.find(["s"]))["s"].position == 3
        assert held.marks == {}
        await outlet.commit({SOURCE: Mark(position=3)})
        assert held.marks == {SOURCE: Mark(position=3)}

    run_virtual(work())


def test_what_may_be_lost_is_not_covered() -> None:
    """A send of unknown outcome says so, and whoever asked for it goes no further."""

    async def work() -> None:
        world = open_world()
        outlet = elsewhere(world, Wire(world, fails=True), await claimed(world), Held())
        with pytest.raises(TransientError):
            await outlet.send(load().messages)
        assert await world.backend.live.find(["s"]) == {}

    run_virtual(work())


def test_one_database_stores_all_or_nothing() -> None:
    """Events, checkpoints and marks become visible together; a listener that was shut out leaves none of them."""

    async def work() -> None:
        world = open_world()
        lease = await world.backend.leases.acquire("live", holder="one", ttl_s=60.0)
        held = cast("Assignment", Held(lease))
        epoch = await claimed(world)
        outlet = OneDatabase("live", world.ports(), held, epoch)
        assert await outlet.store(load(), {SOURCE: Mark(position=3)})
        assert await world.backend.progress.positions("live") == {SOURCE: 3}
        assert len(await world.records(LIVE)) == 1
        await claimed(world)
        with pytest.raises(LeaseLostError):
            await outlet.store(load(), {SOURCE: Mark(position=9)})
        assert await world.backend.progress.positions("live") == {SOURCE: 3}
        assert len(await world.records(LIVE)) == 1

    run_virtual(work())


def test_each_runtime_has_its_outlet() -> None:
    """With a lease the database holds everything; without one there must be a sender."""
    world = open_world()
    assert isinstance(outlet_for("live", world.ports(), cast("Assignment", Held(object())), 1), OneDatabase)
    with pytest.raises(InvariantError):
        outlet_for("live", world.ports(), cast("Assignment", Held()), 1)
    assert Load().empty
    assert not load().empty
