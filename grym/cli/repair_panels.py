"""A repaired recording drawn for people: what was wrong, what was done, and what came of it."""

from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from grym.cli.panels import outcome_panel

Result = dict[str, Any]

UNITS = {
    "lufs": "LUFS",
    "dbtp": "dBTP",
    "dbfs": "dBFS",
    "db": "dB",
    "hz": "Hz",
    "per_s": "1/s",
}
COLOURS = {"kept": "green", "undone": "yellow", "planned": "cyan", "clean": "dim"}
WORDS = {"kept": "repaired", "undone": "tried and undone", "planned": "would be repaired", "clean": "nothing to repair"}


def repair_panel(result: Result) -> RenderableType:
    """Return the panel of a repair, whatever became of it."""
    if result["outcome"] != "completed":
        return outcome_panel(result)
    # Under `grym status`, steps are those of the request.
    repairs = result["repairs"] if "repairs" in result else result["steps"]
    parts: list[RenderableType] = [_steps(repairs), _measures(result["before"], result["after"])]
    if isinstance(result.get("audio"), str):
        parts.append(Text(f"{result['kept']}: {result['audio']}"))
    return Panel(Group(*parts), title=str(result.get("file", "")), title_align="left", expand=False)


def _steps(steps: list[Result]) -> Table:
    table = Table("stage", "round", "", "found", box=box.SIMPLE)
    for step in steps:
        word = Text(WORDS[step["outcome"]], style=COLOURS[step["outcome"]])
        told = step["why"] or ", ".join(named(name, value) for name, value in step["found"].items())
        table.add_row(step["stage"], str(step["round"]), word, told)
    return table


def _measures(before: Result, after: Result) -> Table:
    table = Table("measure", "before", "after", box=box.SIMPLE)
    for name, value in before.items():
        table.add_row(name.replace("_", " "), number(value), number(after.get(name)))
    return table


def named(name: str, value: float) -> str:
    """Return a measure in words: ``hum level -45.2 dBFS`` for ``hum_level_dbfs``."""
    for ending, unit in UNITS.items():
        if name.endswith(f"_{ending}"):
            return f"{name.removesuffix(f'_{ending}').replace('_', ' ')} {number(value)} {unit}"
    return f"{name.replace('_', ' ')} {number(value)}"


def number(value: float | None) -> str:
    """Return a number in four digits; a dash for none."""
    return "–" if value is None else f"{value:.4g}"
