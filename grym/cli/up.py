"""``grym up``: runs processors until it is stopped, or until nothing is open."""

from typing import Annotated

import typer

from grym.cli.command import command
from grym.cli.screen import Screen
from grym.cli.worker import PortOption

OnlyOption = Annotated[
    str | None,
    typer.Option(
        "--only", metavar="NAMES", help="Processors, separated by commas; all by default.", show_default=False
    ),
]
UntilIdleOption = Annotated[
    bool, typer.Option("--until-idle", help="Stop once nothing is left to do.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "up")(up)


async def up(
    screen: Screen, *, only: OnlyOption = None, until_idle: UntilIdleOption = False, port: PortOption = None
) -> None:
    """Run processors in this process; several processes share the work, on Kafka those of other machines too."""
    from grym.cli.running import run_processors
    from grym.runtime import checked_names

    wanted = None if only is None else [name.strip() for name in only.split(",") if name.strip()]
    await run_processors(screen, checked_names(wanted), kind="up", port=port, until_idle=until_idle)
