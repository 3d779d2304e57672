"""Running processors until a signal comes: what ``grym up`` and ``grym worker`` share."""

import asyncio
import signal

from grym.cli.screen import Screen


async def run_processors(
    screen: Screen, names: tuple[str, ...], *, kind: str, port: int | None = None, until_idle: bool = False
) -> None:
    """Run processors until SIGTERM or SIGINT, or until nothing is open, and say so.

    Parameters
    ----------
    names
        The processors.
    kind
        What this process is among its like: their names are told apart.
    port
        Where health and metrics are served; None takes that of the settings, and serves nothing where there is none.

    Raises
    ------
    UnavailableError
        When a server cannot be reached at the start; one that goes away later is waited for.
    """
    from grym.cli.waiting import opened
    from grym.runtime.names import COMPUTING
    from grym.runtime.topics import require_topics
    from grym.settings import read_settings

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await require_topics(read_settings())
    async with opened(to_work=not COMPUTING.isdisjoint(names), kind=kind) as runtime:
        screen.note(f"running {', '.join(names)}" + (" until nothing is open" if until_idle else "; Ctrl-C stops"))
        chosen = runtime.settings.port if port is None else port
        await runtime.supervise(stop, only=names, until_idle=until_idle, port=chosen)
    if screen.json:
        screen.emit({"processors": list(names), "stopped": "asked" if stop.is_set() else "idle"})
    else:
        screen.note("stopped")
