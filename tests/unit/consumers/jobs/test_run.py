"""One job in a worker's hands: results, failures, checkpoints, cancels, outages."""

import asyncio
from dataclasses import replace

import msgspec

from consumers.failures.retry import RetryPolicy
from grym.errors import ContractError, PermanentError, TransientError, UnavailableError
from grym.ports.effects import CancelJobs
from schemas.commands import CancelRequest
from schemas.envelope import Envelope
from schemas.events import RequestIgnored
from streams.processor import Output, Report
from tests.contract.fakes import headers_of, message, run_virtual
from tests.contract.probe import open_world
from tests.unit.consumers.workshop import Outages, Workshop, die_holding, enqueue, no_jobs, quick, run_worker, told


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
