"""What memory learned, drawn for people."""

from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from grym.cli.panels import facts_table
from grym.cli.pattern_tables import ID_CHARACTERS


def relations_table(value: dict[str, Any]) -> RenderableType:
    """Return how a pattern stands to others."""
    if not value["relations"]:
        return Text(f"{value['name'] or value['pattern_id']}: no relations")
    table = Table("relation", "strength", "steps", "to", "pattern", box=box.SIMPLE, pad_edge=False)
    for one in value["relations"]:
        strength, steps = f"{one['strength']:.2f}", str(one["steps"])
        table.add_row(one["kind"], strength, steps, one["name"] or "–", one["pattern_id"][:ID_CHARACTERS])
    return table


def active_table(rows: list[dict[str, Any]]) -> RenderableType:
    """Return what is active, most active first."""
    table = Table("pattern", "name", "kind", "activity", "heard", "last", box=box.SIMPLE, pad_edge=False)
    for row in rows:
        last = f"{row['last_heard_at']:%Y-%m-%d %H:%M}"
        activity = f"{row['activity']:.2f}"
        table.add_row(
            row["pattern_id"][:ID_CHARACTERS], row["name"] or "–", row["kind"], activity, str(row["count"]), last
        )
    return table


def metrics_panel(value: dict[str, Any]) -> RenderableType:
    """Return how well recognition does by what people said."""
    rows = [
        ("verdicts", f"{value['verdicts']} of {value['people']} people, {value['spread']} spread"),
        ("told", f"{value['told']}, of which {value['told_right']} right"),
        ("missed", str(value["missed"])),
        ("right answers", _share(value["accuracy"])),
        ("without learning", _share(value["accuracy_without_learning"])),
        ("fewer errors", _share(value["improvement"])),
        ("right categories", _share(value["categories"])),
        ("right places", _share(value["places"])),
        ("over time", " ".join(_share(share) for share in value["curve"]) or "–"),
    ]
    table = Table("context", "verdicts", "mastery", box=box.SIMPLE, pad_edge=False)
    for name, one in value["contexts"].items():
        table.add_row(name, str(one["exposures"]), one["mastery"])
    parts = [facts_table(rows), *([table] if table.row_count else [])]
    return Panel(Group(*parts), title=f"learning in {value['collection']}", title_align="left", expand=False)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"
