"""``grym analyze``: what is in a recording. Every file is looked at before anything is published."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grym.cli.command import command
from grym.cli.judging import ProfileOption, profile_data
from grym.cli.options import DeadlineOption, NoWaitOption, RequestIdOption, TenantOption, TimeoutOption, UserOption
from grym.cli.recordings import (
    FilesArgument,
    MaxSecondsOption,
    Recording,
    check_files,
    check_midi,
    check_plot,
    decode_once,
    id_of,
    inspected,
    kept,
    no_sound_yet,
    numbered,
    one_analysis_window,
)
from grym.cli.screen import Screen

if TYPE_CHECKING:
    from grym.runtime import Runtime
    from producers.status import RequestStatus
    from schemas.commands import RequestAnalysis

EmbeddingOption = Annotated[
    str, typer.Option("--embedding", help="How the sound becomes a vector: dsp, or a saved model.")
]
RecogniseOption = Annotated[
    bool, typer.Option("--recognise/--no-recognise", help="Look for known patterns in the sound.")
]
FullOption = Annotated[
    bool, typer.Option("--full", help="Also notes, sound shapes, curves, coefficients.", show_default=False)
]
PlotOption = Annotated[
    Path | None, typer.Option("--plot", metavar="FILE.png", help="Draw what was found.", show_default=False)
]
MidiOption = Annotated[
    Path | None,
    typer.Option("--midi", metavar="FILE.mid", help="Write the notes heard; needs --full.", show_default=False),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Files that are wanted beside the answer."""

    plot: Path | None
    midi: Path | None

    def of(self, number: int, count: int) -> "Wanted":
        """Return the files of one of several recordings."""
        plot, midi = (path and numbered(path, number, count) for path in (self.plot, self.midi))
        return Wanted(plot=plot, midi=midi)


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
    midi: MidiOption = None,
    plot: PlotOption = None,
    profile: ProfileOption = None,
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

    check_files(files, max_seconds=max_seconds)
    check_plot(plot)
    check_midi(midi, full=full)
    checked_timeout(timeout_s)
    wish = _wish(
        embedding=embedding,
        recognise=recognise,
        full=full,
        max_seconds=max_seconds,
        user=user,
        deadline_s=deadline_s,
        profile=profile_data(profile),
    )
    recordings = [
        _inspected(path, max_seconds=max_seconds, request_id=id_of(request_id, number, len(files)))
        for number, path in enumerate(files, start=1)
    ]
    _require_model(embedding)
    await _require_possible(wish)
    async with opened(to_work=True) as runtime:
        for recording in recordings:
            await decode_once(runtime, recording, max_seconds=max_seconds)
        ids = [await _publish(runtime, wish, recording, tenant=tenant) for recording in recordings]
        if no_wait:
            results = _unawaited(recordings, ids)
        else:
            wanted = Wanted(plot=plot, midi=midi)
            results = await _awaited(screen, runtime, recordings, ids, timeout_s=timeout_s, wanted=wanted)
    _show(screen, one_or_many(results))
    return exit_code_of_outcomes(results, waited=not no_wait)


def _wish(**options: Any) -> "RequestAnalysis":
    """Return the request without its sound, which is kept only when every file has proved usable."""
    from schemas.commands import RequestAnalysis

    return RequestAnalysis(audio=no_sound_yet(), **options)


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
    wanted: Wanted,
) -> list[dict[str, Any]]:
    from grym.cli.waiting import Awaited, wait_for

    awaited = [
        Awaited(request_id=name, kind="analyze", label=recording.path.name)
        for name, recording in zip(ids, recordings, strict=True)
    ]
    statuses = await wait_for(screen, runtime, awaited, timeout_s=timeout_s)
    return [
        await _finish(runtime, status, recording.path, wanted=wanted.of(number, len(recordings)))
        for number, (status, recording) in enumerate(zip(statuses, recordings, strict=True), start=1)
    ]


def _inspected(path: Path, *, max_seconds: float, request_id: str | None) -> Recording:
    needed = one_analysis_window(path, max_seconds=max_seconds)
    return inspected(path, max_seconds=max_seconds, request_id=request_id, least_samples=needed)


def _require_model(name: str) -> None:
    """Refuse a model that no worker of this machine has; on Kafka only the workers know."""
    from grym.ports.embedding import OWN_EMBEDDING
    from grym.settings import read_settings

    settings = read_settings()
    if name == OWN_EMBEDDING or settings.kafka is not None:
        return
    from grym.adapters.models.folders import require_model

    require_model(settings.models, name)


async def _require_possible(wish: "RequestAnalysis") -> None:
    from producers.asking import require_possible_wish

    await require_possible_wish(wish, request_id="new")


async def _publish(runtime: "Runtime", wish: "RequestAnalysis", recording: Recording, *, tenant: str) -> str:
    import msgspec

    asked = msgspec.structs.replace(wish, audio=await kept(runtime, recording))
    return (await runtime.client.analyze(asked, request_id=recording.request_id, tenant=tenant)).request_id


async def _finish(runtime: "Runtime", status: "RequestStatus", path: Path, *, wanted: Wanted) -> dict[str, Any]:
    from grym.cli.results import result_json

    result = result_json(status, file=str(path))
    if wanted.midi is not None and status.state == "completed":
        from grym.cli.transcriptions import write_midi

        result["midi"] = write_midi(result, wanted.midi)
    if wanted.plot is not None and status.state == "completed":
        from grym.cli.pictures import draw_recording

        result["plot"] = await draw_recording(runtime, path, result, wanted.plot)
    return result


def _show(screen: Screen, value: dict[str, Any]) -> None:
    if screen.json:
        screen.emit(value)
        return
    from grym.cli.recording_panels import recording_panel

    for result in value.get("results", [value]):
        screen.show(recording_panel(result))
