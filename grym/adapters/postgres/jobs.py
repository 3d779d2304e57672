"""The queue of long work in PostgreSQL: by priority, then by turns of tenants and of those who ask."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

from grym.adapters.postgres.database import Database
from grym.adapters.postgres.rows import message_of
from grym.ports.jobs import Backlog, JobStore, LeasedJob

_TAKE = """
with chosen as (
    select job_id, tenant, whose
    from jobs left join turns t using (tenant) left join turns_of_askers a using (tenant, whose)
    where kind = any($1)
      and ((state = 'queued' and due_at <= clock_timestamp())
           or (state = 'running' and leased_until <= clock_timestamp() and $4))
    order by priority desc, coalesce(t.turn, 0), coalesce(a.turn, 0), job_no limit 1 for update of jobs skip locked
), served as (
    insert into turns (tenant, turn) select tenant, nextval('turn_numbers') from chosen
    on conflict (tenant) do update set turn = excluded.turn
), asked as (
    insert into turns_of_askers (tenant, whose, turn) select tenant, whose, nextval('turn_numbers') from chosen
    on conflict (tenant, whose) do update set turn = excluded.turn
)
update jobs set state = 'running', attempt = attempt + 1, idle_takes = idle_takes + 1, fence = fence + 1, holder = $2,
                leased_until = clock_timestamp() + $3
from chosen where jobs.job_id = chosen.job_id
returning jobs.*, coalesce(deadline_at <= clock_timestamp(), false) as overdue"""

_RENEW = """
update jobs set leased_until = clock_timestamp() + $3
where job_id = $1 and fence = $2 and state = 'running' returning true"""

_BACKLOG = """
with open as (
    select case state when 'queued' then due_at else leased_until end as free_at, state = 'queued' as is_queued
    from jobs where kind = any($1) and state in ('queued', 'running')
)
select count(*) filter (where free_at <= clock_timestamp()) as waiting,
       coalesce(extract(epoch from clock_timestamp() - min(free_at) filter (where free_at <= clock_timestamp())),
                0)::float8 as oldest_s,
       count(*) filter (where not is_queued and free_at > clock_timestamp()) as running
from open"""


class PostgresJobs:
    """Take jobs and hold on to them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(
        self, kinds: tuple[str, ...], *, holder: str, lease_s: float, adopt: bool = True
    ) -> LeasedJob | None:
        """Take a job that is due, or one whose lease expired."""
        async with self._database.writer() as connection:
            row = await connection.fetchrow(_TAKE, list(kinds), holder, timedelta(seconds=lease_s), adopt)
        return None if row is None else _leased(row)

    async def renew(self, job_id: str, fence: int, *, lease_s: float) -> bool:
        """Extend the lease of a job that is still in this holder's hands."""
        async with self._database.writer() as connection:
            return bool(await connection.fetchval(_RENEW, job_id, fence, timedelta(seconds=lease_s)))

    async def backlog(self, kinds: tuple[str, ...]) -> Backlog:
        """Return how much work of these kinds is open; a job whose lease expired waits again."""
        async with self._database.reader() as connection:
            return Backlog(**await connection.fetchrow(_BACKLOG, list(kinds)))


class PostgresJobStores:
    """Opens job stores with one connection of their own."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    def open(self) -> AbstractAsyncContextManager[JobStore]:
        """Return a store that connects when it is first asked."""
        return self._open()

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[JobStore]:
        database = await Database.single(self._dsn)
        try:
            yield PostgresJobs(database)
        finally:
            await database.close()


def _leased(row: Any) -> LeasedJob:
    return LeasedJob(
        job_id=row["job_id"],
        kind=row["kind"],
        request_id=row["request_id"],
        run_no=row["run_no"],
        tenant=row["tenant"],
        message=message_of(row),
        attempt=row["attempt"],
        fence=row["fence"],
        created_at=row["created_at"],
        failures=row["failures"],
        idle_takes=row["idle_takes"],
        priority=row["priority"],
        deadline_at=row["deadline_at"],
        checkpoint=row["checkpoint"],
        overdue=row["overdue"],
    )
