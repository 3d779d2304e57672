"""``grym describe``: a recording in words, by a model where one is configured, else written from the facts."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grym.cli.command import command
from grym.cli.options import DeadlineOption, RequestIdOption, TenantOption, TimeoutOption, UserOption
from grym.cli.recordings import MaxSecondsOption, check_files, decode_once, inspected, kept, one_analysis_window
from grym.cli.screen import Screen
from grym.errors import InvalidRequestError

if TYPE_CHECKING:
    from grym.runtime import Runtime
    from producers.status import RequestStatus

MAX_QUESTION_CHARACTERS = 2_000
ABOUT = ("request_id", "outcome", "file", "fault", "letter_id", "reason")
"""Keys of an analysis that are told again."""

FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", readable=False, help="WAV, AIFF, FLAC, Ogg, Opus or MP3.")
]
QuestionOption = Annotated[
    str, typer.Option("--question", help="What to say about it; by default everything.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "describe")(describe)


async def describe(
    screen: Screen,
    *,
    file: FileArgument,
    question: QuestionOption = "",
    max_seconds: MaxSecondsOption = 900.0,
    user: UserOption = "anonymous",
    tenant: TenantOption = "default",
    request_id: RequestIdOption = None,
    timeout_s: TimeoutOption = None,
    deadline_s: DeadlineOption = 600.0,
) -> int:
    """Say in words what is in a recording, or answer a question about it."""
    from grym.cli.results import exit_code_of_outcomes
    from grym.cli.waiting import Awaited, checked_timeout, opened, wait_for
    from schemas.commands import RequestAnalysis

    check_files([file], max_seconds=max_seconds)
    _check_question(question)
    checked_timeout(timeout_s)
    needed = one_analysis_window(file, max_seconds=max_seconds)
    recording = inspected(file, max_seconds=max_seconds, request_id=request_id, least_samples=needed)
    async with opened(to_work=True) as runtime:
        await decode_once(runtime, recording, max_seconds=max_seconds)
        sound = await kept(runtime, recording)
        asked = RequestAnalysis(audio=sound, max_seconds=max_seconds, user=user, deadline_s=deadline_s)
        request = await runtime.client.analyze(asked, request_id=request_id, tenant=tenant)
        awaited = Awaited(request_id=request.request_id, kind="analyze", label=file.name)
        (status,) = await wait_for(screen, runtime, [awaited], timeout_s=timeout_s)
        result = await _told(runtime, status, file, question, max_seconds=max_seconds)
    _show(screen, result)
    return exit_code_of_outcomes([result])


def _check_question(question: str) -> None:
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise InvalidRequestError(
            f"a question has at most {MAX_QUESTION_CHARACTERS} characters", code="request.question", hint="Shorten it."
        )


async def _told(
    runtime: "Runtime", status: "RequestStatus", path: Path, question: str, *, max_seconds: float
) -> dict[str, Any]:
    """Return the object of the command: words where the analysis was made, why not otherwise."""
    from grym.cli.results import result_json

    analysis = result_json(status, file=str(path))
    about = {name: value for name, value in analysis.items() if name in ABOUT}
    empty: dict[str, Any] = {"text": None, "model": None, "facts": {}, "question": question or None, "fallback": None}
    if status.state != "completed" or analysis["quality"] is None:
        return {**about, **empty}
    from grym.cli.faults import error_json
    from grym.runtime.describing import tell

    told = await tell(runtime, path, analysis, question, max_seconds=max_seconds)
    words = {"text": told.description.text, "model": told.description.model, "facts": told.facts}
    return {**about, **empty, **words, "fallback": told.fallback and error_json(told.fallback)}


def _show(screen: Screen, result: dict[str, Any]) -> None:
    if screen.json:
        screen.emit(result)
        return
    from rich.panel import Panel
    from rich.text import Text

    from grym.cli.panels import outcome_panel

    if result["text"] is None:
        screen.show(outcome_panel(result))
        return
    if result["fallback"]:
        screen.note(f"Written from the facts, since the describer failed: {result['fallback']['error']['message']}")
    panel = Panel(Text(result["text"]), title=result["file"], subtitle=result["model"], title_align="left")
    screen.show(panel)
