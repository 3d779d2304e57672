"""What each effect changes, in SQL; every one of them is harmless when applied twice.

Effects of different families touch different tables, so each family goes at once, many rows in a statement. Within
timers and jobs the order matters: what is cancelled and then set again stays set.

Rows are touched in the order of their names, so transactions queue for them. Only timers are deleted and inserted in
two steps: they belong to one key, which one runner works on; when it changes hands, one of two may be undone and comes
again.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from grym.adapters.postgres.rows import index_name, pack_headers, plain
from grym.ports.effects import (
    CancelJobs,
    CancelTimer,
    Effect,
    EnqueueJob,
    HoldArtifact,
    KeepText,
    SetTimer,
)

_SET_TIMERS = """
insert into timers (timer_id, subject, purpose, run_no, due_at, cause_id)
select * from unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::timestamptz[], $6::text[])
    as g (timer_id, subject, purpose, run_no, due_at, cause_id) order by timer_id
on conflict (timer_id) do nothing"""

_CANCEL_TIMERS = """
delete from timers where timer_id in (
    select timer_id from timers where timer_id = any($1::text[]) order by timer_id for update
)"""

# Accepting and cancelling take turns per request, so that a cancel misses no job whose command is read meanwhile.
_TAKE_TURNS = """
select pg_advisory_xact_lock(1785684851, place) from (
    select distinct hashtext(request_id) as place from unnest($1::text[]) as g (request_id) order by place
) as places"""

_ENQUEUE = """
insert into jobs (job_id, kind, request_id, run_no, tenant, whose, priority, deadline_at, topic, key, headers, value,
                  state, ended_at)
select job_id, kind, request_id, g.run_no, tenant, whose, priority, deadline_at, topic, key, headers, value,
       case when c.run_no >= g.run_no then 'cancelled' else 'queued' end,
       case when c.run_no >= g.run_no then clock_timestamp() end
from unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::integer[], $8::timestamptz[],
            $9::text[], $10::bytea[], $11::bytea[], $12::bytea[])
    with ordinality as g (job_id, kind, request_id, run_no, tenant, whose, priority, deadline_at, topic, key, headers,
                          value, n)
left join cancelled_runs c using (request_id) order by n
on conflict (job_id) do nothing"""

_CANCEL_RUNS = """
insert into cancelled_runs as c (request_id, run_no)
select request_id, max(run_no) from unnest($1::text[], $2::integer[]) as g (request_id, run_no)
group by request_id order by request_id
on conflict (request_id) do update set run_no = greatest(c.run_no, excluded.run_no),
                                       cancelled_at = excluded.cancelled_at"""

_CANCEL_JOBS = """
update jobs set state = 'cancelled', leased_until = null, ended_at = clock_timestamp()
where job_id in (
    select job_id from jobs join unnest($1::text[], $2::integer[]) as g (request_id, up_to) using (request_id)
    where run_no <= up_to and state in ('queued', 'running') order by job_id for update of jobs
)"""

_KEEP_TEXTS = """
insert into texts (ref, request_id, user_id, content)
select * from unnest($1::text[], $2::text[], $3::text[], $4::bytea[]) as g (ref, request_id, user_id, content)
order by ref on conflict (ref) do nothing"""

_HOLD = """
insert into holds (request_id, uri)
select * from unnest($1::text[], $2::text[]) as g (request_id, uri) order by request_id, uri
on conflict do nothing"""

Row = tuple[Any, ...]


async def apply_effects(connection: Any, effects: Sequence[Effect]) -> None:
    """Carry out effects inside the open transaction."""
    await _apply_timers(connection, effects)
    await _apply_jobs(connection, effects)
    texts = (effect for effect in effects if isinstance(effect, KeepText))
    await _insert(connection, _KEEP_TEXTS, [_text_row(effect) for effect in texts])
    holds = (effect for effect in effects if isinstance(effect, HoldArtifact))
    await _insert(connection, _HOLD, [(effect.request_id, effect.uri) for effect in holds])


async def _apply_timers(connection: Any, effects: Iterable[Effect]) -> None:
    """Delete whatever is cancelled anywhere, then set what was set first after the last time it was cancelled."""
    kept: dict[str, SetTimer] = {}
    cancelled: set[str] = set()
    for effect in effects:
        if isinstance(effect, SetTimer):
            kept.setdefault(effect.timer_id, effect)
        elif isinstance(effect, CancelTimer):
            kept.pop(effect.timer_id, None)
            cancelled.add(effect.timer_id)
    if cancelled:
        await connection.execute(_CANCEL_TIMERS, [plain(name) for name in cancelled])
    await _insert(connection, _SET_TIMERS, [_timer_row(effect) for effect in kept.values()])


async def _apply_jobs(connection: Any, effects: Iterable[Effect]) -> None:
    jobs = [effect for effect in effects if isinstance(effect, EnqueueJob | CancelJobs)]
    if jobs:
        await connection.execute(_TAKE_TURNS, [plain(effect.request_id) for effect in jobs])
    for kind, run in groupby(jobs, key=type):
        rows = [_job_row(effect) for effect in run]
        for statement in (_ENQUEUE,) if kind is EnqueueJob else (_CANCEL_RUNS, _CANCEL_JOBS):
            await _insert(connection, statement, rows)


async def _insert(connection: Any, statement: str, rows: Sequence[Row]) -> None:
    """Carry out a statement over columns; nothing to do without rows."""
    if rows:
        columns = (list(map(_plain, column)) for column in zip(*rows, strict=True))
        await connection.execute(statement, *columns)


def _plain(value: Any) -> Any:
    return plain(value) if isinstance(value, str) else value


def _timer_row(effect: SetTimer) -> Row:
    return (effect.timer_id, effect.subject, effect.purpose, effect.run_no, effect.due_at, effect.cause_id)


def _job_row(effect: EnqueueJob | CancelJobs) -> Row:
    if isinstance(effect, CancelJobs):
        return (effect.request_id, effect.run_no)
    message = effect.message
    names = (effect.job_id, effect.kind, effect.request_id, effect.run_no, effect.tenant, effect.whose)
    command = (message.topic, message.key, pack_headers(message.headers), message.value)
    return (*names, effect.priority, effect.deadline_at, *command)


def _text_row(effect: KeepText) -> Row:
    return (effect.ref, effect.request_id, index_name(effect.user), effect.text.encode(errors="surrogatepass"))
