"""What consumers tell: names of log lines and counters in one catalogue, each with its meaning.

Every line carries ids, codes and positions; prompts, notes and error sentences (which may quote a body) never.
"""

from collections import Counter
from typing import Literal

import structlog

LogName = Literal[
    "lease.acquired",  # a processor may run here now
    "lease.lost",  # somebody else runs it now; its work here was dropped
    "runner.interrupted",  # the backend failed; work goes on from the committed positions
    "runner.stopped",  # a processor has let go of everything
    "event.done",  # an event had its effect
    "event.duplicate",  # an event had its effect before
    "event.parked",  # a failing event waits with its key
    "event.held",  # a failing event holds its lane and is tried again in place
    "event.lettered",  # an event became a dead letter
    "job.taken",
    "job.done",
    "job.retried",  # a job went back into the queue
    "job.handed_back",  # this worker stops; the job is for somebody else
    "job.lettered",  # a job was given up
    "job.dropped",  # a job was cancelled or taken by somebody else; its result was discarded
    "timers.fired",
    "watch.unreadable",  # a record of the awaited request could not be understood
    "supervisor.idle",
    "supervisor.stopped",
]

MetricName = Literal[
    "events_done",  # events
    "events_skipped",  # records of types a processor does not take in
    "events_duplicate",  # events
    "events_parked",  # failed attempts that led to parking
    "events_queued",  # events that wait behind a parked one
    "events_held",  # failed attempts that held a lane
    "events_lettered",  # events
    "state_conflicts",  # decisions made again
    "jobs_done",  # jobs
    "jobs_retried",  # failed attempts
    "jobs_lettered",  # jobs
    "jobs_dropped",  # jobs
    "timers_fired",  # timers
    "leases_lost",  # tenures
    "interruptions",  # tenures
]

Level = Literal["debug", "info", "warning", "error"]

_LEVELS: dict[LogName, Level] = {
    "lease.lost": "warning",
    "runner.interrupted": "warning",
    "event.done": "debug",
    "event.duplicate": "debug",
    "event.parked": "warning",
    "event.held": "warning",
    "event.lettered": "error",
    "job.retried": "warning",
    "job.lettered": "error",
    "watch.unreadable": "warning",
}


class Telemetry:
    """Counts and logs; one per supervisor, or one per component in tests."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._logger = structlog.get_logger("grym.consumers")

    def count(self, name: MetricName, by: int = 1) -> None:
        """Add to a counter."""
        self.counts[name] += by

    def log(self, name: LogName, **fields: str | float | None) -> None:
        """Write one line at the level of its name."""
        getattr(self._logger, _LEVELS.get(name, "info"))(name, **fields)
