"""Rolling windows over event time, per processor.

Time is cut into buckets; a window adds up those it covers. What was folded is remembered as one position per partition,
so a record that comes again changes nothing, and the same log gives the same windows in whatever order its partitions
are read. A record that is older than the longest window is counted as late and left out.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from schemas.records import TopicPartition
from streams.views.observing import Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewLimits:
    """How finely and for how long a view remembers."""

    bucket_s: float = 10.0
    """Seconds of one bucket: how sharply a window begins."""
    horizon_s: float = 3600.0
    """Seconds of the longest window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """What happened within one stretch of time; sums, so that buckets add up in any order."""

    events: int = 0
    failures: int = 0
    timed: int = 0
    lasted_s: float = 0.0
    slowest_s: float = 0.0
    rated: int = 0
    rating: float = 0.0

    def with_one(self, seen: Observation) -> "Bucket":
        """Return the bucket with one more event."""
        return self.plus(
            Bucket(
                events=1,
                failures=int(seen.failed),
                timed=int(seen.lasted_s is not None),
                lasted_s=seen.lasted_s or 0.0,
                slowest_s=seen.lasted_s or 0.0,
                rated=int(seen.rating is not None),
                rating=seen.rating or 0.0,
            )
        )

    def plus(self, other: "Bucket") -> "Bucket":
        """Return both together."""
        return Bucket(
            events=self.events + other.events,
            failures=self.failures + other.failures,
            timed=self.timed + other.timed,
            lasted_s=self.lasted_s + other.lasted_s,
            slowest_s=max(self.slowest_s, other.slowest_s),
            rated=self.rated + other.rated,
            rating=self.rating + other.rating,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One processor over the last seconds.

    Parameters
    ----------
    rate_per_s
        Events per second.
    failures
        Events given up.
    mean_s, slowest_s
        Time from the logging of a cause to that of its event; None where none could be told.
    quality
        Mean share of checks passed, 0–1; None where nothing was rated.
    """

    processor: str
    length_s: float
    events: int
    rate_per_s: float
    failures: int
    mean_s: float | None
    slowest_s: float | None
    quality: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Everything folded so far; each fold gives a new one."""

    limits: ViewLimits = field(default_factory=ViewLimits)
    marks: Mapping[TopicPartition, int] = field(default_factory=dict)
    series: Mapping[str, Mapping[int, Bucket]] = field(default_factory=dict)
    newest_s: float = -math.inf
    late: int = 0

    def fold(self, source: TopicPartition, position: int, seen: Observation | None) -> "View":
        """Return the view after a record; the same view where it was folded before.

        Parameters
        ----------
        seen
            What the record tells; None where it tells nothing but its position.
        """
        if position <= self.marks.get(source, 0):
            return self
        marked = replace(self, marks={**self.marks, source: position})
        return marked if seen is None else marked._with(seen)  # noqa: SLF001 - the same class

    def window(self, processor: str, *, length_s: float, now_s: float) -> Window:
        """Return one processor's last `length_s` seconds before `now_s`, by whole buckets."""
        first, last = self._bucket(now_s - length_s) + 1, self._bucket(now_s)
        total = Bucket()
        for number, bucket in sorted(self.series.get(processor, {}).items()):
            if first <= number <= last:
                total = total.plus(bucket)
        return Window(
            processor=processor,
            length_s=length_s,
            events=total.events,
            rate_per_s=total.events / length_s,
            failures=total.failures,
            mean_s=total.lasted_s / total.timed if total.timed else None,
            slowest_s=total.slowest_s if total.timed else None,
            quality=total.rating / total.rated if total.rated else None,
        )

    def windows(self, *, length_s: float, now_s: float) -> tuple[Window, ...]:
        """Return the window of every processor that was seen within the horizon, by name."""
        names = [name for name, buckets in self.series.items() if max(buckets) >= self._oldest]
        return tuple(self.window(name, length_s=length_s, now_s=now_s) for name in sorted(names))

    @property
    def _oldest(self) -> int:
        """The first bucket that counts."""
        return self._bucket(self.newest_s - self.limits.horizon_s)

    def _with(self, seen: Observation) -> "View":
        later = replace(self, newest_s=max(self.newest_s, seen.at_s))
        number = self._bucket(seen.at_s)
        if number < later._oldest:  # noqa: SLF001 - the same class
            return replace(later, late=self.late + 1)
        known = self.series.get(seen.processor, {})
        kept = {key: bucket for key, bucket in known.items() if key >= later._oldest}  # noqa: SLF001 - the same class
        kept[number] = kept.get(number, Bucket()).with_one(seen)
        return replace(later, series={**self.series, seen.processor: kept})

    def _bucket(self, at_s: float) -> int:
        return math.floor(at_s / self.limits.bucket_s)
