"""``grym analyze``: what is in a recording. Every file is looked at before anything is published."""

from dataclasses import dataclass
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

PLAIN_FORMATS = frozenset({"WAV", "WAVEX", "AIFF"})
PLAIN_ENCODINGS = frozenset({"PCM_U8", "PCM_S8", "PCM_16", "PCM_24", "PCM_32"})

CHECK_START_S = 30.0
CHECK_S_PER_MINUTE = 4.0
"""Decoding a minute takes some 0.1 s; forty times that means that the decoder hangs."""

NO_SOUND_YET = f"artifact://sha256/{'0' * 64}"
"""Stands for the sound while the rest of the request is checked; the address of nothing, and never sent."""

FilesArgument = Annotated[
    list[Path], typer.Argument(metavar="FILE…", readable=False, help="WAV, AIFF, FLAC, Ogg, Opus or MP3.")
]
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
    from grym.cli.results import exit_code_of_outcomes, one_or_many
    from grym.cli.waiting import checked_timeout, opened

    _check_limits(max_seconds, plot=plot, files=files)
    checked_timeout(timeout_s)
    wish = _wish(
        embedding=embedding,
        recognise=recognise,
        full=full,
        max_seconds=max_seconds,
        user=user,
        deadline_s=deadline_s,
    )
    recordings = [
        _inspected(path, max_seconds=max_seconds, request_id=_id_of(request_id, number, len(files)))
        for number, path in enumerate(files, start=1)
    ]
    await _require_possible(wish)
    async with opened(to_work=True) as runtime:
        for recording in recordings:
            await _decode_once(runtime, recording, max_seconds=max_seconds)
        ids = [await _publish(runtime, wish, recording, tenant=tenant) for recording in recordings]
        if no_wait:
            results = _unawaited(recordings, ids)
        else:
            results = await _awaited(screen, runtime, recordings, ids, timeout_s=timeout_s, plot=plot)
    _show(screen, one_or_many(results))
    return exit_code_of_outcomes(results, waited=not no_wait)


def _wish(**options: Any) -> "RequestAnalysis":
    """Return the request without its sound, which is kept only when every file has proved usable."""
    from schemas.body import ArtifactRef
    from schemas.commands import RequestAnalysis

    return RequestAnalysis(audio=ArtifactRef(uri=NO_SOUND_YET, size_bytes=0, media_type=""), **options)


def _unawaited(recordings: "list[Recording]", ids: list[str]) -> list[dict[str, Any]]:
    from grym.cli.results import pending_json

    return [
        pending_json(name, "analyze", file=str(recording.path)) for name, recording in zip(ids, recordings, strict=True)
    ]


async def _awaited(
    screen: Screen,
    runtime: "Runtime",
    recordings: "list[Recording]",
    ids: list[str],
    *,
    timeout_s: float | None,
    plot: Path | None,
) -> list[dict[str, Any]]:
    from grym.cli.waiting import Awaited, wait_for

    awaited = [
        Awaited(request_id=name, kind="analyze", label=recording.path.name)
        for name, recording in zip(ids, recordings, strict=True)
    ]
    statuses = await wait_for(screen, runtime, awaited, timeout_s=timeout_s)
    return [
        await _finish(runtime, status, recording.path, plot=_plot_of(plot, number, len(recordings)))
        for number, (status, recording) in enumerate(zip(statuses, recordings, strict=True), start=1)
    ]


def _check_limits(max_seconds: float, *, plot: Path | None, files: list[Path]) -> None:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A file whose kind, header and size are acceptable.

    Parameters
    ----------
    must_be_decoded
        Whether only decoding shows that the file is whole and holds numbers: true of everything but integer PCM,
        whose length in bytes says it all.
    """

    path: Path
    length_s: float
    must_be_decoded: bool
    request_id: str | None


def _inspected(path: Path, *, max_seconds: float, request_id: str | None) -> Recording:
    from grym.adapters.audio_files import inspect
    from grym.domain.stft import framing_for

    info = inspect(path, max_seconds=max_seconds)
    needed = framing_for(info.sample_rate_hz).n_fft
    if info.length_samples < needed:
        raise InvalidAudioError(
            f"{path.name} has {info.length_samples} samples; {needed} are one analysis window",
            code="audio.too_short",
            hint="Send at least a tenth of a second of sound.",
            details={"file": path.name, "length_samples": info.length_samples, "needed_samples": needed},
        )
    is_plain = info.format_name in PLAIN_FORMATS and info.encoding in PLAIN_ENCODINGS
    return Recording(path=path, length_s=info.duration_s, must_be_decoded=not is_plain, request_id=request_id)


async def _require_possible(wish: "RequestAnalysis") -> None:
    from producers.asking import require_possible_wish

    await require_possible_wish(wish, request_id="new")


async def _decode_once(runtime: "Runtime", recording: Recording, *, max_seconds: float) -> None:
    """Decode a file in a worker process, so that damage beyond the header is refused before anything is published."""
    if not recording.must_be_decoded:
        return
    path = recording.path
    timeout_s = CHECK_START_S + CHECK_S_PER_MINUTE * recording.length_s / 60.0
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


async def _publish(runtime: "Runtime", wish: "RequestAnalysis", recording: Recording, *, tenant: str) -> str:
    import msgspec

    media_type = MEDIA_TYPES.get(recording.path.suffix.lower(), "audio/*")
    audio = await runtime.client.keep_sound(recording.path, media_type=media_type)
    asked = msgspec.structs.replace(wish, audio=audio)
    return (await runtime.client.analyze(asked, request_id=recording.request_id, tenant=tenant)).request_id


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
