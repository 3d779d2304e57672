"""What each effect changes; every one of them is harmless when applied twice."""

from dataclasses import replace

from grym.adapters.memory.rows import CancelledRun, JobRow, TextRow
from grym.adapters.memory.store import Store
from grym.adapters.memory.tables import Tables
from grym.ports.effects import (
    CancelJobs,
    CancelTimer,
    Effect,
    EnqueueJob,
    HoldArtifact,
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
            _enqueue(store, tables, effect)
        case CancelJobs():
            _cancel_jobs(store, tables, effect)
        case KeepText():
            row_of_text = TextRow(user=effect.user, request_id=effect.request_id, text=effect.text)
            tables.texts.insert(effect.ref, row_of_text)
        case HoldArtifact():
            tables.holds.insert((effect.request_id, effect.uri), True)


def _enqueue(store: Store, tables: Tables, effect: EnqueueJob) -> None:
    now, cancelled = store.clock.now(), tables.cancelled_runs.look(effect.request_id)
    state = "cancelled" if cancelled is not None and cancelled.run_no >= effect.run_no else "queued"
    row = JobRow(order=store.next_number(), request=effect, created_at=now, due_at=now, state=state)
    tables.jobs.insert(effect.job_id, row)


def _cancel_jobs(store: Store, tables: Tables, effect: CancelJobs) -> None:
    known = tables.cancelled_runs.get(effect.request_id)
    run_no = effect.run_no if known is None else max(known.run_no, effect.run_no)
    tables.cancelled_runs.put(effect.request_id, CancelledRun(run_no=run_no, cancelled_at=store.clock.now()))
    for job in list(tables.jobs.rows()):
        request = job.request
        if job.is_open and request.request_id == effect.request_id and request.run_no <= effect.run_no:
            tables.jobs.put(request.job_id, replace(job, state="cancelled", leased_until=None))
