"""Long work under a lease: taken from the queue, kept alive by heartbeats, ended in one fenced transaction (promise 8).

A worker that lost its job (cancelled, or taken by somebody else) stops the work and leaves nothing behind: results,
progress and failures are all refused without the newest fence. A graceful stop lets a running job finish for a while,
then hands it back untried.
"""

import asyncio
from collections.abc import Iterable, Mapping

from consumers.claims import ClaimDesk
from consumers.faults import asked_delay_s, note_of
from consumers.jobs import loss_of, progress_message, record_of, result_messages
from consumers.letters import bury
from consumers.ports import RunnerPorts
from consumers.settings import LeaseWorkerSettings
from consumers.telemetry import LogName
from consumers.transactions import transact
from consumers.waits import cancel_all, first_of
from grym.errors import Disposition, LeaseLostError, PermanentError, TransientError, disposition
from grym.ports.effects import HoldArtifact
from grym.ports.jobs import LeasedJob
from grym.ports.work import OpenWork
from schemas.envelope import Envelope, decode
from streams.processor import LongWork, Output


class JobExhaustedError(PermanentError):
    """A job was taken too often without ever reporting a failure: it probably ends its process."""

    default_code = "job.exhausted"


class LeaseWorker:
    """Runs the jobs of some kinds in this process.

    Parameters
    ----------
    works
        What does the work, by its kind.
    """

    def __init__(
        self, works: Iterable[LongWork], ports: RunnerPorts, settings: LeaseWorkerSettings | None = None
    ) -> None:
        self._works: Mapping[str, LongWork] = {work.kind: work for work in works}
        self._kinds = tuple(sorted(self._works))
        self._ports = ports
        self._backend = ports.backend
        self._settings = settings or LeaseWorkerSettings()
        self._claims = ClaimDesk(ports.artifacts)
        self.in_hand = 0

    @property
    def name(self) -> str:
        """The kinds of work."""
        return ",".join(self._kinds)

    async def run(self, stop: asyncio.Event) -> None:
        """Take and run jobs until `stop` is set, then let running ones finish within the grace."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._settings.slots):
                group.create_task(self._slot(stop))

    async def _slot(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                job = await self._backend.jobs.take(
                    self._kinds, holder=self._ports.holder, lease_s=self._settings.lease_s
                )
                if job is not None:
                    await self._hold(job, stop)
                    continue
            except TransientError as error:
                self._ports.telemetry.count("interruptions")
                self._ports.telemetry.log("runner.interrupted", processor=self.name, code=error.code)
            await first_of(stop.wait(), self._ports.bell.wait(self._ports.clock, timeout_s=self._settings.poll_s))

    async def _hold(self, job: LeasedJob, stop: asyncio.Event) -> None:
        self.in_hand += 1
        self._note("job.taken", job)
        try:
            await self._run(job, stop)
        except LeaseLostError:
            self._ports.telemetry.count("jobs_dropped")
            self._note("job.dropped", job)
        finally:
            self.in_hand -= 1

    async def _run(self, job: LeasedJob, stop: asyncio.Event) -> None:
        """Run a job to its end, or until it is lost, or until the grace after a stop is over."""
        work = asyncio.create_task(self._do(job))
        beat = asyncio.create_task(self._beat(job))
        patience = asyncio.create_task(self._patience(stop))
        try:
            await asyncio.wait((work, beat, patience), return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                await self._end(job, work)
            elif beat.done():
                beat.result()
            else:
                await cancel_all(work)
                await self._hand_back(job)
        finally:
            await cancel_all(work, beat, patience)

    async def _do(self, job: LeasedJob) -> tuple[Envelope, tuple[Output, ...]]:
        if job.attempt > self._settings.max_takes:
            raise JobExhaustedError(f"the job was taken {job.attempt} times and never ended")
        command = decode(await self._claims.check_out(record_of(job)))
        reports = _Reports(job, command, self._works[job.kind], self._ports)
        return command, await self._works[job.kind].work(command, reports)

    async def _beat(self, job: LeasedJob) -> None:
        """Renew the lease until it is refused."""
        while True:
            await self._ports.clock.sleep(self._settings.lease_s / 4)
            try:
                kept = await self._backend.jobs.renew(job.job_id, job.fence, lease_s=self._settings.lease_s)
            except LeaseLostError:
                raise
            except TransientError:
                continue
            if not kept:
                raise LeaseLostError(f"the job {job.job_id} was cancelled or taken by somebody else")

    async def _patience(self, stop: asyncio.Event) -> None:
        await stop.wait()
        await self._ports.clock.sleep(self._settings.grace_s)

    async def _end(self, job: LeasedJob, work: asyncio.Task[tuple[Envelope, tuple[Output, ...]]]) -> None:
        """End a job by what its work returned or raised."""
        if work.cancelled():
            error = TransientError("something the work waited for was cancelled", code="runner.cancelled")
            await self._fail(job, error)
            return
        try:
            await self._finish(job, *work.result())
        except Exception as error:  # noqa: BLE001 - whatever the work raised; disposition decides
            await self._fail(job, error)

    async def _finish(self, job: LeasedJob, command: Envelope, outputs: tuple[Output, ...]) -> None:
        messages, claims = await result_messages(job, command, outputs, self._claims)

        async def steps(unit: OpenWork) -> None:
            await unit.finish_job(job.job_id, job.fence, state="done")
            await unit.append(messages)
            for uri in claims:
                await unit.apply(HoldArtifact(request_id=job.request_id, uri=uri))

        await transact(self._backend.work, None, steps)
        self._ports.telemetry.count("jobs_done")
        self._note("job.done", job)

    async def _fail(self, job: LeasedJob, error: Exception) -> None:
        """Put a failed job back, or give it up."""
        wanted = disposition(error)
        if wanted is Disposition.CRASH:
            raise error
        if wanted is Disposition.DEAD_LETTER or self._settings.retry.exhausted(job.attempt):
            await self._give_up(job, error)
            return
        delay_s = self._settings.retry.delay_s(attempts=job.attempt, identity=job.job_id, asked_s=asked_delay_s(error))
        await self._put_back(job, error, delay_s=delay_s)

    async def _give_up(self, job: LeasedJob, error: Exception) -> None:
        loss = loss_of(job, error, at=self._ports.clock.now())

        async def steps(unit: OpenWork) -> None:
            await unit.finish_job(job.job_id, job.fence, state="failed")
            await bury(unit, loss)

        await transact(self._backend.work, None, steps)
        self._ports.telemetry.count("jobs_lettered")
        self._note("job.lettered", job, error)

    async def _put_back(self, job: LeasedJob, error: Exception, *, delay_s: float) -> None:
        fault = note_of(error)
        await transact(
            self._backend.work,
            None,
            lambda unit: unit.retry_job(job.job_id, job.fence, fault=fault, delay_s=delay_s),
        )
        self._ports.telemetry.count("jobs_retried")
        self._note("job.retried", job, error)

    async def _hand_back(self, job: LeasedJob) -> None:
        """Put a job back untried because this worker stops."""
        await transact(self._backend.work, None, lambda unit: unit.hand_back_job(job.job_id, job.fence))
        self._note("job.handed_back", job)

    def _note(self, name: LogName, job: LeasedJob, error: Exception | None = None) -> None:
        fault = note_of(error) if error is not None else None
        self._ports.telemetry.log(
            name,
            kind=job.kind,
            job_id=job.job_id,
            request_id=job.request_id,
            correlation_id=job.request_id,
            attempt=job.attempt,
            error_class=fault.error_class if fault else None,
            code=fault.code if fault else None,
        )


class _Reports:
    """Tells how far one job is; refuses to go on once the job is lost."""

    def __init__(self, job: LeasedJob, command: Envelope, work: LongWork, ports: RunnerPorts) -> None:
        self._job = job
        self._command = command
        self._work = work
        self._ports = ports
        self._number = 0

    async def __call__(self, stage: str, share: float) -> None:
        body = self._work.progress(self._command, stage, share)
        message = progress_message(self._job, self._command, body, number=self._number, at=self._ports.clock.now())
        self._number += 1

        async def steps(unit: OpenWork) -> None:
            await unit.touch_job(self._job.job_id, self._job.fence)
            await unit.append([message])

        await transact(self._ports.backend.work, None, steps)
