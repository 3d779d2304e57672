"""What the memory backend can do beyond the contract: crashes on demand, conflicts, virtual waiting."""

import asyncio

import pytest

from grym.adapters.clock import VirtualClock
from grym.adapters.memory import CommitStage, open_memory
from grym.errors import TransientError
from grym.ports.backend import Backend
from schemas.records import Message, TopicPartition

LANE = TopicPartition("grym.feedback.v1", 0)


class Crash(Exception):  # noqa: N818 - it stands for the end of a process, not for an error
    """The process ends here."""


def message() -> Message:
    """Return a message."""
    return Message(topic=LANE.topic, key=b"k", headers=(), value=b"v")


def crashing_at(stage: CommitStage) -> Backend:
    """Return a backend whose every commit crashes before or after it."""

    def crash(reached: CommitStage) -> None:
        if reached == stage:
            raise Crash

    return open_memory(VirtualClock(), on_commit=crash)


@pytest.mark.parametrize(("stage", "stored"), [("before", 0), ("after", 1)])
async def test_a_crash_before_the_commit_loses_it_and_one_after_it_keeps_it(stage: CommitStage, stored: int) -> None:
    """The caller cannot tell, as in life."""
    backend = crashing_at(stage)

    async def write() -> None:
        async with backend.work.begin() as work:
            await work.append([message()])

    with pytest.raises(Crash):
        await write()
    assert len(await backend.log.read(LANE, after=0, limit=9)) == stored


async def test_the_hook_may_wait() -> None:
    """It can hold a commit while others go on."""
    clock = VirtualClock()

    async def delay(stage: CommitStage) -> None:
        if stage == "before":
            await clock.sleep(5)

    backend = open_memory(clock, on_commit=delay)

    async def write() -> None:
        async with backend.work.begin() as work:
            await work.append([message()])

    await clock.run(write())
    [record] = await backend.log.read(LANE, after=0, limit=9)
    assert record.appended_at == clock.now()
    assert clock.monotonic_s() == 5


async def test_the_first_to_commit_wins() -> None:
    """The other is undone whole, and may try again."""
    backend = open_memory(VirtualClock())

    async def lose() -> None:
        async with backend.work.begin() as loser:
            await loser.save("p", "k", b"loser", expected_version=0)
            await loser.append([message()])
            async with backend.work.begin() as winner:
                await winner.save("p", "k", b"winner", expected_version=0)

    with pytest.raises(TransientError) as raised:
        await lose()
    assert raised.value.code == "work.conflict"
    state = await backend.states.load("p", "k")
    assert state is not None
    assert state.value == b"winner"
    assert await backend.log.read(LANE, after=0, limit=9) == []


async def test_waiting_lasts_as_long_as_the_clock_says() -> None:
    """No real second passes."""
    clock = VirtualClock()
    backend = open_memory(clock)

    async def wait() -> None:
        await backend.log.ends([LANE.topic])
        await backend.log.wait(timeout_s=0)
        await backend.log.wait(timeout_s=600)

    await clock.run(wait())
    assert clock.monotonic_s() == 600


async def test_a_commit_without_news_wakes_nobody() -> None:
    """Committing a position is nothing to read."""
    clock = VirtualClock()
    backend = open_memory(clock)

    async def commit_soon() -> None:
        await clock.sleep(1)
        async with backend.work.begin() as work:
            await work.advance("p", {LANE: 1})

    async def wait() -> None:
        await backend.log.ends([LANE.topic])
        await backend.log.wait(timeout_s=0)
        await asyncio.gather(commit_soon(), backend.log.wait(timeout_s=30))

    await clock.run(wait())
    assert clock.monotonic_s() == 30


async def test_open_work_counts_for_the_readers_one_names() -> None:
    """Instead of the catalogue's."""
    backend = open_memory(VirtualClock(), readers={"p": (LANE.topic,)})
    await backend.publisher.publish([message()])
    assert (await backend.counters.open_work())["records"] == 1
    await backend.close()
