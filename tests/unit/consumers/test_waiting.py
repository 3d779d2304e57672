"""Waiting for what becomes of a request."""

import asyncio

import msgspec
import pytest

from consumers.waiting import LEARNING_TOPICS, Watcher, is_terminal
from grym.errors import UnavailableError
from schemas.body import Body, Fault
from schemas.envelope import decode
from schemas.events import (
    FeedbackFolded,
    RequestAccepted,
    RequestCancelled,
    RequestCompleted,
    RequestDeadLettered,
    RequestRejected,
    StepStarted,
)
from schemas.records import Message, Record, TopicPartition
from tests.contract.fakes import MemoryArtifacts, message, run_virtual
from tests.contract.probe import World, open_world


def event(body: Body, event_id: str, *, subject: str = "r1") -> Message:
    """Return an event of grym's own."""
    return message(body, subject=subject, event_id=event_id, source="grym/coordinator")


DONE = RequestCompleted(kind="compose", result={"seed": 7})
STEP = StepStarted(step="plan")


def watcher(world: World) -> Watcher:
    """Return somebody who waits."""
    return Watcher(world.backend.log, world.artifacts, world.clock)


def test_events_come_as_they_happen_until_the_terminal_one() -> None:
    """Only the request's own events, each once, in order, and nothing after the end."""

    async def work() -> None:
        world = open_world()
        seen: list[str] = []

        async def watch() -> None:
            seen.extend([envelope.id async for envelope in watcher(world).follow("r1", timeout_s=60.0)])

        watching = asyncio.create_task(watch())
        await world.publish(event(RequestAccepted(kind="compose", deadline_s=1.0), "a"))
        await asyncio.sleep(1)
        await world.publish(event(STEP, "b"), event(STEP, "b"), event(STEP, "x", subject="r2"))
        await asyncio.sleep(1)
        await world.publish(event(DONE, "c"), event(STEP, "d"))
        await watching
        assert seen == ["a", "b", "c"]
        assert world.clock.monotonic_s() < 3

    run_virtual(work())


def test_time_runs_out() -> None:
    """After the time-out the iteration ends with what has come so far."""

    async def work() -> None:
        world = open_world()
        await world.publish(event(STEP, "a"))
        seen = [envelope.id async for envelope in watcher(world).follow("r1", timeout_s=5.0)]
        assert seen == ["a"]
        assert world.clock.monotonic_s() == pytest.approx(5.0)

    run_virtual(work())


def test_positions_taken_before_leave_out_the_past() -> None:
    """What was there before the positions were taken is not told again."""

    async def work() -> None:
        world = open_world()
        await world.publish(event(STEP, "old"))
        watch = watcher(world)
        after = await watch.positions()
        await world.publish(event(DONE, "new"))
        assert [envelope.id async for envelope in watch.follow("r1", after=after)] == ["new"]

    run_virtual(work())


def test_another_end_can_be_waited_for() -> None:
    """Feedback waits for the learner's word on it."""

    async def work() -> None:
        world = open_world()
        folded = FeedbackFolded(feedback_id="f1", accepted=True)
        await world.publish(event(folded, "a"))
        follow = watcher(world).follow("r1", topics=LEARNING_TOPICS, until=lambda found: found.body.feedback_id == "f1")
        assert [envelope.body.accepted async for envelope in follow] == [True]

    run_virtual(work())


def test_unreadable_record_is_passed_over() -> None:
    """A broken record of the request does not end the waiting."""

    async def work() -> None:
        world = open_world()
        await world.publish(msgspec.structs.replace(event(STEP, "a"), value=b"{"), event(DONE, "b"))
        assert [envelope.id async for envelope in watcher(world).follow("r1")] == ["b"]

    run_virtual(work())


def test_backend_that_goes_away_is_told() -> None:
    """The caller hears of an outage instead of waiting through it."""

    async def work() -> None:
        class Gone:
            """A log out of reach."""

            async def read(self, source: TopicPartition, *, after: int, limit: int) -> list[Record]:
                raise UnavailableError(f"{source} {after} {limit}")

            async def ends(self, topics: object) -> dict[TopicPartition, int]:
                raise UnavailableError(str(topics))

            async def wait(self, *, timeout_s: float) -> None:
                raise UnavailableError(str(timeout_s))

        world = open_world()
        follow = Watcher(Gone(), MemoryArtifacts(), world.clock).follow("r1", timeout_s=9.0)
        with pytest.raises(UnavailableError):
            await anext(follow)

    run_virtual(work())


def test_the_four_terminals_are_known() -> None:
    """Completed, rejected, dead-lettered and cancelled end a run; a step does not."""
    fault = Fault(code="x", message="y")
    bodies: list[Body] = [
        DONE,
        RequestRejected(fault=fault),
        RequestDeadLettered(letter_id="l", processor="p", fault=fault),
        RequestCancelled(reason="asked"),
    ]
    assert all(is_terminal(decode(event(body, "a"))) for body in bodies)
    assert not is_terminal(decode(event(STEP, "a")))
