"""What each effect changes, in SQL; every one of them is harmless when applied twice."""

from typing import Any

from grym.adapters.postgres.rows import pack_headers, pack_tags
from grym.ports.effects import (
    CancelJobs,
    CancelTimer,
    Effect,
    EnqueueJob,
    HoldArtifact,
    KeepPattern,
    KeepText,
    SetTimer,
)

_SET_TIMER = """
insert into timers (timer_id, subject, purpose, run_no, due_at, cause_id) values ($1, $2, $3, $4, $5, $6)
on conflict (timer_id) do nothing"""

_ENQUEUE = """
insert into jobs (job_id, kind, request_id, run_no, tenant, topic, key, headers, value)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (job_id) do nothing"""

_CANCEL_JOBS = """
update jobs set state = 'cancelled', leased_until = null, ended_at = clock_timestamp()
where job_id in (
    select job_id from jobs
    where request_id = $1 and run_no <= $2 and state in ('queued', 'running') order by job_id for update
)"""

_KEEP_TEXT = """
insert into texts (ref, request_id, user_id, content) values ($1, $2, $3, $4) on conflict (ref) do nothing"""

_HOLD = "insert into holds (request_id, uri) values ($1, $2) on conflict do nothing"

_KEEP_PATTERN = """
insert into patterns (pattern_id, collection, kind, name, extractor, source_event_id, request_id, tags, vectors,
                      vector_dim, motif)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (pattern_id) do nothing"""


async def apply_effect(connection: Any, effect: Effect) -> None:
    """Carry out one effect inside the open transaction."""
    match effect:
        case SetTimer():
            names = (effect.timer_id, effect.subject, effect.purpose)
            await connection.execute(_SET_TIMER, *names, effect.run_no, effect.due_at, effect.cause_id)
        case CancelTimer():
            await connection.execute("delete from timers where timer_id = $1", effect.timer_id)
        case EnqueueJob():
            await _enqueue(connection, effect)
        case CancelJobs():
            await connection.execute(_CANCEL_JOBS, effect.request_id, effect.run_no)
        case KeepText():
            content = effect.text.encode(errors="surrogatepass")
            await connection.execute(_KEEP_TEXT, effect.ref, effect.request_id, effect.user, content)
        case HoldArtifact():
            await connection.execute(_HOLD, effect.request_id, effect.uri)
        case KeepPattern():
            await _keep_pattern(connection, effect)


async def _enqueue(connection: Any, effect: EnqueueJob) -> None:
    message = effect.message
    await connection.execute(
        _ENQUEUE,
        effect.job_id,
        effect.kind,
        effect.request_id,
        effect.run_no,
        effect.tenant,
        message.topic,
        message.key,
        pack_headers(message.headers),
        message.value,
    )


async def _keep_pattern(connection: Any, effect: KeepPattern) -> None:
    await connection.execute(
        _KEEP_PATTERN,
        effect.pattern_id,
        effect.collection,
        effect.kind,
        effect.name,
        effect.extractor,
        effect.source_event_id,
        effect.request_id,
        pack_tags(effect.tags),
        effect.vectors,
        effect.vector_dim,
        effect.motif,
    )
