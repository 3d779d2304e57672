"""Counters and log lines."""

from typing import get_args

import structlog
from structlog.testing import capture_logs

from consumers.telemetry import LogName, MetricName, Telemetry
from grym.ports.metrics import CATALOGUE, Sample


def test_counts_add_up() -> None:
    """One by default, more where told."""
    telemetry = Telemetry()
    telemetry.count("events_done")
    telemetry.count("events_done", 4)
    assert telemetry.counts == {"events_done": 5}


def test_lines_have_the_level_of_their_name() -> None:
    """A dead letter is an error, a finished event is for debugging, the rest informs."""
    structlog.reset_defaults()
    with capture_logs() as lines:
        telemetry = Telemetry()
        telemetry.log("event.lettered", correlation_id="r1")
        telemetry.log("event.done")
        telemetry.log("lease.acquired", epoch=3)
        telemetry.log("event.parked")
    assert [(line["event"], line["log_level"]) for line in lines] == [
        ("event.lettered", "error"),
        ("event.done", "debug"),
        ("lease.acquired", "info"),
        ("event.parked", "warning"),
    ]
    assert lines[0]["correlation_id"] == "r1"


def test_names_are_unique() -> None:
    """The catalogue lists every name once."""
    for names in (get_args(LogName), get_args(MetricName)):
        assert len(set(names)) == len(names)


def test_the_catalogue_describes_every_metric() -> None:
    """Names that may be used and entries are the same; a histogram has rising bounds, nothing else has any."""
    assert set(get_args(MetricName)) == set(CATALOGUE)
    for entry in CATALOGUE.values():
        assert bool(entry.bounds) == (entry.kind == "histogram")
        assert list(entry.bounds) == sorted(set(entry.bounds))
        assert entry.about.endswith(".")


def told(telemetry: Telemetry) -> dict[tuple[str, str], float]:
    """Return every value by name and label."""
    return {(sample.name, sample.of): sample.value for sample in telemetry.samples()}


def test_labels_are_counted_apart_and_together() -> None:
    """Samples tell each label; `counts` adds them up."""
    telemetry = Telemetry()
    telemetry.count("events_done", of="features")
    telemetry.count("events_done", 2, of="quality")
    telemetry.gauge("lag_records", 5, of="features")
    telemetry.gauge("lag_records", 3, of="features")
    assert told(telemetry) == {
        ("events_done", "features"): 1,
        ("events_done", "quality"): 2,
        ("lag_records", "features"): 3,
    }
    assert telemetry.counts["events_done"] == 3


def test_histograms_put_a_value_under_the_lowest_bound_that_holds_it() -> None:
    """A value on a bound belongs below it; what is above all bounds has a bucket of its own."""
    telemetry = Telemetry()
    for size in (1, 2, 3, 500, 501):
        telemetry.observe("unit_events", size, of="features")
    (sample,) = telemetry.samples()
    assert (sample.value, sum(sample.counts)) == (1007, 5)
    filled = [n for n, count in enumerate(sample.counts) for _ in range(count)]
    assert filled == [0, 1, 2, 8, 9]
    assert len(sample.counts) == len(CATALOGUE["unit_events"].bounds) + 1


class Queue:
    """Something with a length."""

    def __init__(self) -> None:
        self.length = 0

    def samples(self) -> list[Sample]:
        """Tell it."""
        return [Sample(name="jobs_waiting", value=self.length, of="generation")]


def test_sources_are_asked_whenever_somebody_asks() -> None:
    """A source tells what is so now, until it is left out."""
    telemetry, queue = Telemetry(), Queue()
    telemetry.include(queue)
    queue.length = 4
    assert told(telemetry) == {("jobs_waiting", "generation"): 4}
    queue.length = 5
    assert told(telemetry) == {("jobs_waiting", "generation"): 5}
    telemetry.exclude(queue)
    assert told(telemetry) == {}


def test_loops_grow_old_until_they_move() -> None:
    """The age of a loop counts from its last move; one that has ended has none."""
    now_s = 100.0
    telemetry = Telemetry(monotonic_s=lambda: now_s)
    telemetry.beat("features.poll")
    now_s = 107.0
    telemetry.beat("quality.poll")
    assert telemetry.ages_s() == {"features.poll": 7.0, "quality.poll": 0.0}
    assert told(telemetry)["poll_age_seconds", "features.poll"] == 7.0
    telemetry.quiet("features.poll")
    telemetry.quiet("never.there")
    assert telemetry.ages_s() == {"quality.poll": 0.0}


def test_a_processor_stands_as_it_said_last() -> None:
    """For readiness."""
    telemetry = Telemetry()
    telemetry.stand("features", "starting")
    telemetry.stand("features", "assigned")
    telemetry.stand("quality", "away")
    assert telemetry.standings() == {"features": "assigned", "quality": "away"}
