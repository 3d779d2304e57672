"""Metrics for Prometheus: the catalogue's numbers, read when somebody scrapes and never before.

Nothing is counted twice: consumers add up in memory (`consumers.telemetry`), and a scrape turns what they have into
the text format. The registry is our own, so what libraries put into the global one stays out, their ``_created`` series
included.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from grym.ports.metrics import CATALOGUE, MetricName, MetricSource, Sample
from grym.ports.metrics import Metric as Entry

PREFIX = "grym_"


def series_name(name: MetricName) -> str:
    """Return what a metric is called in Prometheus: the name a query begins with."""
    return PREFIX + name + ("_total" if CATALOGUE[name].kind == "counter" else "")


class Exposition:
    """Writes what the sources measure in the format that is asked for."""

    def __init__(self, sources: Iterable[MetricSource]) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Catalogue(tuple(sources)))
        ProcessCollector(registry=self._registry)

    def page(self, accept: str = "") -> tuple[bytes, str]:
        """Return the page and its content type, by the value of the ``Accept`` header."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type


class _Catalogue(Collector):
    def __init__(self, sources: Sequence[MetricSource]) -> None:
        self._sources = sources

    def describe(self) -> Iterator[Metric]:
        """Return nothing: registering must not ask the sources."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Return every metric of the catalogue with what was measured of it."""
        found: dict[MetricName, list[Sample]] = defaultdict(list)
        for source in self._sources:
            for sample in source.samples():
                found[sample.name].append(sample)
        for name, entry in CATALOGUE.items():
            yield _family(name, entry, found[name])


def _family(name: MetricName, entry: Entry, samples: list[Sample]) -> Metric:
    about = f"{entry.about} Unit: {entry.unit}."
    labels = (entry.label,) if entry.label else ()
    match entry.kind:
        case "counter":
            counter = CounterMetricFamily(PREFIX + name, about, labels=labels)
            for of, value in _merged(samples, default=None if labels else 0.0):
                counter.add_metric(_label(entry, of), value)
            return counter
        case "gauge":
            gauge = GaugeMetricFamily(PREFIX + name, about, labels=labels)
            for of, value in _latest(samples):
                gauge.add_metric(_label(entry, of), value)
            return gauge
        case "histogram":
            histogram = HistogramMetricFamily(PREFIX + name, about, labels=labels)
            for sample in samples:
                histogram.add_metric(_label(entry, sample.of), _buckets(entry, sample), sample.value)
            return histogram


def _merged(samples: list[Sample], *, default: float | None) -> Iterator[tuple[str, float]]:
    """Return counters by label, added up over sources."""
    totals: dict[str, float] = {} if default is None else {"": default}
    for sample in samples:
        totals[sample.of] = totals.get(sample.of, 0.0) + sample.value
    return iter(totals.items())


def _latest(samples: list[Sample]) -> Iterator[tuple[str, float]]:
    """Return gauges by label; of two sources that tell the same one the later counts."""
    return iter({sample.of: sample.value for sample in samples}.items())


def _label(entry: Entry, of: str) -> tuple[str, ...]:
    return (of,) if entry.label else ()


def _buckets(entry: Entry, sample: Sample) -> list[tuple[str, float]]:
    bounds = [*(str(float(bound)) for bound in entry.bounds), "+Inf"]
    return list(zip(bounds, map(float, accumulate(sample.counts)), strict=True))
