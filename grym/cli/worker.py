"""``grym worker``: one processor as a member of its group, the production form."""

from typing import Annotated

import typer

from grym.cli.command import command
from grym.cli.screen import Screen

NAMES = "coordinator, enhancing, features, generation, learning, live, patterns, quality or sessions"
"""Written down, since the processors themselves take long to load (a test compares)."""

ProcessorArgument = Annotated[str, typer.Argument(metavar="PROCESSOR", help=f"Which one to run: {NAMES}.")]
PortOption = Annotated[
    int | None,
    typer.Option("--port", min=0, max=65_535, help="Serve health and metrics there; GRYM_PORT by default."),
]


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "worker")(worker)


async def worker(screen: Screen, *, processor: ProcessorArgument, port: PortOption = None) -> None:
    """Run one processor until stopped; any number of such workers share the work.

    A worker of generation makes pieces too. Each also competes for what one process of all does: timers, sending what
    was decided, sweeping.
    """
    from grym.cli.running import run_processors
    from grym.runtime import checked_names

    names = checked_names([processor])
    await run_processors(screen, names, kind=processor, port=port)
