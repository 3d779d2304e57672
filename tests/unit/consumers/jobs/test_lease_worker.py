"""Taking jobs: when, how many at once, whose, and what a stop does."""

import asyncio
from datetime import timedelta

from consumers.jobs.lease_worker import LeaseWorker, Sight
from consumers.settings import LeaseWorkerSettings
from grym.ports.breaker import NoBreakers
from grym.ports.effects import CancelJobs
from schemas.envelope import Envelope
from streams.processor import Output, Report
from tests.contract.fakes import eventually, run_virtual
from tests.contract.probe import open_world
from tests.unit.consumers.workshop import Workshop, die_holding, enqueue, no_jobs, quick, run_worker, told


def test_job_taken_too_often_is_given_up_untried() -> None:
    """A job that ended its process each time is not tried for ever."""

    async def work() -> None:
        world = open_world()
        await enqueue(world)
        await die_holding(world, times=4)
        workshop = Workshop(quick)
        await run_worker(world, workshop, lambda: no_jobs(world), max_takes=4)
        assert workshop.calls == 0
        (letter,) = await world.backend.letters.letters()
        assert letter.fault.code == "job.exhausted"

    run_virtual(work())


def test_heartbeat_keeps_a_long_job() -> None:
    """A job of ten lease lifetimes is not taken by anybody else."""

    async def work() -> None:
        world = open_world()

        async def long(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            del report
            await asyncio.sleep(100)
            return told(envelope)

        await enqueue(world)
        workshop = Workshop(long)

        async def over() -> bool:
            assert await world.backend.jobs.take(("generation",), holder="other", lease_s=1.0) is None
            return await no_jobs(world)

        ports, stop = world.ports(), asyncio.Event()
        running = asyncio.create_task(LeaseWorker([workshop], ports).run(stop))
        await asyncio.sleep(1)
        await eventually(over, every_s=1.0)
        stop.set()
        await running
        assert workshop.calls == 1
        assert len(await world.told()) == 1

    run_virtual(work())


def test_stop_lets_a_short_job_finish() -> None:
    """Within the grace the running job ends as if nothing had happened."""

    async def work() -> None:
        world = open_world()

        async def short(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            del report
            await asyncio.sleep(3)
            return told(envelope)

        await enqueue(world)
        workshop = Workshop(short)

        async def begun() -> bool:
            return workshop.calls == 1

        await run_worker(world, workshop, begun, grace_s=5.0)
        assert len(await world.told()) == 1

    run_virtual(work())


def test_stop_hands_a_long_job_back() -> None:
    """After the grace the job is queued again, due at once, for anybody, and counts as untried."""

    async def work() -> None:
        world = open_world()

        async def long(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            del report
            await asyncio.sleep(1000)
            return told(envelope)

        await enqueue(world)
        workshop = Workshop(long)

        async def begun() -> bool:
            return workshop.calls == 1

        await run_worker(world, workshop, begun, grace_s=5.0)
        assert await world.told() == []
        again = await world.backend.jobs.take(("generation",), holder="other", lease_s=1.0)
        assert again is not None
        assert (again.attempt, again.fence) == (1, 2)

    run_virtual(work())


def test_two_slots_work_side_by_side() -> None:
    """Two jobs of ten seconds are done in ten seconds."""

    async def work() -> None:
        world = open_world()

        async def long(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            del report
            await asyncio.sleep(10)
            return told(envelope)

        await enqueue(world, "j1")
        await enqueue(world, "j2")
        await run_worker(world, Workshop(long), lambda: no_jobs(world), slots=2)
        assert world.clock.monotonic_s() < 12
        assert len(await world.told()) == 2

    run_virtual(work())


def test_a_job_past_its_deadline_is_not_begun() -> None:
    """Its request is ended by its own timer; a job whose deadline is to come is done."""

    async def work() -> None:
        world = open_world()
        now = world.clock.now()
        await enqueue(world, "late", deadline_at=now - timedelta(seconds=1))
        await enqueue(world, "early", deadline_at=now + timedelta(seconds=100))
        workshop = Workshop(quick)
        ports = await run_worker(world, workshop, lambda: no_jobs(world))
        assert workshop.calls == 1
        assert await world.told() == ["c-early"]
        assert ports.telemetry.counts["jobs_dropped"] == 1
        assert await world.backend.letters.letters() == []

    run_virtual(work())


def test_a_cancel_that_overtakes_its_command_is_remembered() -> None:
    """The job is accepted as cancelled and nobody works for it; the next run is worked for."""

    async def work() -> None:
        world = open_world()
        async with world.backend.work.begin() as unit:
            await unit.apply(CancelJobs(request_id="r1", run_no=1))
        await enqueue(world, "first")
        await enqueue(world, "second", run_no=2)
        workshop = Workshop(quick)
        await run_worker(world, workshop, lambda: no_jobs(world))
        assert workshop.calls == 1
        assert await world.told() == ["c-second"]

    run_virtual(work())


def test_nothing_is_taken_while_a_breaker_is_open() -> None:
    """What the work needs is known to be away; the job stays in the queue for whoever can do it."""

    async def work() -> None:
        world = open_world()

        class Ill(NoBreakers):
            away = True

            def blocking(self, processor: str) -> str | None:
                return "artifacts" if processor == "generation" and self.away else None

        ill = Ill()
        await enqueue(world)
        workshop = Workshop(quick)

        async def over() -> bool:
            if ill.away and world.clock.monotonic_s() > 60:
                assert workshop.calls == 0
                ill.away = False
            return await no_jobs(world)

        await run_worker(world, workshop, over, ports=world.ports(breakers=ill))
        assert workshop.calls == 1

    run_virtual(work())


def test_jobs_of_others_are_adopted_only_after_a_lease_in_sight() -> None:
    """After an outage every lease has expired; who is alive renews first."""

    async def work() -> None:
        world = open_world()
        taken_at: list[float] = []

        async def note(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            del report
            taken_at.append(world.clock.monotonic_s())
            return told(envelope)

        await enqueue(world)
        await die_holding(world, times=1)
        began_s = world.clock.monotonic_s()
        await run_worker(world, Workshop(note), lambda: no_jobs(world), lease_s=10.0)
        assert 10.0 <= taken_at[0] - began_s < 11.0

    run_virtual(work())


def test_sight_is_lost_by_gaps_and_failures() -> None:
    """Half a lease without an answer is a gap; a failure is one at once."""
    sight = Sight(10.0)
    for now_s in range(10):
        assert not sight.is_steady(now_s)
        sight.saw(now_s)
    assert sight.is_steady(10)
    sight.saw(10)
    assert not sight.is_steady(16)
    sight.saw(16)
    assert not sight.is_steady(25)
    for now_s in range(17, 27):
        sight.saw(now_s)
    assert sight.is_steady(26)
    sight.lose()
    assert not sight.is_steady(26)


def test_the_pool_grows_with_the_age_of_the_queue() -> None:
    """One job alone has the machine to itself; when others wait too long they run beside it."""

    async def work() -> None:
        world = open_world()
        most = 0

        async def long(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            nonlocal most
            del report
            most = max(most, worker.in_hand)
            await asyncio.sleep(30)
            return told(envelope)

        for number in range(9):
            await enqueue(world, f"j{number}")
        ports, stop = world.ports(), asyncio.Event()
        worker = LeaseWorker([Workshop(long)], ports, LeaseWorkerSettings(slots=1, most_slots=3))
        running = asyncio.create_task(worker.run(stop))
        await asyncio.sleep(1)
        assert worker.in_hand == 1
        await eventually(lambda: no_jobs(world))
        stop.set()
        await running
        assert most == 3
        slots = {sample.value for sample in ports.telemetry.samples() if sample.name == "job_slots"}
        assert slots == {3.0}
        assert world.clock.monotonic_s() < 30 * 4 + 10

    run_virtual(work())
