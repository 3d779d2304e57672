"""Every number grym tells about itself: name, kind, label, unit and meaning, in one catalogue.

A metric has at most one label, so a counter costs one look-up. On the wire (Prometheus) names begin with ``grym_`` and
counters end with ``_total``. Durations are seconds, sizes bytes, as their names say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["counter", "gauge", "histogram"]

MetricName = Literal[
    "events_read",
    "events_done",
    "events_skipped",
    "events_duplicate",
    "events_failed",
    "events_parked",
    "events_queued",
    "events_held",
    "events_excused",
    "events_lettered",
    "events_in_hand",
    "event_seconds",
    "event_age_seconds",
    "unit_events",
    "unit_seconds",
    "messages_sent",
    "state_conflicts",
    "parked_records",
    "letters_open",
    "lag_records",
    "oldest_unfinished_seconds",
    "assigned_partitions",
    "paused_partitions",
    "rebalances",
    "drain_seconds",
    "offset_commits",
    "poll_age_seconds",
    "jobs_done",
    "jobs_retried",
    "jobs_lettered",
    "jobs_dropped",
    "job_seconds",
    "jobs_waiting",
    "jobs_running",
    "job_wait_seconds",
    "job_slots",
    "timers_fired",
    "leases_lost",
    "interruptions",
    "outbox_sent",
    "outbox_failures",
    "outbox_rows",
    "outbox_age_seconds",
    "outbox_refused",
    "breaker_state",
    "breaker_changes",
    "breaker_failures",
    "breaker_rejections",
    "io_retries",
    "memory_used_bytes",
    "memory_limit_bytes",
    "memory_level",
    "memory_waits",
    "publishes_refused",
    "index_vectors",
    "index_unsealed",
    "index_recall",
    "index_recall_lower",
    "index_effort",
    "index_looks",
    "index_steps",
    "index_seals",
    "index_seal_failures",
    "cache_requests",
    "cache_loads",
    "cache_shared_hits",
    "cache_used_bytes",
    "cache_budget_bytes",
    "entries_swept",
    "entries_moved",
    "entries_reindexed",
    "entries_compared",
    "entries_mismatched",
    "entry_upkeep_failures",
    "live_streams",
    "live_block_seconds",
    "live_checkpoints",
    "live_alerts",
    "live_questions",
    "live_questions_skipped",
    "live_questions_failed",
]

FAST_S = (0.0005, 0.001, 0.002, 0.004, 0.008, 0.015, 0.03, 0.06, 0.125, 0.25, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0)
"""Bounds in seconds for what takes milliseconds when all is well."""
SLOW_S = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 300.0, 900.0)
"""Bounds in seconds for long work."""
COUNTS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
"""Bounds for sizes of batches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One entry of the catalogue.

    Parameters
    ----------
    unit
        What is counted or measured.
    label
        Name of its one label; empty where it has none.
    bounds
        Upper bounds of a histogram's buckets, rising.
    """

    kind: Kind
    unit: str
    about: str
    label: str = ""
    bounds: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The value of one metric now; `of` is the value of its label.

    Parameters
    ----------
    counts
        Of a histogram: how many values fell into each bucket (not cumulative), the last one above all bounds; `value`
        is their sum then.
    """

    name: MetricName
    value: float
    of: str = ""
    counts: Sequence[int] = ()


class MetricSource(Protocol):
    """Something that can be asked for its numbers at any time, from the event loop."""

    def samples(self) -> Iterable[Sample]:
        """Return the current value of everything it measures."""
        ...


def _counter(unit: str, about: str, *, label: str = "processor") -> Metric:
    return Metric(kind="counter", unit=unit, about=about, label=label)


def _gauge(unit: str, about: str, *, label: str = "processor") -> Metric:
    return Metric(kind="gauge", unit=unit, about=about, label=label)


def _histogram(unit: str, about: str, bounds: tuple[float, ...], *, label: str = "processor") -> Metric:
    return Metric(kind="histogram", unit=unit, about=about, label=label, bounds=bounds)


CATALOGUE: dict[MetricName, Metric] = {
    "events_read": _counter("records", "Records taken out of the log."),
    "events_done": _counter("events", "Events that had their effect."),
    "events_skipped": _counter("records", "Records of types the processor does not take in."),
    "events_duplicate": _counter("events", "Events that had their effect before."),
    "events_failed": _counter("attempts", "Attempts that failed, whatever became of the event."),
    "events_parked": _counter("attempts", "Failed attempts that led to parking."),
    "events_queued": _counter("events", "Events that had to wait behind a parked one of their key."),
    "events_held": _counter("attempts", "Failed attempts that held their lane."),
    "events_excused": _counter("attempts", "Failed attempts that did not count, since a dependency was away."),
    "events_lettered": _counter("events", "Events that became dead letters."),
    "events_in_hand": _gauge("events", "Events being worked on or waiting in a lane."),
    "event_seconds": _histogram("seconds", "Time from the beginning of an event's attempt to its effect.", FAST_S),
    "event_age_seconds": _histogram("seconds", "Time from an event's append to the log to its effect.", FAST_S),
    "unit_events": _histogram("events", "Events committed in one unit of work.", COUNTS),
    "unit_seconds": _histogram("seconds", "Time one unit of work takes to commit.", FAST_S),
    "messages_sent": _counter("messages", "Outputs handed to the log, by transaction or directly."),
    "state_conflicts": _counter("decisions", "Decisions made again, since somebody saved the state in between."),
    "parked_records": _gauge("records", "Records that wait in the parking lot, of all processors.", label=""),
    "letters_open": _gauge("letters", "Dead letters nobody has redriven or discarded.", label=""),
    "lag_records": _gauge("records", "Records in the log that no reader has finished, of all processors.", label=""),
    "oldest_unfinished_seconds": _gauge("seconds", "Age of the oldest event in hand; 0 with none."),
    "assigned_partitions": _gauge("partitions", "Partitions this process works on."),
    "paused_partitions": _gauge("partitions", "Partitions left alone at the moment."),
    "rebalances": _counter("assignments", "Assignments that began, the first included."),
    "drain_seconds": _histogram("seconds", "Time from losing an assignment to having let go of it.", FAST_S),
    "offset_commits": _counter("commits", "Commits of how far partitions are done."),
    "poll_age_seconds": _gauge("seconds", "Time since a loop last moved.", label="loop"),
    "jobs_done": _counter("jobs", "Long jobs that were done.", label="kind"),
    "jobs_retried": _counter("attempts", "Failed attempts at long jobs.", label="kind"),
    "jobs_lettered": _counter("jobs", "Long jobs that were given up.", label="kind"),
    "jobs_dropped": _counter("jobs", "Results refused: cancelled, or somebody else had the job.", label="kind"),
    "job_seconds": _histogram("seconds", "Time a long job ran.", SLOW_S, label="kind"),
    "jobs_waiting": _gauge("jobs", "Jobs in the queue.", label="kind"),
    "jobs_running": _gauge("jobs", "Jobs this process runs.", label="kind"),
    "job_wait_seconds": _gauge("seconds", "Age of the job that has waited longest; 0 with none.", label="kind"),
    "job_slots": _gauge("jobs", "Jobs this process would run at once.", label=""),
    "timers_fired": _counter("timers", "Timers that came due.", label=""),
    "leases_lost": _counter("tenures", "Tenures that ended since somebody else had the lease."),
    "interruptions": _counter("tenures", "Times work was interrupted since a backend was away."),
    "outbox_sent": _counter("messages", "Messages moved from the outbox to the log.", label="shard"),
    "outbox_failures": _counter("attempts", "Attempts to send from the outbox that failed.", label="shard"),
    "outbox_rows": _gauge("messages", "Messages in the outbox.", label=""),
    "outbox_refused": _gauge("messages", "Messages that the log will never take as they are.", label=""),
    "outbox_age_seconds": _gauge("seconds", "Age of the oldest message in the outbox; 0 with none.", label=""),
    "breaker_state": _gauge("state", "0 closed, 1 half-open, 2 open.", label="dependency"),
    "breaker_changes": _counter("changes", "State changes of a circuit breaker.", label="dependency"),
    "breaker_failures": _counter("calls", "Calls that failed on the dependency itself.", label="dependency"),
    "breaker_rejections": _counter("calls", "Calls not made since the breaker was open.", label="dependency"),
    "io_retries": _counter("attempts", "Reading and writing tried again in place.", label="operation"),
    "memory_used_bytes": _gauge("bytes", "Memory of this process and its workers.", label=""),
    "memory_limit_bytes": _gauge("bytes", "Memory it may use.", label=""),
    "memory_level": _gauge("level", "0 normal, 1 slowed down, 2 saturated.", label=""),
    "memory_waits": _counter("waits", "Times a consumer waited for memory.", label=""),
    "publishes_refused": _counter("publishes", "Publishes refused as saturated.", label=""),
    "index_vectors": _gauge("vectors", "Windows of sound that can be found.", label="index"),
    "index_unsealed": _gauge("vectors", "Of those, what came since the last generation.", label="index"),
    "index_recall": _gauge("share", "Share of the ten nearest that are found, measured.", label="index"),
    "index_recall_lower": _gauge("share", "Lower end of the band around it, at 95 %.", label="index"),
    "index_effort": _gauge("lists", "Lists, or nodes of a graph, that a search looks into; 0 for all.", label="index"),
    "index_looks": _counter("searches", "Searches that were compared with the truth.", label="index"),
    "index_steps": _counter("steps", "Times the effort of searches was changed to hold recall.", label="index"),
    "index_seals": _counter("generations", "Generations sealed.", label="index"),
    "index_seal_failures": _counter("generations", "Generations that could not be sealed.", label="index"),
    "cache_requests": _counter("requests", "Requests for records, by cache and by how they ended.", label="end"),
    "cache_loads": _counter("records", "Records loaded from the store behind a cache.", label="cache"),
    "cache_shared_hits": _counter("records", "Records found in the level that processes share.", label="cache"),
    "cache_used_bytes": _gauge("bytes", "What a cache keeps.", label="cache"),
    "cache_budget_bytes": _gauge("bytes", "What it may keep at the moment.", label="cache"),
    "entries_swept": _counter(
        "entries", "Entries removed since they had expired, or were idle for long.", label="store"
    ),
    "entries_moved": _counter("entries", "Entries moved to another tier.", label="store"),
    "entries_reindexed": _counter("entries", "Entries whose index was made anew.", label="store"),
    "entries_compared": _counter("reads", "Reads of two stores that were compared in a switch-over.", label="store"),
    "entries_mismatched": _counter("reads", "Of those, reads whose answers differed.", label="store"),
    "entry_upkeep_failures": _counter("turns", "Turns of upkeep that failed.", label="store"),
    "live_streams": _gauge("streams", "Live streams that this process listens to."),
    "live_block_seconds": _histogram("seconds", "Time it takes to hear one block of live sound.", FAST_S),
    "live_checkpoints": _counter("checkpoints", "Checkpoints of live streams."),
    "live_alerts": _counter("alerts", "Gaps, duplicates, late frames and the like of live streams.", label="alert"),
    "live_questions": _counter("questions", "Questions to pattern memory about live streams."),
    "live_questions_skipped": _counter("questions", "Questions not asked since the CPU was needed elsewhere."),
    "live_questions_failed": _counter("questions", "Questions that pattern memory did not answer."),
}
