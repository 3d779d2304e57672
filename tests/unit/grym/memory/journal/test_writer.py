"""Many writers, few transactions: everybody gets an answer of its own, whatever happens to the others."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest

from grym.adapters.clock import VirtualClock
from grym.adapters.memory import open_memory
from grym.adapters.memory.transaction import CommitStage
from grym.errors import (
    GrymError,
    InvalidPatternError,
    InvariantError,
    SaturatedError,
    TransientError,
    UnavailableError,
)
from grym.memory.journal.writer import PatternWriter
from grym.ports.patterns import PatternChange, PatternQuery
from tests.contract.pattern_changes import change, stored

Commit = Callable[[Sequence[PatternChange]], Coroutine[Any, Any, None]]

GONE = UnavailableError("gone", code="db.unreachable")


class World:
    """A memory whose commits can be made to fail, with a writer over it, in virtual time."""

    def __init__(self, **settings: float) -> None:
        self.clock = VirtualClock()
        self.commits = 0
        self.faults: list[tuple[CommitStage, Exception]] = []
        self.backend = open_memory(self.clock, on_commit=self._reached)
        self.writer = PatternWriter(self.backend.work, self.clock, **settings)  # type: ignore[arg-type]

    async def events(self) -> list[str]:
        """Return what the journal holds."""
        return [event.change.event_id for event in await self.backend.book.events(0, limit=9999)]

    def _reached(self, stage: CommitStage) -> None:
        self.commits += stage == "before"
        if self.faults and self.faults[0][0] == stage:
            raise self.faults.pop(0)[1]


def told(outcomes: list[GrymError | None]) -> list[str]:
    """Return the codes of what failed, and nothing for what did not."""
    return ["" if error is None else error.code for error in outcomes]


async def test_changes_of_many_are_committed_together() -> None:
    """Two hundred writers, two transactions of at most 128."""
    world = World()

    async def write() -> None:
        await asyncio.gather(*(world.writer.write(stored(str(n))) for n in range(200)))
        assert len(await world.events()) == 200

    await world.clock.run(write())
    assert (world.commits, world.writer.transactions) == (2, 2)


async def test_a_change_waits_two_milliseconds_for_others() -> None:
    """Those that come in time join it."""
    world = World()

    async def late(after_s: float) -> None:
        await world.clock.sleep(after_s)
        await world.writer.write(stored(str(after_s)))

    async def write() -> None:
        await asyncio.gather(*(late(seconds) for seconds in (0.0, 0.001, 0.0019, 0.5)))

    await world.clock.run(write())
    assert world.commits == 2


async def test_what_cannot_be_written_spoils_nothing_else() -> None:
    """Bad numbers, unknown patterns, other content under one id: each has its own error."""
    world = World()
    changes = [
        stored("a"),
        stored("nothing", vectors=b"", imprint=b""),
        change("retired", "nobody"),
        stored("b"),
        stored("a", "twice", imprint=b"another sound"),
        change("reinforced", "a"),
    ]

    async def write() -> list[GrymError | None]:
        return await world.writer.write_all(changes)

    assert told(await world.clock.run(write())) == ["", "pattern.empty", "pattern.unknown", "", "pattern.duplicate", ""]
    assert await world.events() == ["stored a", "stored b", "reinforced a"]


@pytest.mark.parametrize("stage", ["before", "after"])
async def test_a_lost_connection_loses_and_doubles_nothing(stage: CommitStage) -> None:
    """Whether the commit took place or not."""
    world = World()
    world.faults = [(stage, GONE), (stage, GONE)]

    async def write() -> list[GrymError | None]:
        return await world.writer.write_all([stored(str(n)) for n in range(5)])

    assert told(await world.clock.run(write())) == [""] * 5
    assert await world.events() == [f"stored {n}" for n in range(5)]


async def test_a_database_that_stays_away_is_told_to_everybody() -> None:
    """Once, after a while; nobody waits for ever, and writing goes on when it is back."""
    world = World(patience_s=30.0)
    world.faults = [("before", GONE)] * 1000

    async def write() -> list[str]:
        outcomes = await world.writer.write_all([stored("a"), stored("b")])
        assert 25 < world.clock.monotonic_s() <= 30
        world.faults.clear()
        await world.writer.write(stored("a"))
        return told(outcomes)

    assert await world.clock.run(write()) == ["db.unreachable", "db.unreachable"]
    assert await world.events() == ["stored a"]


async def test_what_one_change_breaks_is_found_among_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where only the transaction fails, and with an error that names nothing."""
    world = World(patience_s=0.0)
    seen: list[int] = []
    monkeypatch.setattr(world.writer, "_commit", _refusing("3", world.writer._commit, seen))

    async def write() -> list[GrymError | None]:
        return await world.writer.write_all([stored(str(n)) for n in range(8)])

    assert told(await world.clock.run(write())) == ["", "", "", "db.failed", "", "", "", ""]
    assert seen == [8, 4, 2, 2, 1, 1, 4]


def _refusing(name: str, commit: Commit, seen: list[int]) -> Commit:
    async def refuse(changes: Sequence[PatternChange]) -> None:
        seen.append(len(changes))
        if any(change.pattern_id == name for change in changes):
            raise TransientError("the database refused", code="db.failed")
        await commit(changes)

    return refuse


async def test_too_many_that_wait_are_refused_at_once() -> None:
    """Certainly nothing of theirs was written."""
    world = World(room=3)

    async def write() -> list[object]:
        return await asyncio.gather(*(world.writer.write(stored(str(n))) for n in range(5)), return_exceptions=True)

    outcomes = await world.clock.run(write())
    assert outcomes[:3] == [None, None, None]
    assert all(isinstance(outcome, SaturatedError) for outcome in outcomes[3:])
    assert await world.events() == ["stored 0", "stored 1", "stored 2"]


async def test_whoever_gives_up_in_time_writes_nothing() -> None:
    """The others are not touched."""
    world = World()

    async def write() -> None:
        given_up = asyncio.create_task(world.writer.write(stored("given up")))
        staying = asyncio.create_task(world.writer.write(stored("staying")))
        await asyncio.sleep(0)
        given_up.cancel()
        await staying
        assert given_up.cancelled()

    await world.clock.run(write())
    assert await world.events() == ["stored staying"]


async def test_closing_writes_what_waits_and_takes_nothing_more() -> None:
    """Without waiting for the window."""
    world = World(window_s=60.0)

    async def write() -> None:
        writing = asyncio.create_task(world.writer.write(stored("a")))
        await asyncio.sleep(0)
        await world.writer.close()
        await writing
        with pytest.raises(InvariantError):
            await world.writer.write(stored("b"))
        assert await world.backend.book.count(PatternQuery()) == 1

    await world.clock.run(write())
    assert world.clock.monotonic_s() < 60


async def test_a_bad_change_is_refused_before_it_waits() -> None:
    """It has not taken anybody's place."""
    world = World(room=0)

    async def write() -> None:
        with pytest.raises(InvalidPatternError) as raised:
            await world.writer.write(stored("", "x"))
        assert raised.value.code == "pattern.id"

    await world.clock.run(write())
    assert world.commits == 0


async def test_closing_that_is_given_up_leaves_nobody_without_an_answer() -> None:
    """Whoever closes may be cancelled; what is under way goes on."""
    world = World(window_s=0.0)
    begin, go = asyncio.Event(), asyncio.Event()
    commit = world.writer._commit

    async def slowly(changes: Sequence[PatternChange]) -> None:
        begin.set()
        await go.wait()
        await commit(changes)

    world.writer._commit = slowly  # type: ignore[method-assign]
    writing = asyncio.ensure_future(world.writer.write(stored("a")))
    await begin.wait()
    closing = asyncio.ensure_future(world.writer.close())
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    go.set()
    done, _ = await asyncio.wait([writing], timeout=5.0)
    assert done == {writing}
    assert await world.events() == [stored("a").event_id]


async def test_a_batch_has_one_patience_for_all_its_parts() -> None:
    """Where everything is refused for a time, the hundredth writer does not wait a hundred times as long."""
    world = World(window_s=0.0, patience_s=30.0)

    async def refuse(changes: Sequence[PatternChange]) -> None:
        raise TransientError(f"{len(changes)} are locked", code="db.locked")

    world.writer._commit = refuse  # type: ignore[method-assign]
    writing = asyncio.ensure_future(world.writer.write_all([stored(str(n)) for n in range(100)]))
    for _ in range(400):
        await world.clock.advance(0.1)
    assert writing.done()
    assert told(writing.result()) == ["db.locked"] * 100
