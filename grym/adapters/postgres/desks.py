"""The waiting rooms inside a transaction: parked records, dead letters, jobs and timers."""

from datetime import timedelta
from typing import Any

from grym.adapters.placement import digest_of
from grym.adapters.postgres.rows import pack_fault, pack_headers
from grym.errors import LeaseLostError
from grym.ports.work import DueTimer, FaultNote, Letter
from schemas.records import Record

_PARK = """
insert into parked (processor, lane, topic, partition, position, appended_at, key, headers, value, attempts, due_at,
                    first_failed_at, fault)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, statement_timestamp() + $11, statement_timestamp(), $12)
on conflict (processor, topic, partition, position) do nothing"""

_POSTPONE = """
update parked set first_failed_at = case when attempts = 0 then clock_timestamp() else first_failed_at end,
    attempts = attempts + 1, fault = $2, due_at = clock_timestamp() + $3
where parked_id = $1"""

_FILE = """
insert into letters (letter_id, processor, request_id, run_no, event_id, event_type, origin_topic, origin_partition,
                     origin_position, attempts, fault, created_at, state, redrives)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) on conflict (letter_id) do nothing"""

_MARK = """
update letters set state = $2, redrives = redrives + case when $2 = 'redriven' then 1 else 0 end
where letter_id = $1 returning true"""

_TOUCH = "select true from jobs where job_id = $1 and fence = $2 and state = 'running' for update"

_FINISH = """
update jobs set state = $3, leased_until = null, checkpoint = null, ended_at = clock_timestamp()
where job_id = $1 and fence = $2 and state = 'running' returning true"""

_RETRY = """
update jobs set state = 'queued', leased_until = null, failures = failures + 1, fault = $3,
                due_at = clock_timestamp() + $4
where job_id = $1 and fence = $2 and state = 'running' returning true"""

_KEEP_CHECKPOINT = """
update jobs set checkpoint = $3, idle_takes = 0
where job_id = $1 and fence = $2 and state = 'running' returning true"""

_HAND_BACK = """
update jobs set state = 'queued', leased_until = null, attempt = attempt - 1,
                idle_takes = greatest(idle_takes - 1, 0), due_at = clock_timestamp() + $3
where job_id = $1 and fence = $2 and state = 'running' returning true"""

_DUE_TIMERS = """
with due as (
    delete from timers where timer_id in (
        select timer_id from timers where due_at <= clock_timestamp()
        order by due_at, timer_id limit $1 for update skip locked
    ) returning timer_id, subject, purpose, run_no, due_at, cause_id
)
select *, clock_timestamp() as now from due order by due_at, timer_id"""


class Rows:
    """What every desk works on."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection


class ParkedRows(Rows):
    """Records that failed and what waits behind them."""

    async def park(self, processor: str, record: Record, *, fault: FaultNote | None, delay_s: float | None) -> None:
        """Set a record aside, unless it is set aside already."""
        await self._connection.execute(
            _PARK,
            processor,
            lane_of(processor, record),
            record.topic,
            record.partition,
            record.position,
            record.appended_at,
            record.key,
            pack_headers(record.headers),
            record.value,
            0 if fault is None else 1,
            None if delay_s is None else timedelta(seconds=delay_s),
            pack_fault(fault),
        )

    async def postpone(self, parked_id: int, *, fault: FaultNote, delay_s: float) -> None:
        """Count one more failed attempt of a head and set its next due time."""
        await self._connection.execute(_POSTPONE, parked_id, pack_fault(fault), timedelta(seconds=delay_s))

    async def unpark(self, parked_id: int) -> None:
        """Remove a head; its follower, which has no due time, is due at once by being the head."""
        await self._connection.execute("delete from parked where parked_id = $1", parked_id)


class LetterRows(Rows):
    """The register of dead letters."""

    async def file_letter(self, letter: Letter) -> None:
        """Enter a dead letter into the register."""
        await self._connection.execute(
            _FILE,
            letter.letter_id,
            letter.processor,
            letter.request_id,
            letter.run_no,
            letter.event_id,
            letter.event_type,
            letter.origin.topic,
            letter.origin.partition,
            letter.origin_position,
            letter.attempts,
            pack_fault(letter.fault),
            letter.created_at,
            letter.state,
            letter.redrives,
        )

    async def mark_letter(self, letter_id: str, *, state: str) -> bool:
        """Set a letter's state, counting redrives."""
        return bool(await self._connection.fetchval(_MARK, letter_id, state))


class JobRows(Rows):
    """Long work that ends or reports."""

    async def touch_job(self, job_id: str, fence: int) -> None:
        """Check that this fence still holds the job, and lock it until the end."""
        _insist(await self._connection.fetchval(_TOUCH, job_id, fence))

    async def finish_job(self, job_id: str, fence: int, *, state: str) -> None:
        """End a job."""
        _insist(await self._connection.fetchval(_FINISH, job_id, fence, state))

    async def retry_job(self, job_id: str, fence: int, *, fault: FaultNote, delay_s: float) -> None:
        """Put a job back into the queue after a failed attempt."""
        delay = timedelta(seconds=delay_s)
        _insist(await self._connection.fetchval(_RETRY, job_id, fence, pack_fault(fault), delay))

    async def keep_checkpoint(self, job_id: str, fence: int, checkpoint: bytes) -> None:
        """Store how far a job is."""
        _insist(await self._connection.fetchval(_KEEP_CHECKPOINT, job_id, fence, checkpoint))

    async def hand_back_job(self, job_id: str, fence: int, *, delay_s: float = 0.0) -> None:
        """Put a job back untried: stopping is no attempt."""
        delay = timedelta(seconds=delay_s)
        _insist(await self._connection.fetchval(_HAND_BACK, job_id, fence, delay))


class TimerRows(Rows):
    """Timers that come due."""

    async def take_due_timers(self, *, limit: int) -> list[DueTimer]:
        """Remove and return due timers, earliest first, skipping those another transaction holds."""
        return [DueTimer(**row) for row in await self._connection.fetch(_DUE_TIMERS, limit)]


def lane_of(processor: str, record: Record) -> bytes:
    """Return what a parked record queues under as an index entry; no key counts as the empty one."""
    return digest_of(processor.encode(), record.topic.encode(), record.key or b"")


def _insist(held: bool | None) -> None:  # noqa: FBT001 - what the statement found
    if not held:
        raise LeaseLostError("somebody else has the job, or nobody wants it", code="job.lost")
