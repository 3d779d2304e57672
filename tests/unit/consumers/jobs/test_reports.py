"""Work that says nothing is told of all the same, and stops as soon as nobody wants it; in virtual time."""

import asyncio

from consumers.jobs.reports import PULSE_S
from grym.ports.effects import CancelJobs
from schemas.envelope import Envelope
from streams.processor import Output, Report
from tests.contract.fakes import run_virtual
from tests.contract.probe import World, open_world
from tests.unit.consumers.workshop import Workshop, enqueue, no_jobs, run_worker, told


async def progress_of(world: World) -> list[tuple[str, float]]:
    """Return what was told of the work, in order."""
    return [(event.body.stage, event.body.share) for event in await world.events("grym.generation.v1")]


def test_silent_work_is_told_of_every_second() -> None:
    """The last word again and again, and nothing before the first."""

    async def work() -> None:
        world = open_world()

        async def silent(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            await asyncio.sleep(5.0)
            await report("composing", 0.1)
            await asyncio.sleep(10.0)
            return told(envelope)

        await enqueue(world)
        await run_worker(world, Workshop(silent), lambda: no_jobs(world))
        said = await progress_of(world)
        assert set(said) == {("composing", 0.1)}
        assert 10.0 / PULSE_S - 2 <= len(said) <= 10.0 / PULSE_S + 1

    run_virtual(work())


def test_work_that_is_followed_is_asked() -> None:
    """Whoever knows how far it is says so; after the following the last word counts again."""

    async def work() -> None:
        world = open_world()

        async def followed(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            began_s = world.clock.monotonic_s()
            report.follow(lambda: ("performing", round((world.clock.monotonic_s() - began_s) / 10.0, 2)))
            await report("performing", 0.0)
            await asyncio.sleep(10.0)
            report.follow(None)
            await report("storing", 1.0)
            await asyncio.sleep(2.0)
            return told(envelope)

        await enqueue(world)
        await run_worker(world, Workshop(followed), lambda: no_jobs(world))
        said = await progress_of(world)
        shares = [share for stage, share in said if stage == "performing"]
        assert len(set(shares)) == len(shares) > 10
        assert shares == sorted(shares)
        assert [entry for entry in said if entry[0] == "storing"] == [("storing", 1.0)] * 3

    run_virtual(work())


def test_work_that_speaks_is_left_alone() -> None:
    """What is told often enough is not told twice."""

    async def work() -> None:
        world = open_world()

        async def talkative(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            for number in range(20):
                await report("steps", number / 20)
                await asyncio.sleep(PULSE_S / 2)
            return told(envelope)

        await enqueue(world)
        await run_worker(world, Workshop(talkative), lambda: no_jobs(world))
        assert await progress_of(world) == [("steps", number / 20) for number in range(20)]

    run_virtual(work())


def test_a_cancelled_job_stops_within_a_second() -> None:
    """Long before the next beat of its heart, and nothing is told any more."""

    async def work() -> None:
        world = open_world()
        stopped_s: list[float] = []

        async def endless(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            del envelope
            await report("composing", 0.0)
            try:
                await asyncio.sleep(1_000.0)
            finally:
                stopped_s.append(world.clock.monotonic_s())
            return ()

        async def cancel() -> None:
            async with world.backend.work.begin() as unit:
                await unit.apply(CancelJobs(request_id="r1", run_no=1))

        async def has_stopped() -> bool:
            return bool(stopped_s)

        await enqueue(world)
        running = asyncio.create_task(run_worker(world, Workshop(endless), has_stopped, lease_s=60.0))
        await asyncio.sleep(5.0)
        await cancel()
        cancelled_s, said = world.clock.monotonic_s(), await progress_of(world)
        await running
        assert stopped_s[0] - cancelled_s <= 1.0
        assert await progress_of(world) == said

    run_virtual(work())
