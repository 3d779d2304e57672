"""``grym export``: the sound of a finished piece in other formats."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from grym.cli.command import command
from grym.cli.exporting import FormatOption, SampleRateOption
from grym.cli.options import OutOption, RequestIdArgument
from grym.cli.screen import Screen
from grym.errors import InvalidRequestError

if TYPE_CHECKING:
    from grym.runtime import Runtime

USUAL_FORMAT = "flac"


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "export")(export)


async def export(
    screen: Screen,
    *,
    request_id: RequestIdArgument,
    formats: FormatOption = None,
    sample_rate: SampleRateOption = None,
    out: OutOption = None,
) -> int:
    """Write mix and stems of a finished piece as wav, flac, mp3, ogg or opus, with its facts inside."""
    from grym.cli.delivery import default_folder, require_folder
    from grym.cli.exporting import export_piece, wanted
    from grym.cli.faults import DONE
    from grym.cli.waiting import opened

    wishes = wanted(formats or [USUAL_FORMAT], sample_rate)
    if out is not None:
        require_folder(out)
    async with opened() as runtime:
        found = await runtime.client.status(request_id)
        if found.kind != "compose" or found.state != "completed" or not found.result.get("audio"):
            raise InvalidRequestError(
                f"{request_id} has no sound to export",
                code="export.no_sound",
                hint="`grym status` says where it stands; a piece of the backend score has no sound.",
            )
        folder = out or default_folder(found.result["plan"]["title"], request_id)
        require_folder(folder)
        result = {**found.result, "request_id": request_id}
        exports = await export_piece(result, await _stored(runtime, found.result), folder, wishes)
    if screen.json:
        screen.emit({"request_id": request_id, "exports": exports})
    else:
        for one in exports:
            screen.show(f"{one['audio']} ({one['format']}, {one['sample_rate_hz']} Hz, {len(one['stems'])} stems)")
    return DONE


async def _stored(runtime: "Runtime", result: dict[str, Any]) -> dict[str, Path]:
    """Return the WAV files of a piece where the store keeps them, by their names without suffix."""
    from grym.cli.delivery import planned_files

    return {
        name.removesuffix(".wav"): await runtime.artifacts.local_path(ref)
        for name, ref in planned_files(result).items()
        if name.endswith(".wav")
    }
