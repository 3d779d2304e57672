"""A scrape shows what was counted, in Prometheus' own words."""

import math

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from consumers.telemetry import Telemetry
from grym.adapters.metrics import PREFIX, Exposition, series_name
from grym.ports.metrics import CATALOGUE, Sample


class Fixed:
    """Tells what it was given."""

    def __init__(self, *samples: Sample) -> None:
        self.told = samples

    def samples(self) -> tuple[Sample, ...]:
        """Return it."""
        return self.told


def scraped(exposition: Exposition) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Read a page by the client library's own parser: value by name and labels."""
    page, content_type = exposition.page()
    assert content_type.startswith("text/plain")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in parse_text(page.decode())
        for sample in family.samples
    }


def by(**labels: str) -> frozenset[tuple[str, str]]:
    """Write labels as they are looked up."""
    return frozenset(labels.items())


def test_counts_gauges_and_histograms_arrive() -> None:
    """What consumers have counted and measured is found under its name and label."""
    telemetry = Telemetry()
    telemetry.count("events_done", 3, of="features")
    telemetry.count("events_done", 2, of="quality")
    telemetry.gauge("assigned_partitions", 17, of="features")
    for seconds in (0.001, 0.003, 0.3, 100.0):
        telemetry.observe("event_seconds", seconds, of="features")
    found = scraped(Exposition([telemetry]))
    features = by(processor="features")
    assert found["grym_events_done_total", features] == 3
    assert found["grym_events_done_total", by(processor="quality")] == 2
    assert found["grym_assigned_partitions", features] == 17
    assert found["grym_event_seconds_count", features] == 4
    assert math.isclose(found["grym_event_seconds_sum", features], 100.304)
    buckets = {
        limit: found["grym_event_seconds_bucket", by(processor="features", le=limit)]
        for limit in ("0.001", "0.002", "0.004", "0.5", "60.0", "+Inf")
    }
    assert buckets == {"0.001": 1, "0.002": 1, "0.004": 2, "0.5": 3, "60.0": 3, "+Inf": 4}


def test_sources_are_asked_at_every_scrape_and_added_up() -> None:
    """Counters of two sources are one series; a gauge is what was told last."""
    first, second = Fixed(Sample(name="timers_fired", value=2)), Fixed(Sample(name="timers_fired", value=3))
    exposition = Exposition([first, second])
    assert scraped(exposition)["grym_timers_fired_total", by()] == 5
    second.told = (Sample(name="timers_fired", value=10), Sample(name="memory_level", value=2))
    found = scraped(exposition)
    assert (found["grym_timers_fired_total", by()], found["grym_memory_level", by()]) == (12, 2)


def test_a_counter_without_label_is_there_before_it_counts() -> None:
    """An alert on its rate needs the 0 before the first event."""
    assert scraped(Exposition([]))["grym_timers_fired_total", by()] == 0


def test_openmetrics_is_spoken_when_asked_for() -> None:
    """Prometheus itself asks for OpenMetrics; every metric of the catalogue is described in it."""
    telemetry = Telemetry()
    telemetry.observe("job_seconds", 12.0, of="generation")
    page, content_type = Exposition([telemetry]).page("application/openmetrics-text; version=1.0.0")
    assert content_type.startswith("application/openmetrics-text")
    parsed = parse_openmetrics(page.decode())  # type: ignore[no-untyped-call]  # the client annotates most of itself
    families = {family.name: family for family in parsed}
    for name, entry in CATALOGUE.items():
        assert families[PREFIX + name].type == entry.kind
        assert entry.about in families[PREFIX + name].documentation


def test_no_series_of_creation_times() -> None:
    """They double the number of series and answer nothing we ask."""
    telemetry = Telemetry()
    telemetry.count("events_done", of="features")
    telemetry.observe("event_seconds", 1.0, of="features")
    assert not [name for name, _ in scraped(Exposition([telemetry])) if name.endswith("_created")]


def test_series_are_named_by_their_kind() -> None:
    """Counters end as Prometheus wants them to."""
    assert series_name("events_done") == "grym_events_done_total"
    assert series_name("event_seconds") == "grym_event_seconds"
    assert series_name("lag_records") == "grym_lag_records"
