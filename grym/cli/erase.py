"""``grym erase``: a person's data goes, with what was derived from it; what stays is told with how long and why."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from grym.cli.command import command
from grym.cli.people import PersonTenantOption, desk
from grym.cli.screen import Screen

if TYPE_CHECKING:
    from grym.runtime.erasing import Report

PersonOption = Annotated[str, typer.Option("--user", metavar="ID", help="Whose data is to go.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only tell how much that would be.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "erase")(erase)


async def erase(
    screen: Screen, *, user: PersonOption, tenant: PersonTenantOption = "default", dry_run: DryRunOption = False
) -> None:
    """Erase a person: prompts, requests, ratings, taste, session, profiles, patterns of their own."""
    from grym.runtime.erasing import erase_person

    async with desk() as (runtime, people):
        report = await erase_person(runtime, people, user, tenant=tenant, dry_run=dry_run)
    if screen.json:
        facts = asdict(report)
        screen.emit({"user": user, "tenant": tenant, "dry_run": dry_run} | facts)
        return
    _show(screen, report, user, dry_run=dry_run)


def _show(screen: Screen, report: "Report", user: str, *, dry_run: bool) -> None:
    from rich import box
    from rich.table import Table

    done = "would be removed" if dry_run else "removed"
    table = Table(f"of {user}", done, box=box.SIMPLE, pad_edge=False)
    for name, count in report.removed.items():
        table.add_row(name, str(count))
    screen.show(table)
    if report.left:
        screen.show(f"{report.left} records are yet to be read by somebody; erase again to remove them, too")
    for one in report.remains:
        screen.show(f"stays until {one.until}: {one.what} ({one.why})")
