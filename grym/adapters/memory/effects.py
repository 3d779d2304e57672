"""What each effect changes; every one of them is harmless when applied twice."""

from dataclasses import replace

from grym.adapters.memory.rows import JobRow, PatternRow, TextRow
from grym.adapters.memory.store import Store
from grym.adapters.memory.tables import Tables
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


def apply_effect(store: Store, tables: Tables, effect: Effect) -> None:
    """Stage what an effect changes."""
    match effect:
        case SetTimer():
            tables.timers.insert(effect.timer_id, effect)
        case CancelTimer():
            tables.timers.remove(effect.timer_id)
        case EnqueueJob():
            now = store.clock.now()
            row = JobRow(order=store.next_number(), request=effect, created_at=now, due_at=now)
            tables.jobs.insert(effect.job_id, row)
        case CancelJobs():
            _cancel_jobs(tables, effect)
        case KeepText():
            row_of_text = TextRow(user=effect.user, request_id=effect.request_id, text=effect.text)
            tables.texts.insert(effect.ref, row_of_text)
        case HoldArtifact():
            tables.holds.insert((effect.request_id, effect.uri), True)
        case KeepPattern():
            tables.patterns.insert(effect.pattern_id, PatternRow(order=store.next_number(), pattern=effect))


def _cancel_jobs(tables: Tables, effect: CancelJobs) -> None:
    for job in list(tables.jobs.rows()):
        request = job.request
        if job.is_open and request.request_id == effect.request_id and request.run_no <= effect.run_no:
            tables.jobs.put(request.job_id, replace(job, state="cancelled", leased_until=None))
