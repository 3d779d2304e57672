"""What consumers tell: names of log lines in one catalogue, and the numbers of `grym.ports.metrics`, kept in memory.

Every line carries ids, codes and positions; prompts, notes and error sentences (which may quote a body) never.
Numbers cost well under a microsecond each: they are added up here and read when somebody asks (`samples`).
"""

import logging
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Literal

import structlog

from grym.ports.metrics import CATALOGUE, MetricName, MetricSource, Sample

__all__ = ["LogName", "MetricName", "Standing", "Telemetry"]

LogName = Literal[
    "lease.acquired",  # a processor may run here now
    "lease.lost",  # somebody else runs it now; its work here was dropped
    "assignment.began",  # partitions are worked on here now
    "assignment.ended",  # they were given back
    "runner.interrupted",  # the backend failed; work goes on from the committed positions
    "runner.paused",  # a dependency or the memory is short; nothing is read meanwhile
    "runner.resumed",
    "runner.stopped",  # a processor has let go of everything
    "event.done",  # an event had its effect
    "event.duplicate",  # an event had its effect before
    "event.parked",  # a failing event waits with its key
    "event.held",  # a failing event holds its lane and is tried again in place
    "event.lettered",  # an event became a dead letter
    "question.failed",  # asking pattern memory about a live stream broke; the stream goes on
    "job.taken",
    "job.done",
    "job.retried",  # a job went back into the queue
    "job.postponed",  # something it needs is away; the try does not count
    "job.overdue",  # its deadline had passed before it was begun
    "job.handed_back",  # this worker stops; the job is for somebody else
    "job.lettered",  # a job was given up
    "job.dropped",  # a job was cancelled or taken by somebody else; its result was discarded
    "timers.fired",
    "watch.unreadable",  # a record of the awaited request could not be understood
    "outbox.failed",  # messages could not be sent; they stay and are sent later
    "outbox.refused",  # the log will never take a message as it is; it was set aside
    "breaker.changed",  # a dependency is left alone, tried again, or back
    "memory.changed",  # the memory has become short, or is not any more
    "health.started",
    "supervisor.idle",
    "supervisor.stopped",
]

Level = Literal["debug", "info", "warning", "error"]

Standing = Literal["starting", "assigned", "competing", "away"]
"""How a processor stands here: works, waits for others to let go, or cannot reach its backend."""

_LEVELS: dict[LogName, Level] = {
    "lease.lost": "warning",
    "runner.interrupted": "warning",
    "runner.paused": "warning",
    "event.done": "debug",
    "event.duplicate": "debug",
    "event.parked": "warning",
    "event.held": "warning",
    "event.lettered": "error",
    "question.failed": "error",
    "job.retried": "warning",
    "job.postponed": "warning",
    "job.lettered": "error",
    "watch.unreadable": "warning",
    "outbox.failed": "warning",
    "outbox.refused": "error",
    "breaker.changed": "warning",
    "memory.changed": "warning",
}


class Telemetry:
    """Counts, measures and logs; one per process, or one per component in tests.

    `count` and `observe` belong to the event loop; `gauge`, `beat` and `stand` may be called from any thread.

    Parameters
    ----------
    monotonic_s
        Where `beat` takes the time from: real time, since it tells a stuck loop from a waiting one.
    """

    def __init__(self, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._monotonic_s = monotonic_s
        self._counts: Counter[tuple[MetricName, str]] = Counter()
        self._gauges: dict[tuple[MetricName, str], float] = {}
        self._histograms: dict[tuple[MetricName, str], _Histogram] = {}
        self._beats: dict[str, float] = {}
        self._standings: dict[str, Standing] = {}
        self._sources: list[MetricSource] = []
        self._logger = structlog.get_logger("grym.consumers")

    @property
    def counts(self) -> Counter[str]:
        """Every counter by name, over all labels."""
        totals: Counter[str] = Counter()
        for (name, _), value in self._counts.items():
            totals[name] += value
        return totals

    def count(self, name: MetricName, by: int = 1, *, of: str = "") -> None:
        """Add to a counter; `of` is the value of its label (a processor's name, mostly)."""
        self._counts[name, of] += by

    def observe(self, name: MetricName, value: float, *, of: str = "", times: int = 1) -> None:
        """Put a value into a histogram, once or for each of several that share it."""
        histogram = self._histograms.get((name, of))
        if histogram is None:
            histogram = self._histograms[name, of] = _Histogram(CATALOGUE[name].bounds)
        histogram.add(value, times)

    def gauge(self, name: MetricName, value: float, *, of: str = "") -> None:
        """Set a gauge."""
        self._gauges[name, of] = value

    def include(self, source: MetricSource) -> None:
        """Ask `source` too whenever somebody asks for `samples`: the way for gauges that are cheap to compute."""
        self._sources.append(source)

    def exclude(self, source: MetricSource) -> None:
        """Leave a source out again."""
        self._sources.remove(source)

    def beat(self, loop: str) -> None:
        """Note that a loop has moved."""
        self._beats[loop] = self._monotonic_s()

    def quiet(self, loop: str) -> None:
        """Forget a loop that has ended."""
        self._beats.pop(loop, None)

    def ages_s(self) -> dict[str, float]:
        """Return the seconds since each loop has moved."""
        now_s = self._monotonic_s()
        return {loop: now_s - moved_s for loop, moved_s in self._beats.copy().items()}

    def stand(self, processor: str, standing: Standing) -> None:
        """Note how a processor stands in this process."""
        self._standings[processor] = standing

    def standings(self) -> dict[str, Standing]:
        """Return how each processor stands."""
        return self._standings.copy()

    def samples(self) -> Iterator[Sample]:
        """Return the current value of everything."""
        for (name, of), value in self._counts.items():
            yield Sample(name=name, value=value, of=of)
        for (name, of), level in self._gauges.copy().items():
            yield Sample(name=name, value=level, of=of)
        for (name, of), histogram in self._histograms.items():
            yield Sample(name=name, value=histogram.total, of=of, counts=tuple(histogram.counts))
        for loop, age_s in self.ages_s().items():
            yield Sample(name="poll_age_seconds", value=age_s, of=loop)
        for source in self._sources:
            yield from source.samples()

    def tells(self, name: LogName) -> bool:
        """Return whether a line of that name would be written: where a line a record costs more than the record."""
        return bool(
            self._logger.bind().is_enabled_for(logging.getLevelNamesMapping()[_LEVELS.get(name, "info").upper()])
        )

    def log(self, name: LogName, **fields: str | float | None) -> None:
        """Write one line at the level of its name."""
        getattr(self._logger, _LEVELS.get(name, "info"))(name, **fields)


class _Histogram:
    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float, times: int) -> None:
        self.counts[bisect_left(self.bounds, value)] += times
        self.total += value * times
