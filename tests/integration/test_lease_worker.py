"""Long work over PostgreSQL: the heart beats beside a loop that is blocked, and a dead holder's checkpoint is found."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from consumers.jobs.lease_worker import LeaseWorker
from consumers.ports import RunnerPorts
from consumers.settings import LeaseWorkerSettings
from grym.adapters.clock import SystemClock
from grym.adapters.postgres.backend import open_postgres
from grym.ports.backend import Backend
from grym.ports.effects import EnqueueJob
from schemas.commands import CancelRequest
from tests.contract.fakes import MemoryArtifacts, message
from tests.unit.consumers.workshop import Workshop, told

if TYPE_CHECKING:
    from schemas.envelope import Envelope
    from streams.processor import Output, Report

LEASE_S = 1.0
KINDS = ("generation",)


@pytest.fixture
async def backend(empty_dsn: str) -> AsyncIterator[Backend]:
    """Open a backend with one job in its queue."""
    backend = await open_postgres(empty_dsn)
    job = EnqueueJob(
        job_id="j1",
        kind=KINDS[0],
        request_id="r1",
        run_no=1,
        tenant="default",
        message=message(CancelRequest(reason="x"), event_id="c-j1"),
    )
    async with backend.work.begin() as unit:
        await unit.apply_all([job])
    yield backend
    await backend.close()


async def run_until_done(backend: Backend, workshop: Workshop) -> RunnerPorts:
    """Run one worker until no job is open."""
    ports = RunnerPorts(backend=backend, artifacts=MemoryArtifacts(), clock=SystemClock(), holder="one")
    stop = asyncio.Event()
    running = asyncio.create_task(LeaseWorker([workshop], ports, LeaseWorkerSettings(lease_s=LEASE_S)).run(stop))
    async with asyncio.timeout(60):
        while (await backend.counters.open_work())["jobs"]:  # noqa: ASYNC110 - the last commit sets no event
            await asyncio.sleep(0.05)
    stop.set()
    await running
    return ports


async def test_a_blocked_loop_keeps_its_job(backend: Backend) -> None:
    """Work that hogs the event loop for two leases is not taken by anybody else, and its result counts."""
    taken_by_others: list[object] = []

    async def hog(envelope: "Envelope", report: "Report") -> "tuple[Output, ...]":
        del report
        time.sleep(2 * LEASE_S)  # noqa: ASYNC251 - on purpose
        taken_by_others.append(await backend.jobs.take(KINDS, holder="two", lease_s=LEASE_S))
        return told(envelope)

    workshop = Workshop(hog)
    ports = await run_until_done(backend, workshop)
    assert taken_by_others == [None]
    assert (workshop.calls, ports.telemetry.counts["jobs_done"]) == (1, 1)


async def test_a_dead_holders_checkpoint_is_found(backend: Backend) -> None:
    """Its lease runs out, and who takes the job goes on where it was; nobody counts that as a failure."""
    dead = await backend.jobs.take(KINDS, holder="dead", lease_s=0.1)
    assert dead is not None
    async with backend.work.begin() as unit:
        await unit.keep_checkpoint(dead.job_id, dead.fence, b"half")
    found: list[bytes | None] = []

    async def resume(envelope: "Envelope", report: "Report") -> "tuple[Output, ...]":
        found.append(report.checkpoint)
        await report.keep(b"three quarters")
        return told(envelope)

    ports = await run_until_done(backend, Workshop(resume))
    assert found == [b"half"]
    assert ports.telemetry.counts["jobs_done"] == 1
