"""Heartbeats of leased jobs, from a thread of their own: a busy event loop must not cost a job its lease.

The thread has its own event loop and its own connection (`JobStores`). Where nothing can hold up the store, as in
memory and in virtual time, the beats stay in the worker's own loop.
"""

import asyncio
import threading
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self

from grym.errors import InvariantError, LeaseLostError, TransientError
from grym.ports.backend import Backend
from grym.ports.clock import Clock
from grym.ports.jobs import JobStore, JobStores, LeasedJob

BEATS_PER_LEASE = 4
"""Renewals within one lifetime, so that three may fail before anybody could take the job."""


class Heart(Protocol):
    """Keeps jobs while they are worked on."""

    async def __aenter__(self) -> Self:
        """Begin to beat."""
        ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop for good."""
        ...

    async def beat(self, job: LeasedJob) -> None:
        """Renew the lease of a job until it is refused or the call is cancelled.

        Raises
        ------
        LeaseLostError
            Once the job was cancelled or taken by somebody else.
        """
        ...


def heart_for(backend: Backend, clock: Clock, *, lease_s: float) -> Heart:
    """Return a heart in a thread where the backend can open stores apart, else one in the running loop."""
    if backend.job_stores is None:
        return LoopHeart(backend.jobs, clock, lease_s=lease_s)
    return ThreadHeart(backend.job_stores, clock, lease_s=lease_s)


class LoopHeart:
    """Beats in the loop that does the work."""

    def __init__(self, jobs: JobStore, clock: Clock, *, lease_s: float) -> None:
        self._jobs = jobs
        self._clock = clock
        self._lease_s = lease_s

    async def __aenter__(self) -> Self:
        """Begin; nothing to do."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop; nothing to do."""

    async def beat(self, job: LeasedJob) -> None:
        """Renew the lease of a job until it is refused (see `Heart.beat`)."""
        await _renew(self._jobs, self._clock, job, lease_s=self._lease_s)


class ThreadHeart:
    """Beats in a thread of its own."""

    def __init__(self, stores: JobStores, clock: Clock, *, lease_s: float) -> None:
        self._stores = stores
        self._clock = clock
        self._lease_s = lease_s
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._jobs: JobStore | None = None
        self._over: asyncio.Event | None = None
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._live, name="grym-heart", daemon=True)

    async def __aenter__(self) -> Self:
        """Start the thread.

        Raises
        ------
        GrymError
            Why the thread could not open its store.
        """
        self._thread.start()
        await asyncio.to_thread(self._ready.wait)
        if self._failure is not None:
            raise self._failure
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the thread and wait for it."""
        if self._loop is not None and self._over is not None:
            with suppress(RuntimeError):  # the thread has ended by itself
                self._loop.call_soon_threadsafe(self._over.set)
        await asyncio.to_thread(self._thread.join)

    async def beat(self, job: LeasedJob) -> None:
        """Renew the lease of a job until it is refused (see `Heart.beat`)."""
        if self._loop is None or self._jobs is None:
            raise InvariantError("a heart beats only inside its block")
        renewing = _renew(self._jobs, self._clock, job, lease_s=self._lease_s)
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(renewing, self._loop))

    def _live(self) -> None:
        try:
            asyncio.run(self._stay())
        except BaseException as error:  # noqa: BLE001 - told to whoever waits for the thread
            self._failure = error
        finally:
            self._ready.set()

    async def _stay(self) -> None:
        async with self._stores.open() as jobs:
            self._jobs, self._over = jobs, asyncio.Event()
            self._loop = asyncio.get_running_loop()
            self._ready.set()
            await self._over.wait()


async def _renew(jobs: JobStore, clock: Clock, job: LeasedJob, *, lease_s: float) -> None:
    while True:
        await clock.sleep(lease_s / BEATS_PER_LEASE)
        try:
            kept = await jobs.renew(job.job_id, job.fence, lease_s=lease_s)
        except LeaseLostError:
            raise
        except TransientError:
            continue  # the store is away: nobody else can take the job either
        if not kept:
            raise LeaseLostError("the job was cancelled or taken by somebody else", code="job.lost")
