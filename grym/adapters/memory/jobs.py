"""The queue of long work in memory: by priority, then by turns of tenants and of those who ask."""

from dataclasses import replace
from datetime import timedelta

from grym.adapters.memory.rows import JobRow
from grym.adapters.memory.store import Store
from grym.ports.jobs import Backlog, LeasedJob


class MemoryJobs:
    """Take jobs and hold on to them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def take(
        self, kinds: tuple[str, ...], *, holder: str, lease_s: float, adopt: bool = True
    ) -> LeasedJob | None:
        """Take a job that is due, or one whose lease expired."""
        del holder
        store, now = self._store, self._store.clock.now()
        mine = (job for job in store.jobs.values() if job.request.kind in kinds)
        ready = [job for job in mine if job.can_be_taken(now, adopt=adopt)]
        if not ready:
            return None
        chosen = min(ready, key=self._turn)
        for whose in _turns(chosen):
            store.turns[whose] = store.next_number()
        taken = replace(
            chosen,
            state="running",
            attempt=chosen.attempt + 1,
            idle_takes=chosen.idle_takes + 1,
            fence=chosen.fence + 1,
            leased_until=now + timedelta(seconds=lease_s),
        )
        store.jobs[chosen.request.job_id] = taken
        return taken.leased(now)

    async def renew(self, job_id: str, fence: int, *, lease_s: float) -> bool:
        """Extend the lease of a job that is still in this holder's hands."""
        job = self._store.jobs.get(job_id)
        if job is None or job.state != "running" or job.fence != fence:
            return False
        leased_until = self._store.clock.now() + timedelta(seconds=lease_s)
        self._store.jobs[job_id] = replace(job, leased_until=leased_until)
        return True

    async def backlog(self, kinds: tuple[str, ...]) -> Backlog:
        """Return how much work of these kinds is open; a job whose lease expired waits again."""
        now = self._store.clock.now()
        mine = [job for job in self._store.jobs.values() if job.request.kind in kinds and job.is_open]
        waits = [(now - job.ready_at).total_seconds() for job in mine if job.ready_at <= now]
        running = sum(job.state == "running" and not job.can_be_taken(now) for job in mine)
        return Backlog(waiting=len(waits), oldest_s=max(waits, default=0.0), running=running)

    def _turn(self, job: JobRow) -> tuple[int, int, int, int]:
        of_tenant, of_asker = (self._store.turns.get(whose, 0) for whose in _turns(job))
        return (-job.request.priority, of_tenant, of_asker, job.order)


def _turns(job: JobRow) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return whose turns a job uses up: its tenant's, and the asker's within it."""
    return (job.request.tenant,), (job.request.tenant, job.request.whose)
