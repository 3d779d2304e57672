"""Broken sequences."""

from consumers.failures.sequences import break_sequence, is_broken
from schemas.records import Record
from tests.contract.fakes import EPOCH, run_virtual
from tests.contract.probe import World, open_world


def frame(position: int, *, key: bytes | None = b"s", partition: int = 0) -> Record:
    """Return a record of a stream."""
    return Record(
        topic="grym.audio-frames.v1",
        partition=partition,
        position=position,
        key=key,
        headers=(),
        value=b"",
        appended_at=EPOCH,
    )


async def break_at(world: World, record: Record, *, up_to: int) -> None:
    """Break a sequence."""
    async with world.backend.work.begin() as unit:
        await break_sequence(unit, world.backend.states, "p", record, up_to=up_to)


def test_only_what_waited_is_broken() -> None:
    """Up to the position, of this key, in this partition, for this processor."""

    async def work() -> None:
        world = open_world()
        states = world.backend.states
        assert not await is_broken(states, "p", frame(2))
        await break_at(world, frame(1), up_to=4)
        assert await is_broken(states, "p", frame(4))
        assert not await is_broken(states, "p", frame(5))
        assert not await is_broken(states, "p", frame(2, key=b"t"))
        assert not await is_broken(states, "p", frame(2, partition=1))
        assert not await is_broken(states, "q", frame(2))

    run_virtual(work())


def test_a_sequence_can_break_again() -> None:
    """A later break reaches further; a record without a key is its own sequence."""

    async def work() -> None:
        world = open_world()
        await break_at(world, frame(1, key=None), up_to=2)
        await break_at(world, frame(5, key=None), up_to=9)
        assert await is_broken(world.backend.states, "p", frame(9, key=None))

    run_virtual(work())
