"""Alerts, runbooks, dashboard and catalogue agree with each other and with the code."""

import ast
import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from grym.adapters.metrics import PREFIX, series_name
from grym.ports.metrics import CATALOGUE, MetricName
from tools.check_docs import anchor
from tools.dashboard import ROWS, dashboard
from tools.drift import DASHBOARD, OPERATIONS, ROOT, with_table
from tools.metrics_table import table

ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
SCRAPING = ROOT / "deploy" / "prometheus" / "prometheus.yml"
COMPOSE = ROOT / "docker-compose.yml"
SOURCES = ("grym", "consumers", "producers")
SUFFIXES = ("_bucket", "_count", "_sum", "")
OF_COUNTERS = ("rate", "increase")


def alerts() -> list[dict[str, Any]]:
    """Return every alert of the rules."""
    content = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))
    return [rule for group in content["groups"] for rule in group["rules"]]


def runbooks() -> list[str]:
    """Return the headings below "Alerts"."""
    section = OPERATIONS.read_text(encoding="utf-8").partition("\n## Alerts\n")[2].partition("\n## ")[0]
    return re.findall(r"^### (.+)$", section, re.MULTILINE)


def expressions() -> list[str]:
    """Return every query of alerts and dashboard."""
    drawn = [query for row in ROWS.values() for panel in row for query in panel.queries.values()]
    return [rule["expr"] for rule in alerts()] + drawn


def named(text: str) -> set[str]:
    """Return the series of grym that a text names."""
    return set(re.findall(rf"\b{PREFIX}[a-z_]+", text))


def known() -> set[str]:
    """Return every series there can be."""
    return {
        series_name(name) + suffix
        for name, entry in CATALOGUE.items()
        for suffix in (SUFFIXES[:3] if entry.kind == "histogram" else ("",))
    }


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    """In the same order, so that the page can be read beside the rules."""
    assert runbooks() == [rule["alert"] for rule in alerts()]


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule["alert"])
def test_an_alert_says_how_urgent_it_is_and_where_to_read_on(rule: dict[str, Any]) -> None:
    """A severity, a sentence, and a link that leads to its section."""
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["runbook"] == f"docs/operations.md#{anchor(rule['alert'])}"


def test_alerts_and_dashboard_ask_for_what_is_measured() -> None:
    """Every series they name is one that a process shows."""
    for expression in expressions():
        assert named(expression) <= known()


def test_counters_are_asked_for_their_rate() -> None:
    """The value of a counter itself says how long a process has run."""
    counters = {series_name(name) for name, entry in CATALOGUE.items() if entry.kind == "counter"}
    for expression in expressions():
        rated = set(re.findall(rf"\b(?:{'|'.join(OF_COUNTERS)})\(({PREFIX}[a-z_]+)", expression))
        assert named(expression) & counters <= rated
        assert expression.count("(") == expression.count(")")


def test_the_page_names_only_series_that_exist() -> None:
    """Also in its prose."""
    names = {name for name in named(OPERATIONS.read_text(encoding="utf-8")) if not name.endswith("_")}
    assert names <= known() | {series_name(name) for name in get_args(MetricName)}


def test_labels_in_queries_are_those_of_the_catalogue() -> None:
    """Grouping by a label that a series lacks would draw one line for all."""
    labels = {entry.label for entry in CATALOGUE.values()} | {"le", "instance"}
    for expression in expressions():
        for group in re.findall(r"by \(([^)]*)\)", expression):
            assert {label.strip() for label in group.split(",")} <= labels


def test_every_metric_is_measured_somewhere() -> None:
    """A name in the catalogue that no code uses would show nothing, for ever."""
    used: set[str] = set()
    for path in (path for package in SOURCES for path in (ROOT / package).rglob("*.py")):
        if path != ROOT / "grym" / "ports" / "metrics.py":
            used |= _strings(path)
    assert set(CATALOGUE) <= used


def _strings(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_workers_of_the_production_form_are_scraped() -> None:
    """Every service that runs a worker is named where Prometheus looks for targets, at the port it serves."""
    services = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    workers = {name: service for name, service in services.items() if "worker" in str(service.get("command", ""))}
    (job,) = yaml.safe_load(SCRAPING.read_text(encoding="utf-8"))["scrape_configs"]
    (targets,) = job["dns_sd_configs"]
    assert set(targets["names"]) == set(workers)
    assert {service["environment"]["GRYM_PORT"] for service in workers.values()} == {targets["port"]}


def test_the_dashboard_is_the_generated_one() -> None:
    """Every panel has a place of its own and at least one query."""
    text = DASHBOARD.read_text(encoding="utf-8")
    assert text == dashboard()
    panels = json.loads(text)["panels"]
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len(set(places)) == len(panels)
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(panel["targets"] for panel in panels if panel["type"] != "row")


def test_the_table_of_metrics_is_the_generated_one() -> None:
    """One row for each, between the marks."""
    assert OPERATIONS.read_text(encoding="utf-8") == with_table(OPERATIONS, "metrics", table())
    assert len(table().splitlines()) == len(CATALOGUE) + 2


def test_a_page_without_marks_is_refused() -> None:
    """Otherwise a table would silently never be brought up to date."""
    page = ROOT / "README.md"
    with pytest.raises(SystemExit, match=r"README\.md"):
        with_table(page, "metrics", "table")
