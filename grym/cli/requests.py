"""``grym status``, ``cancel`` and ``ls``: requests, where they stand, and how to end one."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grym.cli.command import command
from grym.cli.options import OutOption, RequestIdArgument, TimeoutOption
from grym.cli.screen import Screen
from grym.errors import PermanentError

if TYPE_CHECKING:
    from grym.runtime import Runtime
    from producers.status import RequestStatus

LimitOption = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many requests at most.")]
AheadOption = Annotated[
    bool,
    typer.Option("--ahead", help="Cancel a request that has not arrived: it ends as it comes.", show_default=False),
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Kept in the log with the cancellation.")]

STATE_STYLES = {"completed": "green", "running": "cyan", "accepted": "cyan", "cancelled": "yellow"}

ID_COLUMNS = 64
"""Made-up ids have 36 characters; a longer one of somebody else is cut, so that the other columns stay."""


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    command(app, "status")(status)
    command(app, "cancel")(cancel)
    command(app, "ls")(ls)


async def status(screen: Screen, *, request_id: RequestIdArgument, out: OutOption = None) -> int:
    """Show where a request stands, step by step, and its full result; `--out` writes its files again."""
    from grym.cli.faults import DONE, ENDED_OTHERWISE
    from grym.cli.results import status_json
    from grym.cli.waiting import opened

    async with opened() as runtime:
        found = await runtime.client.status(request_id)
        value = status_json(found, **await _files(runtime, found, out))
    code = DONE if found.accepted else ENDED_OTHERWISE
    if screen.json:
        screen.emit(value)
        return code
    from grym.cli.panels import steps_table

    if not found.accepted and found.fault is not None:
        screen.show(f"not accepted: dead letter {found.letter_id} ({found.fault.code})")
    else:
        screen.show(steps_table(value))
    if found.over:
        screen.show(_result_panel(found.kind, value))
    return code


def _result_panel(kind: str, value: dict[str, Any]) -> Any:
    from grym.cli import panels, pattern_tables, recording_panels, repair_panels

    drawn: dict[str, Callable[[dict[str, Any]], Any]] = {
        "compose": panels.piece_panel,
        "analyze": recording_panels.recording_panel,
        "learn": lambda one: pattern_tables.learned_table([one]),
        "recognise": pattern_tables.recognition_panel,
        "enhance": repair_panels.repair_panel,
        "listen": panels.stream_panel,
        "change": lambda one: pattern_tables.change_lines([one]),
    }
    return drawn[kind](value)


async def _files(runtime: "Runtime", found: "RequestStatus", out: Path | None) -> dict[str, Any]:
    """Return paths for the artifacts of a completed piece: in `out`, or where the store keeps them."""
    if found.kind != "compose" or found.state != "completed":
        return {}
    from grym.cli.delivery import deliver, planned_files, stored_paths

    if out is not None:
        return await deliver(runtime.artifacts, found.result, out)
    paths: dict[str, Path] = {}
    for name, ref in planned_files(found.result).items():
        try:
            paths[name] = await runtime.artifacts.local_path(ref)
        except PermanentError:
            if not found.imported:  # an archive may come without its artifacts
                raise
    return stored_paths(paths)


async def cancel(
    screen: Screen,
    *,
    request_id: RequestIdArgument,
    ahead: AheadOption = False,
    reason: ReasonOption = "asked",
    timeout_s: TimeoutOption = 60.0,
) -> int:
    """End a request now."""
    from grym.cli.faults import DONE, GAVE_UP_WAITING
    from grym.cli.results import status_json
    from grym.cli.waiting import checked_timeout, opened

    checked_timeout(timeout_s)
    async with opened() as runtime:
        if ahead:
            await runtime.client.cancel(request_id, reason=reason)
            _tell_ahead(screen, request_id)
            return DONE
        found = await runtime.client.status(request_id)
        if not found.over:
            await runtime.client.cancel(request_id, reason=reason)
            async with runtime.working(only=("coordinator",)):
                found = await runtime.client.wait(request_id, timeout_s=timeout_s)
    if screen.json:
        screen.emit(status_json(found))
    else:
        screen.show(f"{request_id} is {found.state.replace('_', ' ')}")
    return DONE if found.over else GAVE_UP_WAITING


def _tell_ahead(screen: Screen, request_id: str) -> None:
    if screen.json:
        screen.emit({"request_id": request_id, "outcome": "pending", "state": "expected"})
    else:
        screen.show(f"{request_id} will be cancelled as it arrives")


async def ls(screen: Screen, *, limit: LimitOption = 50) -> None:
    """List requests, those changed last first."""
    from grym.cli.waiting import opened

    async with opened() as runtime:
        found = await runtime.client.requests(limit=limit)
    rows = [
        {
            "request_id": one.request_id,
            "kind": one.kind,
            "state": one.state,
            "run": one.run,
            "created_at": one.created_at,
            "style": one.style,
            "imported": one.imported,
        }
        for one in found
    ]
    if screen.json:
        screen.emit({"requests": rows})
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    if not found:
        screen.show("no requests")
        return
    table = Table(box=box.SIMPLE, pad_edge=False)
    table.add_column("request", no_wrap=True, overflow="ellipsis", max_width=ID_COLUMNS)
    for heading in ("kind", "state", "run", "since", "style"):
        table.add_column(heading, no_wrap=heading == "since")
    for one in found:
        since = "" if one.created_at is None else f"{one.created_at:%Y-%m-%d %H:%M:%S}"
        state = Text(one.state.replace("_", " "), style=STATE_STYLES.get(one.state, "red"))
        if one.imported:
            state.append(" (imported)", style="dim")
        table.add_row(one.request_id, one.kind, state, str(one.run), since, one.style)
    screen.show(table)
