"""Long work under a lease: taken from the queue as slots are free, each job run by `JobRun` (promise 8).

A worker takes nothing while a dependency of its work is known to be away, or while memory is short. It takes over the
jobs of others, whose lease expired, only when it has seen the queue for the length of a lease without a gap: after an
outage everybody's lease has expired, and those who are alive renew theirs first. A graceful stop lets running jobs
finish for a while, then hands them back untried.
"""

import asyncio
from collections.abc import Iterable, Mapping

from consumers.claims import ClaimDesk
from consumers.jobs.heart import heart_for
from consumers.jobs.pool_size import PoolSize
from consumers.jobs.run import Bench, JobExhaustedError, JobRun
from consumers.ports import RunnerPorts
from consumers.settings import LeaseWorkerSettings
from consumers.waits import first_of
from grym.errors import TransientError
from grym.ports.jobs import LeasedJob
from streams.processor import LongWork

__all__ = ["JobExhaustedError", "LeaseWorker"]


class Sight:
    """For how long the queue has been in sight without a gap; pure.

    Parameters
    ----------
    lease_s
        Seconds a lease lasts: how long it takes until everybody who is alive has renewed.
    """

    def __init__(self, lease_s: float) -> None:
        self._lease_s = lease_s
        self._since_s: float | None = None
        self._last_s = 0.0

    def saw(self, now_s: float) -> None:
        """Note that the queue answered; half a lease without an answer is a gap."""
        if self._since_s is None or now_s - self._last_s > self._lease_s / 2:
            self._since_s = now_s
        self._last_s = now_s

    def lose(self) -> None:
        """Note that the queue cannot be reached."""
        self._since_s = None

    def is_steady(self, now_s: float) -> bool:
        """Return whether the queue has been in sight for the length of a lease."""
        if self._since_s is None or now_s - self._last_s > self._lease_s / 2:
            return False
        return now_s - self._since_s >= self._lease_s


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
        self._jobs = ports.backend.jobs
        self._settings = settings or LeaseWorkerSettings()
        self._size = PoolSize(self._settings.limits)
        self._looked_s = float("-inf")
        self._sight = Sight(self._settings.lease_s)
        self._freed = asyncio.Event()
        self.in_hand = 0

    @property
    def name(self) -> str:
        """The kinds of work."""
        return ",".join(self._kinds)

    async def run(self, stop: asyncio.Event) -> None:
        """Take and run jobs until `stop` is set, then let running ones finish within the grace."""
        async with heart_for(self._ports.backend, self._ports.clock, lease_s=self._settings.lease_s) as heart:
            bench = Bench(
                ports=self._ports, settings=self._settings, claims=ClaimDesk(self._ports.artifacts), heart=heart
            )
            async with asyncio.TaskGroup() as group:
                while not stop.is_set():
                    job = await self._take(stop)
                    if job is not None:
                        self._count_in_hand(1)
                        group.create_task(self._hold(JobRun(job, self._works[job.kind], bench), stop))
                        continue
                    await self._look()
                    await self._wait(stop)

    async def _take(self, stop: asyncio.Event) -> LeasedJob | None:
        """Take a job where one may be run now."""
        self._freed.clear()
        if self.in_hand >= self._size.slots or self._blocked():
            return None
        await first_of(stop.wait(), self._ports.admission.admit())
        if stop.is_set():
            return None
        adopt = self._sight.is_steady(self._ports.clock.monotonic_s())
        try:
            job = await self._jobs.take(
                self._kinds, holder=self._ports.holder, lease_s=self._settings.lease_s, adopt=adopt
            )
        except TransientError as error:
            self._interrupted(error)
            return None
        self._sight.saw(self._ports.clock.monotonic_s())
        return job

    def _blocked(self) -> bool:
        return any(self._ports.breakers.blocking(kind) is not None for kind in self._kinds)

    async def _hold(self, job: JobRun, stop: asyncio.Event) -> None:
        try:
            await job.run(stop)
        except TransientError as error:
            self._interrupted(error)
        finally:
            self._count_in_hand(-1)
            self._freed.set()

    async def _look(self) -> None:
        """Look at the queue now and then, and take more or fewer jobs at once from then on."""
        now_s = self._ports.clock.monotonic_s()
        if now_s - self._looked_s < self._settings.limits.look_s:
            return
        self._looked_s = now_s
        try:
            backlog = await self._jobs.backlog(self._kinds)
        except TransientError as error:
            self._interrupted(error)
            return
        self._sight.saw(self._ports.clock.monotonic_s())
        slots = self._size.look(backlog, in_hand=self.in_hand, now_s=now_s)
        self._ports.telemetry.gauge("jobs_waiting", backlog.waiting, of=self.name)
        self._ports.telemetry.gauge("job_wait_seconds", backlog.oldest_s, of=self.name)
        self._ports.telemetry.gauge("job_slots", slots)

    async def _wait(self, stop: asyncio.Event) -> None:
        rung = self._ports.bell.wait(self._ports.clock, timeout_s=self._settings.poll_s)
        await first_of(stop.wait(), self._freed.wait(), rung)

    def _count_in_hand(self, change: int) -> None:
        self.in_hand += change
        self._ports.telemetry.gauge("jobs_running", self.in_hand, of=self.name)

    def _interrupted(self, error: TransientError) -> None:
        self._sight.lose()
        self._ports.telemetry.count("interruptions", of=self.name)
        self._ports.telemetry.log("runner.interrupted", processor=self.name, code=error.code)
