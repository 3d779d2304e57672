"""The queue of long work in PostgreSQL: the oldest job of the tenant that was served longest ago."""

from datetime import timedelta

from grym.adapters.postgres.database import Database
from grym.adapters.postgres.rows import message_of
from grym.ports.jobs import LeasedJob

_TAKE = """
with chosen as (
    select job_id, tenant from jobs left join turns using (tenant)
    where kind = any($1)
      and ((state = 'queued' and due_at <= clock_timestamp())
           or (state = 'running' and leased_until <= clock_timestamp()))
    order by coalesce(turn, 0), job_no limit 1 for update of jobs skip locked
), served as (
    insert into turns (tenant, turn) select tenant, nextval('turn_numbers') from chosen
    on conflict (tenant) do update set turn = excluded.turn
)
update jobs set state = 'running', attempt = attempt + 1, fence = fence + 1, holder = $2,
                leased_until = clock_timestamp() + $3
from chosen where jobs.job_id = chosen.job_id
returning jobs.*"""

_RENEW = """
update jobs set leased_until = clock_timestamp() + $3
where job_id = $1 and fence = $2 and state = 'running' returning true"""


class PostgresJobs:
    """Take jobs and hold on to them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, kinds: tuple[str, ...], *, holder: str, lease_s: float) -> LeasedJob | None:
        """Take a job that is due, or one whose lease expired."""
        async with self._database.writer() as connection:
            row = await connection.fetchrow(_TAKE, list(kinds), holder, timedelta(seconds=lease_s))
        if row is None:
            return None
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
        )

    async def renew(self, job_id: str, fence: int, *, lease_s: float) -> bool:
        """Extend the lease of a job that is still in this holder's hands."""
        async with self._database.writer() as connection:
            return bool(await connection.fetchval(_RENEW, job_id, fence, timedelta(seconds=lease_s)))
