"""Long work under a lease."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec

from consumers.lease_worker import LeaseWorker, Sight
from consumers.ports import RunnerPorts
from consumers.retry import RetryPolicy
from consumers.settings import LeaseWorkerSettings
from grym.errors import ContractError, PermanentError, TransientError, UnavailableError
from grym.ports.breaker import NoBreakers
from grym.ports.effects import CancelJobs, EnqueueJob
from grym.ports.work import Lease, OpenWork, UnitOfWork
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


async def enqueue(world: World, job_id: str = "j1", *, command: Message | None = None, **changes: Any) -> None:
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
        await unit.apply(replace(job, **changes))


async def run_worker(
    world: World,
    workshop: Workshop,
    until: Callable[[], Awaitable[bool]],
    *,
    ports: RunnerPorts | None = None,
    **settings: Any,
) -> RunnerPorts:
    """Run one worker until something holds; return its ports."""
    ports, stop = ports or world.ports(), asyncio.Event()
    worker = LeaseWorker([workshop], ports, LeaseWorkerSettings(**settings))
    running = asyncio.create_task(worker.run(stop))
    await eventually(until)
    stop.set()
    await running
    assert worker.in_hand == 0
    return ports


class Outages:
    """A unit of work over a database that can be away."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self.away = False
        self.refused = 0

    @asynccontextmanager
    async def begin(self, lease: Lease | None = None) -> AsyncIterator[OpenWork]:
        """Open a transaction, or say that nobody is there."""
        if self.away:
            self.refused += 1
            raise UnavailableError("the database is away", code="db.unreachable")
        async with self._work.begin(lease) as unit:
            yield unit


async def no_jobs(world: World) -> bool:
    """Return whether every job has ended."""
    return (await world.backend.counters.open_work())["jobs"] == 0


async def die_holding(world: World, *, times: int, checkpoint: bytes | None = None) -> None:
    """Take a job and end without a word, a number of times."""
    for _ in range(times):
        job = await world.backend.jobs.take(("generation",), holder="dead", lease_s=1.0)
        assert job is not None
        if checkpoint is not None:
            async with world.backend.work.begin() as unit:
                await unit.keep_checkpoint(job.job_id, job.fence, checkpoint)
        await asyncio.sleep(2)


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
        await die_holding(world, times=4)
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


def test_a_killed_holder_uses_up_no_attempt() -> None:
    """Whoever died before, every failure of the work itself may still happen as often as the policy says."""

    async def work() -> None:
        world = open_world()
        failures = [TransientError("no"), TransientError("no")]

        async def flaky(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            del report
            if failures:
                raise failures.pop()
            return told(envelope)

        await enqueue(world)
        await die_holding(world, times=5)
        await run_worker(world, Workshop(flaky), lambda: no_jobs(world), retry=RetryPolicy(max_attempts=3))
        assert len(await world.told()) == 1
        assert await world.backend.letters.letters() == []

    run_virtual(work())


def test_a_job_that_gets_further_may_be_taken_as_often_as_it_needs() -> None:
    """A checkpoint says that the takings before it were not in vain."""

    async def work() -> None:
        world = open_world()
        await enqueue(world)
        await die_holding(world, times=6, checkpoint=b"further")
        workshop = Workshop(quick)
        await run_worker(world, workshop, lambda: no_jobs(world), max_takes=2)
        assert workshop.calls == 1
        assert len(await world.told()) == 1

    run_virtual(work())


def test_work_goes_on_from_its_checkpoint() -> None:
    """What one try kept, the next one finds, with the artifacts it names held for the request."""

    async def work() -> None:
        world = open_world()
        found: list[bytes | None] = []

        async def halves(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            found.append(report.checkpoint)
            if report.checkpoint is None:
                await report.keep(b"first half", holds=("artifact://sha256/" + "0" * 64,))
                raise TransientError("not the second half now")
            return told(envelope)

        await enqueue(world)
        await run_worker(world, Workshop(halves), lambda: no_jobs(world))
        assert found == [None, b"first half"]
        assert await world.backend.housekeeping.held_artifacts() == {"artifact://sha256/" + "0" * 64}

    run_virtual(work())


def test_an_endless_checkpoint_is_a_fault_of_the_work() -> None:
    """What is large belongs into the artifact store."""

    async def work() -> None:
        world = open_world()

        async def hoard(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            del envelope
            await report.keep(b"x" * 2_000_000)
            return ()

        await enqueue(world)
        await run_worker(world, Workshop(hoard), lambda: no_jobs(world))
        (letter,) = await world.backend.letters.letters()
        assert (letter.fault.code, letter.fault.error_class) == ("job.checkpoint", ContractError.__name__)

    run_virtual(work())


def test_a_zombies_checkpoint_is_refused() -> None:
    """Who lost the job changes nothing about it any more."""

    async def work() -> None:
        world = open_world()
        raised: list[str] = []

        async def late(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            async with world.backend.work.begin() as unit:
                await unit.apply(CancelJobs(request_id="r1", run_no=1))
            try:
                await report.keep(b"late")
            except TransientError as error:
                raised.append(error.code)
                raise
            return told(envelope)

        await enqueue(world)
        ports = await run_worker(world, Workshop(late), lambda: no_jobs(world))
        assert raised == ["job.lost"]
        assert ports.telemetry.counts["jobs_dropped"] == 1
        assert await world.told() == []

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


def test_work_and_its_result_outlast_an_outage() -> None:
    """Reports are left out meanwhile, the result waits, and nothing is done twice or counted as a failure."""

    async def work() -> None:
        world = open_world()
        outages = Outages(world.backend.work)
        ports = world.ports(backend=replace(world.backend, work=outages))

        async def long(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            await report("begun", 0.0)
            outages.away = True
            await report("half", 0.5)
            await report.keep(b"half")
            return told(envelope)

        await enqueue(world)
        workshop = Workshop(long)

        async def waits_for_long() -> bool:
            return outages.refused > 50

        async def over() -> bool:
            if await waits_for_long():
                outages.away = False
            return await no_jobs(world)

        await run_worker(world, workshop, over, ports=ports)
        assert workshop.calls == 1
        assert len(await world.told()) == 1
        assert [event.body.stage for event in await world.events("grym.generation.v1")] == ["begun"]
        assert ports.telemetry.counts["jobs_retried"] == 0

    run_virtual(work())


def test_a_stop_in_an_outage_ends_after_the_grace() -> None:
    """The result cannot be committed; somebody else does the job again once its lease has run out."""

    async def work() -> None:
        world = open_world()
        outages = Outages(world.backend.work)
        ports = world.ports(backend=replace(world.backend, work=outages))

        async def away(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            del report
            outages.away = True
            return told(envelope)

        async def waiting() -> bool:
            return outages.refused > 0

        await enqueue(world)
        await run_worker(world, Workshop(away), waiting, ports=ports, grace_s=5.0)
        assert world.clock.monotonic_s() < 10
        outages.away = False
        await run_worker(world, Workshop(quick), lambda: no_jobs(world))
        assert len(await world.told()) == 1

    run_virtual(work())


def test_a_dependency_that_is_away_makes_no_attempt() -> None:
    """However often it is away, the job comes back after a while and is no letter."""

    async def work() -> None:
        world = open_world()
        failures = [UnavailableError("no artifacts") for _ in range(9)]

        async def waiting(envelope: Envelope, report: Report) -> tuple[Output, ...]:
            del report
            if failures:
                raise failures.pop()
            return told(envelope)

        await enqueue(world)
        await run_worker(world, Workshop(waiting), lambda: no_jobs(world), max_takes=3)
        assert len(await world.told()) == 1
        assert await world.backend.letters.letters() == []
        assert world.clock.monotonic_s() > 9 * 2.5

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
