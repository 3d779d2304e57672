"""``grym topics``: the catalogue on the brokers."""

from typing import TYPE_CHECKING

import msgspec
import typer

from grym.cli.command import command
from grym.cli.screen import Screen

if TYPE_CHECKING:
    from grym.runtime.topics import TopicRow

app = typer.Typer(help="The topics of the catalogue, and what the brokers have of them.", no_args_is_help=True)


@command(app, "create")
async def create(screen: Screen) -> None:
    """Create the topics that the brokers lack; what is there is left as it is, and differences are told."""
    from grym.runtime.topics import create_topics
    from grym.settings import read_settings

    _show(screen, await create_topics(read_settings()))


@command(app, "ls")
async def ls(screen: Screen) -> None:
    """List the topics, and how those of the brokers differ from the catalogue."""
    from grym.runtime.topics import list_topics
    from grym.settings import read_settings

    _show(screen, await list_topics(read_settings()))


def _show(screen: Screen, rows: "list[TopicRow]") -> None:
    if screen.json:
        screen.emit({"topics": msgspec.to_builtins(rows)})
        return
    from rich import box
    from rich.table import Table

    table = Table("topic", "key", "partitions", "days kept", "state", box=box.SIMPLE, pad_edge=False)
    for row in rows:
        days = "for ever" if row.retention_s is None else f"{row.retention_s / 86_400:g}"
        table.add_row(row.name, row.key, str(row.partitions), days, "; ".join(row.differences) or row.state)
    screen.show(table)
