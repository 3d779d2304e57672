"""The dashboard of Grafana, generated from a table of questions, so that every metric in it is one of the catalogue."""

import json
from dataclasses import dataclass

from grym.adapters.metrics import series_name
from grym.ports.metrics import CATALOGUE, MetricName

WIDTH = 24
PANEL_WIDTH, PANEL_HEIGHT = 8, 7

UNITS = {"seconds": "s", "bytes": "bytes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One picture: a title and what is drawn, by legend."""

    title: str
    unit: str
    queries: dict[str, str]


def _legend(name: MetricName) -> str:
    label = CATALOGUE[name].label
    return f"{{{{{label}}}}}" if label else "all"


def rate(name: MetricName) -> Panel:
    """Draw a counter: how many a second, by its label."""
    entry, series = CATALOGUE[name], series_name(name)
    by = f" by ({entry.label})" if entry.label else ""
    return Panel(title=entry.about, unit="ops", queries={_legend(name): f"sum{by} (rate({series}[1m]))"})


def level(name: MetricName) -> Panel:
    """Draw a gauge: the highest of all processes, by its label."""
    entry, series = CATALOGUE[name], series_name(name)
    by = f" by ({entry.label})" if entry.label else ""
    return Panel(title=entry.about, unit=UNITS.get(entry.unit, "short"), queries={_legend(name): f"max{by} ({series})"})


def spread(name: MetricName) -> Panel:
    """Draw a histogram: median and 99th percentile, by its label."""
    entry, series = CATALOGUE[name], series_name(name)
    labels = f"le, {entry.label}" if entry.label else "le"
    quantile = "histogram_quantile({share}, sum by ({labels}) (rate({series}_bucket[1m])))"
    shares = {"p50": 0.5, "p99": 0.99}
    queries = {
        f"{_legend(name)} {text}": quantile.format(share=share, labels=labels, series=series)
        for text, share in shares.items()
    }
    return Panel(title=entry.about, unit=UNITS.get(entry.unit, "short"), queries=queries)


ROWS: dict[str, tuple[Panel, ...]] = {
    "Do requests get on?": (
        rate("events_done"),
        level("oldest_unfinished_seconds"),
        spread("event_age_seconds"),
        level("lag_records"),
        level("parked_records"),
        level("letters_open"),
    ),
    "What goes wrong?": (
        rate("events_failed"),
        rate("events_lettered"),
        rate("events_excused"),
        level("breaker_state"),
        rate("breaker_failures"),
        rate("interruptions"),
    ),
    "How busy is it?": (
        level("events_in_hand"),
        spread("event_seconds"),
        spread("unit_events"),
        spread("unit_seconds"),
        level("assigned_partitions"),
        level("paused_partitions"),
    ),
    "Long work": (
        level("jobs_waiting"),
        level("job_wait_seconds"),
        spread("job_seconds"),
        rate("jobs_done"),
        level("jobs_running"),
        rate("jobs_retried"),
    ),
    "To and from Kafka": (
        rate("events_read"),
        rate("messages_sent"),
        level("outbox_age_seconds"),
        level("outbox_rows"),
        rate("rebalances"),
        rate("offset_commits"),
    ),
    "Processes": (
        level("memory_used_bytes"),
        level("memory_level"),
        level("poll_age_seconds"),
    ),
}


def dashboard() -> str:
    """Return the dashboard as the JSON that Grafana reads."""
    panels: list[dict[str, object]] = []
    top = 0
    for title, row in ROWS.items():
        panels.append({"type": "row", "title": title, "gridPos": {"x": 0, "y": top, "w": WIDTH, "h": 1}})
        top += 1
        for number, panel in enumerate(row):
            column, line = number % (WIDTH // PANEL_WIDTH), number // (WIDTH // PANEL_WIDTH)
            place = {"x": column * PANEL_WIDTH, "y": top + line * PANEL_HEIGHT, "w": PANEL_WIDTH, "h": PANEL_HEIGHT}
            panels.append(_drawn(panel, place))
        top += -(-len(row) // (WIDTH // PANEL_WIDTH)) * PANEL_HEIGHT
    for number, drawn in enumerate(panels, start=1):
        drawn["id"] = number
    content = {
        "uid": "grym",
        "title": "grym",
        "schemaVersion": 39,
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "panels": panels,
    }
    return json.dumps(content, indent=1, sort_keys=True) + "\n"


def _drawn(panel: Panel, place: dict[str, int]) -> dict[str, object]:
    source = {"type": "prometheus", "uid": "prometheus"}
    return {
        "type": "timeseries",
        "title": panel.title,
        "gridPos": place,
        "datasource": source,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + number), "datasource": source, "expr": expression, "legendFormat": legend}
            for number, (legend, expression) in enumerate(panel.queries.items())
        ],
    }
