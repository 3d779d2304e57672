"""A workshop that does as it is told, jobs for it, and a worker that runs until something holds."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from consumers.jobs.lease_worker import LeaseWorker
from consumers.ports import RunnerPorts
from consumers.settings import LeaseWorkerSettings
from grym.errors import UnavailableError
from grym.ports.effects import EnqueueJob
from grym.ports.work import Lease, OpenWork, UnitOfWork
from schemas.body import Body
from schemas.commands import CancelRequest
from schemas.envelope import Envelope
from schemas.events import GenerationProgressed, RequestIgnored
from schemas.records import Message
from streams.processor import Output, Report
from tests.contract.fakes import eventually, message
from tests.contract.probe import World

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
