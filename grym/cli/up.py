"""``grym up``: runs processors until it is stopped, or until nothing is open."""

import asyncio
import signal
from typing import Annotated

import typer

from grym.cli.command import command
from grym.cli.screen import Screen
from grym.errors import InvalidRequestError

OnlyOption = Annotated[
    str | None,
    typer.Option(
        "--only", metavar="NAMES", help="Processors, separated by commas; all by default.", show_default=False
    ),
]
UntilIdleOption = Annotated[
    bool, typer.Option("--until-idle", help="Stop once nothing is left to do.", show_default=False)
]
PortOption = Annotated[int | None, typer.Option("--port", hidden=True)]


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "up")(up)


async def up(
    screen: Screen, *, only: OnlyOption = None, until_idle: UntilIdleOption = False, port: PortOption = None
) -> None:
    """Run processors in this process; several processes on one machine share the work."""
    from grym.cli.waiting import opened
    from grym.runtime import checked_names

    if port is not None:
        raise InvalidRequestError(
            "the web gateway is not in this version of grym", code="version.not_here", hint="Leave --port out."
        )
    wanted = None if only is None else [name.strip() for name in only.split(",") if name.strip()]
    names = checked_names(wanted)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with opened(to_work=True) as runtime:
        screen.note(f"running {', '.join(names)}" + (" until nothing is open" if until_idle else "; Ctrl-C stops"))
        await runtime.supervise(stop, only=names, until_idle=until_idle)
    if screen.json:
        screen.emit({"processors": list(names), "stopped": "asked" if stop.is_set() else "idle"})
    else:
        screen.note("stopped")
