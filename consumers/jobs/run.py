"""One job in this worker's hands, from the taking to its end.

Who lost the job (cancelled, or taken by somebody else) stops the work and leaves nothing behind: results, progress,
checkpoints and failures are all refused without the newest fence. Only errors of the work itself count as failures:
a killed holder, a stop, a dependency that is away do not. A result waits for a backend that is away, since doing the
work again would cost more.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Literal

from consumers.claims import ClaimDesk
from consumers.failures.faults import asked_delay_s, note_of
from consumers.failures.letters import bury
from consumers.jobs.heart import Heart
from consumers.jobs.reports import JobReports
from consumers.jobs.results import loss_of, record_of, result_messages
from consumers.ports import RunnerPorts
from consumers.settings import LeaseWorkerSettings
from consumers.telemetry import LogName
from consumers.transactions import transact
from consumers.waits import cancel_all
from grym.errors import (
    Disposition,
    LeaseLostError,
    PermanentError,
    TransientError,
    UnavailableError,
    disposition,
)
from grym.ports.effects import HoldArtifact
from grym.ports.jobs import LeasedJob
from grym.ports.work import OpenWork
from schemas.envelope import Envelope, decode
from streams.processor import LongWork, Output

Done = tuple[Envelope, tuple[Output, ...]]
Ended = Literal["done", "failed", "cancelled"]


class JobExhaustedError(PermanentError):
    """A job was taken too often without getting any further: it probably ends its process."""

    default_code = "job.exhausted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What every job of one worker is run with."""

    ports: RunnerPorts
    settings: LeaseWorkerSettings
    claims: ClaimDesk
    heart: Heart


class JobRun:
    """Runs one job to its end, or until it is lost, or until the grace after a stop is over."""

    def __init__(self, job: LeasedJob, work: LongWork, bench: Bench) -> None:
        self._job = job
        self._work = work
        self._ports = bench.ports
        self._settings = bench.settings
        self._claims = bench.claims
        self._heart = bench.heart

    async def run(self, stop: asyncio.Event) -> None:
        """Run the job.

        Raises
        ------
        TransientError
            When the backend was away beyond the grace after a stop; the job's lease runs out.
        """
        began_s = self._ports.clock.monotonic_s()
        self._note("job.taken")
        try:
            await (self._drop_overdue() if self._job.overdue else self._race(stop))
        except LeaseLostError:
            self._count("jobs_dropped")
            self._note("job.dropped")
        finally:
            self._ports.telemetry.observe("job_seconds", self._ports.clock.monotonic_s() - began_s, of=self._job.kind)

    async def _race(self, stop: asyncio.Event) -> None:
        # The heart first: work that blocks the loop from its first step on must find it beating.
        beating = asyncio.create_task(self._heart.beat(self._job))
        working = asyncio.create_task(self._do())
        patience = asyncio.create_task(self._patience(stop))
        try:
            await asyncio.wait((working, beating, patience), return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                await self._settle(working, patience)
            elif beating.done():
                beating.result()
            else:
                await cancel_all(working)
                await self._hand_back()
        finally:
            await cancel_all(working, beating, patience)

    async def _do(self) -> Done:
        if self._job.idle_takes > self._settings.max_takes:
            raise JobExhaustedError(f"the job was taken {self._job.idle_takes} times and got no further")
        command = decode(await self._claims.check_out(record_of(self._job)))
        with self._ports.tracer.attempt(self._job.kind, command, number=self._job.failures + 1) as cause:
            reports = JobReports(self._job, cause, self._work, self._ports)
            return cause, await self._told_of(self._work.work(cause, reports), reports)

    @staticmethod
    async def _told_of(work: Coroutine[Any, Any, tuple[Output, ...]], reports: JobReports) -> tuple[Output, ...]:
        """Do the work while it is told of; what ends the telling ends the work."""
        working, telling = asyncio.create_task(work), asyncio.create_task(reports.pulse())
        try:
            await asyncio.wait((working, telling), return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                telling.result()
            return await working
        finally:
            await cancel_all(working, telling)

    async def _patience(self, stop: asyncio.Event) -> None:
        await stop.wait()
        await self._ports.clock.sleep(self._settings.grace_s)

    async def _settle(self, working: "asyncio.Task[Done]", patience: "asyncio.Task[None]") -> None:
        """Commit how the work ended, for as long as there is patience; the heart beats on meanwhile.

        What it says does not matter any more: a commit under an old fence is refused anyway, and one that has just
        succeeded ends the lease.
        """
        settling = asyncio.create_task(self._end(working))
        await asyncio.wait((settling, patience), return_when=asyncio.FIRST_COMPLETED)
        if settling.done():
            settling.result()
            return
        await cancel_all(settling)
        raise UnavailableError("the worker stopped before the backend was back", code="job.unsettled")

    async def _end(self, working: "asyncio.Task[Done]") -> None:
        """End the job by what its work returned or raised."""
        if working.cancelled():
            await self._fail(TransientError("something the work waited for was cancelled", code="runner.cancelled"))
            return
        try:
            await self._finish(*working.result())
        except Exception as error:  # noqa: BLE001 - whatever the work raised; disposition decides
            await self._fail(error)

    async def _finish(self, command: Envelope, outputs: tuple[Output, ...]) -> None:
        messages, claims = await result_messages(self._job, command, outputs, self._claims)

        async def steps(unit: OpenWork) -> None:
            await unit.finish_job(self._job.job_id, self._job.fence, state="done")
            await unit.append(messages)
            await unit.apply_all([HoldArtifact(request_id=self._job.request_id, uri=uri) for uri in claims])

        await self._commit(steps)
        self._count("jobs_done")
        self._note("job.done")

    async def _fail(self, error: Exception) -> None:
        """Put a failed job back, or give it up."""
        wanted, failures = disposition(error), self._job.failures + 1
        if wanted is Disposition.CRASH or isinstance(error, LeaseLostError):
            raise error
        if wanted is Disposition.DEAD_LETTER:
            await self._give_up(error, failures=failures)
        elif isinstance(error, UnavailableError) or self._ports.breakers.excuses(self._job.kind, error):
            await self._postpone(error)
        elif self._settings.retry.exhausted(failures):
            await self._give_up(error, failures=failures)
        else:
            await self._put_back(error, failures=failures)

    async def _give_up(self, error: Exception, *, failures: int) -> None:
        loss = loss_of(self._job, error, attempts=failures, at=self._ports.clock.now())

        async def steps(unit: OpenWork) -> None:
            await unit.finish_job(self._job.job_id, self._job.fence, state="failed")
            await bury(unit, loss)

        await self._commit(steps)
        self._count("jobs_lettered")
        self._note("job.lettered", error)

    async def _put_back(self, error: Exception, *, failures: int) -> None:
        fault = note_of(error)
        delay_s = self._settings.retry.delay_s(
            attempts=failures, identity=self._job.job_id, asked_s=asked_delay_s(error)
        )
        await self._commit(lambda unit: unit.retry_job(self._job.job_id, self._job.fence, fault=fault, delay_s=delay_s))
        self._count("jobs_retried")
        self._note("job.retried", error)

    async def _postpone(self, error: Exception) -> None:
        """Put a job back untried because something it needs is away."""
        asked_s = asked_delay_s(error) or self._settings.away_s
        delay_s = self._settings.retry.delay_s(attempts=1, identity=self._job.job_id, asked_s=asked_s)
        await self._commit(lambda unit: unit.hand_back_job(self._job.job_id, self._job.fence, delay_s=delay_s))
        self._note("job.postponed", error)

    async def _hand_back(self) -> None:
        """Put the job back untried because this worker stops."""
        await transact(
            self._ports.backend.work, None, lambda unit: unit.hand_back_job(self._job.job_id, self._job.fence)
        )
        self._note("job.handed_back")

    async def _drop_overdue(self) -> None:
        """End a job nobody waits for any more; its request is ended by its own timer."""
        await self._commit(lambda unit: unit.finish_job(self._job.job_id, self._job.fence, state="cancelled"))
        self._count("jobs_dropped")
        self._note("job.overdue")

    async def _commit(self, steps: Callable[[OpenWork], Awaitable[Any]]) -> None:
        """Commit, waiting for a backend that is away."""
        while True:
            try:
                await transact(self._ports.backend.work, None, steps)
            except UnavailableError as error:
                self._count("interruptions")
                self._ports.telemetry.log("runner.interrupted", processor=self._job.kind, code=error.code)
                await self._ports.clock.sleep(self._settings.poll_s)
            else:
                return

    def _count(self, name: Any) -> None:
        self._ports.telemetry.count(name, of=self._job.kind)

    def _note(self, name: LogName, error: Exception | None = None) -> None:
        fault = note_of(error) if error is not None else None
        self._ports.telemetry.log(
            name,
            kind=self._job.kind,
            job_id=self._job.job_id,
            request_id=self._job.request_id,
            correlation_id=self._job.request_id,
            attempt=self._job.attempt,
            error_class=fault.error_class if fault else None,
            code=fault.code if fault else None,
        )
