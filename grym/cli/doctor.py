"""``grym doctor``: what is here, what is missing, and the command that would add it."""

from typing import TYPE_CHECKING

import msgspec
import typer

from grym.cli.command import command
from grym.cli.faults import DONE, UNREACHABLE
from grym.cli.screen import Screen

if TYPE_CHECKING:
    from grym.cli.health import Check
    from grym.settings import SettingRow


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "doctor")(doctor)


async def doctor(screen: Screen) -> int:
    """Check this machine: Python, disk, database, SoundFont, libraries, and every setting with its source."""
    from grym.cli.health import OPTIONAL, all_checks
    from grym.settings import read_settings

    settings = read_settings()
    checks = await all_checks(settings)
    rows = settings.rows()
    if screen.json:
        table = [{"name": row.name, "value": row.value, "source": row.source, "about": row.about} for row in rows]
        screen.emit({"checks": msgspec.to_builtins(checks), "settings": table})
    else:
        _draw(screen, checks, rows)
    return DONE if all(check.ok or check.name in OPTIONAL for check in checks) else UNREACHABLE


def _draw(screen: Screen, checks: "list[Check]", rows: "list[SettingRow]") -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE, show_header=False, pad_edge=False)
    for check in checks:
        mark = Text("✓", style="green") if check.ok else Text("✗", style="red")
        remedy = (f"\n{check.remedy}" if check.remedy else "", "dim")
        table.add_row(mark, check.name, Text.assemble(check.detail, remedy))
    screen.show(table)
    settings = Table("setting", "value", "from", "meaning", box=box.SIMPLE, pad_edge=False)
    for row in rows:
        settings.add_row(row.name, row.value or Text("–", style="dim"), row.source, row.about)
    screen.show(settings)
