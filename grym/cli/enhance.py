"""``grym enhance``: a damaged recording becomes a better one, or stays as it is, and it is said why."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grym.cli.command import command
from grym.cli.options import DeadlineOption, NoWaitOption, RequestIdOption, TenantOption, TimeoutOption, UserOption
from grym.cli.recordings import (
    MaxSecondsOption,
    Recording,
    check_files,
    check_plot,
    decode_once,
    inspected,
    kept,
    no_sound_yet,
)
from grym.cli.screen import Screen
from grym.errors import InvalidRequestError

if TYPE_CHECKING:
    from grym.runtime import Runtime
    from producers.status import RequestStatus
    from schemas.commands import RequestEnhancement

FORMATS = {".wav": "wav", ".flac": "flac", ".mp3": "mp3", ".ogg": "ogg", ".oga": "ogg", ".opus": "opus"}
"""How a file is written, by how its name ends."""

FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", readable=False, help="WAV, AIFF, FLAC, Ogg, Opus or MP3.")
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help="Where the better of the two goes: .wav, .flac, .ogg, .opus or .mp3.",
        show_default=False,
    ),
]
StagesOption = Annotated[
    str | None,
    typer.Option(
        "--stages",
        metavar="NAMES",
        help="Only these repairs, such as declip,hum; eq and deess only where named.",
        show_default=False,
    ),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only tell what is wrong.", show_default=False)]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace FILE of --out.", show_default=False)]
PlotOption = Annotated[
    Path | None, typer.Option("--plot", metavar="FILE.png", help="Draw before and after.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "enhance")(enhance)


async def enhance(
    screen: Screen,
    *,
    file: FileArgument,
    out: OutOption = None,
    stages: StagesOption = None,
    dry_run: DryRunOption = False,
    overwrite: OverwriteOption = False,
    plot: PlotOption = None,
    max_seconds: MaxSecondsOption = 900.0,
    user: UserOption = "anonymous",
    tenant: TenantOption = "default",
    request_id: RequestIdOption = None,
    no_wait: NoWaitOption = False,
    timeout_s: TimeoutOption = None,
    deadline_s: DeadlineOption = 3600.0,
) -> int:
    """Repair a recording: clipping, clicks, hum, rumble, noise; what is clean is left alone."""
    from grym.cli.results import exit_code_of_outcomes, pending_json
    from grym.cli.waiting import checked_timeout, opened

    check_files([file], max_seconds=max_seconds)
    check_plot(plot)
    check_out(out, source=file, overwrite=overwrite, needed=not (dry_run or no_wait))
    checked_timeout(timeout_s)
    wish = _wish(
        stages=tuple(name.strip() for name in stages.split(",")) if stages else (),
        dry_run=dry_run,
        max_seconds=max_seconds,
        user=user,
        deadline_s=deadline_s,
    )
    recording = inspected(file, max_seconds=max_seconds, request_id=request_id)
    _require_channels(recording, out)
    await _require_possible(wish)
    async with opened(to_work=True) as runtime:
        await decode_once(runtime, recording, max_seconds=max_seconds)
        name = await _publish(runtime, wish, recording, tenant=tenant)
        if no_wait:
            result = pending_json(name, "enhance", file=str(file))
        else:
            result = await _awaited(screen, runtime, name, file, timeout_s=timeout_s, out=out, plot=plot)
    _show(screen, result)
    return exit_code_of_outcomes([result], waited=not no_wait)


def check_out(out: Path | None, *, source: Path, overwrite: bool, needed: bool) -> None:
    """Refuse a place where no sound can be written.

    Raises
    ------
    InvalidRequestError
        ``request.out``.
    """
    if out is None:
        if needed:
            raise _refusal("the better sound has no place to go", "Name a file with --out, or add --dry-run.")
        return
    if out.suffix.lower() not in FORMATS:
        raise _refusal(f"{out.name} does not end like sound", f"End it with one of: {', '.join(FORMATS)}.")
    if out.is_dir() or not out.parent.is_dir():
        raise _refusal(f"{out} cannot become a file", "Name a file in a folder that exists.")
    if out.exists() and source.exists() and out.samefile(source):
        raise _refusal("--out is the recording itself", "Name another file; the original is never overwritten.")
    if out.exists() and not overwrite:
        raise _refusal(f"{out.name} exists", "Name another file, or add --overwrite.")


def _refusal(message: str, hint: str) -> InvalidRequestError:
    return InvalidRequestError(message, code="request.out", hint=hint)


def _require_channels(recording: Recording, out: Path | None) -> None:
    """Refuse a format that does not take as many channels as the recording has."""
    from grym.adapters.audio_files import inspect

    channels = inspect(recording.path, max_seconds=float("inf")).channels
    if out is not None and channels > 2 and FORMATS[out.suffix.lower()] == "mp3":  # noqa: PLR2004 (stereo)
        raise _refusal(f"MP3 holds one or two channels, not {channels}", "Choose .wav or .flac.")


def _wish(**options: Any) -> "RequestEnhancement":
    from schemas.commands import RequestEnhancement

    return RequestEnhancement(audio=no_sound_yet(), **options)


async def _require_possible(wish: "RequestEnhancement") -> None:
    from producers.asking import require_possible_wish

    await require_possible_wish(wish, request_id="new")


async def _publish(runtime: "Runtime", wish: "RequestEnhancement", recording: Recording, *, tenant: str) -> str:
    import msgspec

    asked = msgspec.structs.replace(wish, audio=await kept(runtime, recording))
    return (await runtime.client.enhance(asked, request_id=recording.request_id, tenant=tenant)).request_id


async def _awaited(
    screen: Screen,
    runtime: "Runtime",
    request_id: str,
    file: Path,
    *,
    timeout_s: float | None,
    out: Path | None,
    plot: Path | None,
) -> dict[str, Any]:
    from grym.cli.waiting import Awaited, wait_for

    awaited = [Awaited(request_id=request_id, kind="enhance", label=file.name)]
    (status,) = await wait_for(screen, runtime, awaited, timeout_s=timeout_s)
    return await _finish(runtime, status, file, out=out, plot=plot)


async def _finish(
    runtime: "Runtime", status: "RequestStatus", file: Path, *, out: Path | None, plot: Path | None
) -> dict[str, Any]:
    """Write the better sound and the picture, and return the result with their paths."""
    from grym.cli.results import result_json

    result = result_json(status, file=str(file))
    if status.state != "completed":
        return result
    better = await _better(runtime, result, file)
    if out is not None:
        await write_sound(runtime, better, out, original=file)
    if plot is not None:
        from grym.cli.pictures import draw_repair

        result["plot"] = await draw_repair(runtime, file, better, result, plot)
    return {**result, "audio": None if out is None else str(out)}


async def _better(runtime: "Runtime", result: dict[str, Any], file: Path) -> Path:
    """Return the file that was kept: the original, or the repaired one where the store keeps it."""
    from grym.cli.delivery import reference

    return file if result["audio"] is None else await runtime.artifacts.local_path(reference(result["audio"]))


async def write_sound(runtime: "Runtime", source: Path, target: Path, *, original: Path) -> None:
    """Write a sound in the format of its target's name; byte for byte where that is the one it has."""
    from grym.adapters.audio_export import export_timeout_s, export_whole
    from grym.cli.delivery import copy_file

    same = source.suffix.lower() == target.suffix.lower() or (source != original and target.suffix.lower() == ".wav")
    if same:
        copy_file(source, target)
        return
    format_name = FORMATS[target.suffix.lower()]
    await runtime.cpu.run(export_whole, source, target, format_name, timeout_s=export_timeout_s(source))


def _show(screen: Screen, value: dict[str, Any]) -> None:
    if screen.json:
        screen.emit(value)
        return
    from grym.cli.repair_panels import repair_panel

    screen.show(repair_panel(value))
