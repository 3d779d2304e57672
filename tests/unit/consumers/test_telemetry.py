"""Counters and log lines."""

from typing import get_args

import structlog
from structlog.testing import capture_logs

from consumers.telemetry import LogName, MetricName, Telemetry


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
