"""Long work under a lease."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from consumers.lease_worker import LeaseWorker
from consumers.ports import RunnerPorts
from consumers.retry import RetryPolicy
from consumers.settings import LeaseWorkerSettings
from grym.errors import PermanentError, TransientError
from grym.ports.effects import CancelJobs, EnqueueJob
from schemas.body import Body
from schemas.commands import CancelRequest
from schemas.envelope import Envelope
from schemas.events import GenerationProgressed, RequestIgnored
from schemas.records import Message
from streams.processor import Output, Report
from tests.contract.fakes import eventually, headers_of, message, run_virtual
from tests.contract.probe import World, open_world

Task = Callable[[Envelope, Report], Awaitable[tuple[Output, ...]]]


class Workshop:
    """Does as it is told."""

    kind = "generation"

    def __init__(self, task: Task) -> None:
        self.task = task
        self.calls = 0

    async def work(self, envelope: Envelope, report: Report) -> tuple[Output, ...]:
        """Do the task."""
        self.calls += 1
        return await self.task(envelope, report)

    def progress(self, envelope: Envelope, stage: str, share: float) -> Body:
        """Tell how far it is."""
        del envelope
        return GenerationProgressed(stage=stage, share=share)


def told(envelope: Envelope) -> tuple[Output, ...]:
    """Return the result of the work."""
    return (Output(body=RequestIgnored(ignored_id=envelope.id, ignored_type=envelope.type, reason="worked")),)


async def quick(envelope: Envelope, report: Report) -> tuple[Output, ...]:
    """Report once and be done."""
    await report("half", 0.5)
    return told(envelope)


async def enqueue(world: World, job_id: str = "j1", *, command: Message | None = None) -> None:
    """Put a job into the queue."""
    job = EnqueueJob(
        job_id=job_id,
        kind="generation",
        request_id="r1",
        run_no=1,
        tenant="default",
        message=command or message(CancelRequest(reason="x"), event_id=f"c-{job_id}", run_no=1),
    )
    async with world.backend.work.begin() as unit:
        await unit.apply(job)


async def run_worker(
    world: World, workshop: Workshop, until: Callable[[], Awaitable[bool]], **settings: Any
) -> RunnerPorts:
    """Run one worker until something holds; return its ports."""
    ports, stop = world.ports(), asyncio.Event()
    worker = LeaseWorker([workshop], ports, LeaseWorkerSettings(**settings))
    running = asyncio.create_task(worker.run(stop))
    await eventually(until)
    stop.set()
    await running
    assert worker.in_hand == 0
    return ports


async def no_jobs(world: World) -> bool:
    """Return whether every job has ended."""
    return (await world.backend.counters.open_work())["jobs"] == 0


def test_result_and_progress_are_told_once() -> None:
    """A job that works out leaves its progress and its result, caused by its command."""

    async def work() -> None:
        world = open_world()
        await enqueue(world)
        ports = await run_worker(world, Workshop(quick), lambda: no_jobs(world))
        (progress,) = await world.events("grym.generation.v1")
        (result,) = await world.events("grym.outcomes.v1")
        assert (progress.body.stage, progress.causation_id, progress.subject) == ("half", "c-j1", "r1")
        assert (result.body.reason, result.causation_id, result.source) == ("worked", "c-j1", "grym/generation")
        assert ports.telemetry.counts["jobs_done"] == 1

    run_virtual(work())


def test_transient_failure_goes_back_into_the_queue() -> None:
    """A job that fails twice is done at the third attempt, later."""

    async def work() -> None:
        world = open_world()
        failures = [TransientError("no"), ZeroDivisionError("no")]

        async def flaky(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            del report
            if failures:
                raise failures.pop()
            return told(envelope)

        await enqueue(world)
        workshop = Workshop(flaky)
        ports = await run_worker(world, workshop, lambda: no_jobs(world))
        assert workshop.calls == 3
        assert ports.telemetry.counts["jobs_retried"] == 2
        assert world.clock.monotonic_s() > 0.75
        assert len(await world.told()) == 1

    run_virtual(work())


def test_permanent_failure_is_a_letter_of_the_command() -> None:
    """The command's bytes become the letter, and the request hears of it."""

    async def work() -> None:
        world = open_world()

        async def refuse(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            del envelope, report
            raise PermanentError("impossible", code="x.y")

        await enqueue(world)
        await run_worker(world, Workshop(refuse), lambda: no_jobs(world))
        (record,) = await world.records("grym.dead-letters.v1")
        assert record.value == message(CancelRequest(reason="x")).value
        names = headers_of(record.headers)
        assert (names["grym_error_code"], names["grym_origin_position"]) == ("x.y", "0")
        (event,) = await world.events("grym.failures.v1")
        assert (event.subject, event.body.processor, event.body.attempts) == ("r1", "generation", 1)

    run_virtual(work())


def test_attempts_are_bounded() -> None:
    """A job that always fails is given up after the last attempt."""

    async def work() -> None:
        world = open_world()

        async def fail(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            del envelope, report
            raise TransientError("never")

        await enqueue(world)
        workshop = Workshop(fail)
        await run_worker(world, workshop, lambda: no_jobs(world), retry=RetryPolicy(max_attempts=3))
        assert workshop.calls == 3
        (letter,) = await world.backend.letters.letters()
        assert letter.attempts == 3

    run_virtual(work())


def test_job_taken_too_often_is_given_up_untried() -> None:
    """A job that ended its process each time is not tried for ever."""

    async def work() -> None:
        world = open_world()
        await enqueue(world)
        for _ in range(4):
            assert await world.backend.jobs.take(("generation",), holder="dead", lease_s=1.0) is not None
            await asyncio.sleep(2)
        workshop = Workshop(quick)
        await run_worker(world, workshop, lambda: no_jobs(world), max_takes=4)
        assert workshop.calls == 0
        (letter,) = await world.backend.letters.letters()
        assert letter.fault.code == "job.exhausted"

    run_virtual(work())


def test_undecodable_command_is_a_letter() -> None:
    """A job whose command nobody understands is given up at once, with its bytes."""

    async def work() -> None:
        world = open_world()
        command = msgspec.structs.replace(message(CancelRequest(reason="x")), value=b"{broken")
        await enqueue(world, command=command)
        await run_worker(world, Workshop(quick), lambda: no_jobs(world))
        (record,) = await world.records("grym.dead-letters.v1")
        assert record.value == b"{broken"

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


def test_cancelled_job_stops_and_leaves_nothing() -> None:
    """The work is cancelled at the next heartbeat and its result never appears."""

    async def work() -> None:
        world = open_world()
        stopped: list[bool] = []

        async def long(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            del envelope, report
            try:
                await asyncio.sleep(1000)
            finally:
                stopped.append(True)
            return ()

        await enqueue(world)
        workshop = Workshop(long)

        async def cancel_once_running() -> bool:
            if workshop.calls and not stopped:
                async with world.backend.work.begin() as unit:
                    await unit.apply(CancelJobs(request_id="r1", run_no=1))
            return bool(stopped)

        ports = await run_worker(world, workshop, cancel_once_running)
        assert ports.telemetry.counts["jobs_dropped"] == 1
        assert world.clock.monotonic_s() < 10
        assert await world.told() == []

    run_virtual(work())


def test_late_result_of_a_cancelled_job_is_refused() -> None:
    """A result that comes before the heartbeat noticed the cancel is discarded by its fence."""

    async def work() -> None:
        world = open_world()

        async def cancelled(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            del report
            async with world.backend.work.begin() as unit:
                await unit.apply(CancelJobs(request_id="r1", run_no=1))
            return told(envelope)

        await enqueue(world)
        ports = await run_worker(world, Workshop(cancelled), lambda: no_jobs(world))
        assert ports.telemetry.counts["jobs_dropped"] == 1
        assert await world.told() == []

    run_virtual(work())


def test_report_of_a_lost_job_is_refused() -> None:
    """Progress with an old fence raises inside the work, and nothing is told."""

    async def work() -> None:
        world = open_world()

        async def cancelled(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            async with world.backend.work.begin() as unit:
                await unit.apply(CancelJobs(request_id="r1", run_no=1))
            await report("late", 0.9)
            return told(envelope)

        await enqueue(world)
        ports = await run_worker(world, Workshop(cancelled), lambda: no_jobs(world))
        assert ports.telemetry.counts["jobs_dropped"] == 1
        assert await world.events("grym.generation.v1") == []

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


def test_oversized_result_is_a_failure_of_the_job() -> None:
    """A result that no topic takes makes a letter and does not end the worker."""

    async def work() -> None:
        world = open_world()

        async def shout(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            del report
            loud = RequestIgnored(ignored_id=envelope.id, ignored_type="x", reason="!" * 2_000_000)
            return (Output(body=loud),)

        await enqueue(world)
        await run_worker(world, Workshop(shout), lambda: no_jobs(world))
        (letter,) = await world.backend.letters.letters()
        assert letter.fault.code == "contract.size"

    run_virtual(work())
