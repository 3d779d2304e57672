"""``grym analyze``: what is in a recording. Every file is looked at before anything is published."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grym.cli.command import command
from grym.cli.options import DeadlineOption, NoWaitOption, RequestIdOption, TenantOption, TimeoutOption, UserOption
from grym.cli.screen import Screen
from grym.errors import AdapterError, InvalidAudioError, InvalidRequestError

if TYPE_CHECKING:
    from grym.runtime import Runtime
    from producers.status import RequestStatus
    from schemas.commands import RequestAnalysis

MAX_LIMIT_S = 4 * 3600.0
"""Longest sound that `--max-seconds` may allow; four hours as float32 stereo are 5 GB, which no worker holds."""

MEDIA_TYPES = {
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/opus",
    ".mp3": "audio/mpeg",
    ".aiff": "audio/aiff",
    ".aif": "audio/aiff",
}

CHECK_START_S = 30.0
CHECK_S_PER_MINUTE = 4.0
"""Decoding a minute takes some 0.1 s; forty times that means that the decoder hangs."""

FilesArgument = Annotated[list[str], typer.Argument(metavar="FILE…", help="WAV, AIFF, FLAC, Ogg, Opus or MP3.")]
EmbeddingOption = Annotated[str, typer.Option("--embedding", help="How the sound becomes a vector: dsp.")]
RecogniseOption = Annotated[
    bool, typer.Option("--recognise/--no-recognise", help="Look for known patterns in the sound.")
]
FullOption = Annotated[bool, typer.Option("--full", help="Keep the embedding's values.", show_default=False)]
PlotOption = Annotated[
    Path | None, typer.Option("--plot", metavar="FILE.png", help="Draw what was found.", show_default=False)
]
MaxSecondsOption = Annotated[float, typer.Option("--max-seconds", help="Longest sound that is accepted, in seconds.")]


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "analyze")(analyze)


async def analyze(
    screen: Screen,
    *,
    files: FilesArgument,
    embedding: EmbeddingOption = "dsp",
    recognise: RecogniseOption = True,
    full: FullOption = False,
    plot: PlotOption = None,
    max_seconds: MaxSecondsOption = 900.0,
    user: UserOption = "anonymous",
    tenant: TenantOption = "default",
    request_id: RequestIdOption = None,
    no_wait: NoWaitOption = False,
    timeout_s: TimeoutOption = None,
    deadline_s: DeadlineOption = 600.0,
) -> int:
    """Find tempo, beats, key, loudness, sections, known patterns and faults in recordings."""
    from grym.cli.results import exit_code_of_outcomes, one_or_many, pending_json
    from grym.cli.waiting import Awaited, checked_timeout, opened, wait_for
    from schemas.body import ArtifactRef
    from schemas.commands import RequestAnalysis

    _check_limits(max_seconds, plot=plot, files=files)
    checked_timeout(timeout_s)
    paths = [Path(name) for name in files]
    lengths_s = [_inspected(path, max_seconds=max_seconds) for path in paths]
    wish = RequestAnalysis(
        audio=ArtifactRef(uri="", size_bytes=0, media_type=""),
        embedding=embedding,
        recognise=recognise,
        full=full,
        max_seconds=max_seconds,
        user=user,
        deadline_s=deadline_s,
    )
    await _require_possible(wish)
    async with opened(to_work=True) as runtime:
        for path, length_s in zip(paths, lengths_s, strict=True):
            await _decode_once(runtime, path, length_s=length_s, max_seconds=max_seconds)
        ids = [
            await _publish(runtime, wish, path, request_id=_id_of(request_id, number, len(paths)), tenant=tenant)
            for number, path in enumerate(paths, start=1)
        ]
        if no_wait:
            results = [pending_json(name, "analyze", file=str(path)) for name, path in zip(ids, paths, strict=True)]
        else:
            awaited = [
                Awaited(request_id=name, kind="analyze", label=path.name) for name, path in zip(ids, paths, strict=True)
            ]
            statuses = await wait_for(screen, runtime, awaited, timeout_s=timeout_s)
            results = [
                await _finish(runtime, status, path, plot=_plot_of(plot, number, len(paths)))
                for number, (status, path) in enumerate(zip(statuses, paths, strict=True), start=1)
            ]
    _show(screen, one_or_many(results))
    return exit_code_of_outcomes(results, waited=not no_wait)


def _check_limits(max_seconds: float, *, plot: Path | None, files: list[str]) -> None:
    if not 0 < max_seconds <= MAX_LIMIT_S:
        raise InvalidRequestError(
            f"--max-seconds lies between 0 and {MAX_LIMIT_S:g}",
            code="request.max_seconds",
            hint="Leave it out to accept a quarter of an hour.",
        )
    if plot is not None and (plot.is_dir() or not plot.parent.exists()):
        raise InvalidRequestError(
            f"{plot} cannot become a picture", code="request.plot", hint="Name a file in a folder that exists."
        )
    if len(set(files)) != len(files):
        raise InvalidRequestError("a file is named twice", code="request.files", hint="Name every file once.")


def _inspected(path: Path, *, max_seconds: float) -> float:
    """Return the declared length in seconds of a file whose kind, header and size are acceptable."""
    from grym.adapters.audio_files import inspect

    return inspect(path, max_seconds=max_seconds).duration_s


async def _require_possible(wish: "RequestAnalysis") -> None:
    from producers.client import require_possible_wish

    await require_possible_wish(wish, request_id="new")


async def _decode_once(runtime: "Runtime", path: Path, *, length_s: float, max_seconds: float) -> None:
    """Decode a file in a worker process, so that damage beyond the header is refused before anything is published."""
    timeout_s = CHECK_START_S + CHECK_S_PER_MINUTE * length_s / 60.0
    try:
        await runtime.cpu.run(decodable, path, max_seconds, timeout_s=timeout_s)
    except AdapterError as error:
        raise InvalidAudioError(
            f"{path.name} could not be decoded: {error.message}",
            code="audio.unreadable",
            hint="Convert it to WAV or FLAC with another program first.",
            details={"file": path.name},
        ) from error


def decodable(path: Path, max_seconds: float) -> None:
    """Decode a file and keep nothing; runs in a worker process.

    Raises
    ------
    InvalidAudioError
        When the file cannot be used to its end.
    """
    from grym.adapters.audio_files import read_signal

    read_signal(path, max_seconds=max_seconds)


async def _publish(
    runtime: "Runtime", wish: "RequestAnalysis", path: Path, *, request_id: str | None, tenant: str
) -> str:
    import msgspec

    audio = await runtime.client.keep_sound(path, media_type=MEDIA_TYPES.get(path.suffix.lower(), "audio/*"))
    ticket = await runtime.client.analyze(
        msgspec.structs.replace(wish, audio=audio), request_id=request_id, tenant=tenant
    )
    return ticket.request_id


def _id_of(request_id: str | None, number: int, count: int) -> str | None:
    from producers.identity import variation_id

    return request_id if request_id is None or count == 1 else variation_id(request_id, number)


def _plot_of(plot: Path | None, number: int, count: int) -> Path | None:
    return plot if plot is None or count == 1 else plot.with_name(f"{plot.stem}-{number}{plot.suffix}")


async def _finish(runtime: "Runtime", status: "RequestStatus", path: Path, *, plot: Path | None) -> dict[str, Any]:
    from grym.cli.results import result_json

    result = result_json(status, file=str(path))
    if plot is not None and status.state == "completed":
        from grym.cli.pictures import draw_recording

        result["plot"] = await draw_recording(runtime, path, result, plot)
    return result


def _show(screen: Screen, value: dict[str, Any]) -> None:
    if screen.json:
        screen.emit(value)
        return
    from grym.cli.panels import recording_panel

    for result in value.get("results", [value]):
        screen.show(recording_panel(result))
