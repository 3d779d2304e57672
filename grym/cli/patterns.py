"""``grym patterns``: what pattern memory has heard, and what it makes of a sound."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grym.cli.command import command
from grym.cli.options import DeadlineOption, NoWaitOption, RequestIdOption, TenantOption, TimeoutOption, UserOption
from grym.cli.recordings import (
    FileArgument,
    FilesArgument,
    MaxSecondsOption,
    Recording,
    check_files,
    decode_once,
    id_of,
    inspected,
    kept,
    no_sound_yet,
)
from grym.cli.screen import Screen
from grym.errors import InvalidRequestError

if TYPE_CHECKING:
    from grym.runtime import Runtime
    from producers.status import RequestStatus
    from schemas.commands import RequestLearning

app = typer.Typer(help="Pattern memory: learn recordings, recognise them, and look after them.", no_args_is_help=True)

NameOption = Annotated[
    str | None, typer.Option("--name", help="What it is called; by default the name of the file.", show_default=False)
]
TagOption = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="NAME[=VALUE]", help="Said of it; may be repeated.", show_default=False),
]
CategoryOption = Annotated[
    str, typer.Option("--category", help="Such as harmonic, rhythmic, melodic.", show_default=False)
]
CollectionOption = Annotated[str, typer.Option("--collection", help="Part of memory; each is searched by itself.")]
TopOption = Annotated[int, typer.Option("--top", help="How many matches at most.")]

SAID = "yes"
"""Value of a tag that is only a word."""


@command(app, "learn")
async def learn(
    screen: Screen,
    *,
    files: FilesArgument,
    name: NameOption = None,
    tag: TagOption = None,
    category: CategoryOption = "",
    collection: CollectionOption = "default",
    max_seconds: MaxSecondsOption = 900.0,
    user: UserOption = "anonymous",
    tenant: TenantOption = "default",
    request_id: RequestIdOption = None,
    no_wait: NoWaitOption = False,
    timeout_s: TimeoutOption = None,
    deadline_s: DeadlineOption = 600.0,
) -> int:
    """Remember recordings, so that they are recognised; what is known already is heard again."""
    from grym.cli.results import exit_code_of_outcomes
    from grym.cli.waiting import checked_timeout, opened
    from schemas.commands import RequestLearning

    check_files(files, max_seconds=max_seconds)
    checked_timeout(timeout_s)
    if name is not None and len(files) > 1:
        raise InvalidRequestError(
            "one name cannot stand for several files", code="request.name", hint="Leave --name out, or learn one file."
        )
    wish = RequestLearning(
        audio=no_sound_yet(),
        tags=tags_of(tag),
        category=category,
        collection=collection,
        max_seconds=max_seconds,
        user=user,
        deadline_s=deadline_s,
    )
    recordings = [
        inspected(path, max_seconds=max_seconds, request_id=id_of(request_id, number, len(files)))
        for number, path in enumerate(files, start=1)
    ]
    wishes = [_named(wish, path, name) for path in files]
    for one in wishes:
        await _require_possible(one)
    async with opened(to_work=True) as runtime:
        for recording in recordings:
            await decode_once(runtime, recording, max_seconds=max_seconds)
        ids = [
            await _publish(runtime, one, recording, tenant=tenant)
            for one, recording in zip(wishes, recordings, strict=True)
        ]
        results = await _results(screen, runtime, recordings, ids, kind="learn", wait=not no_wait, timeout_s=timeout_s)
    _show_learned(screen, results)
    return exit_code_of_outcomes(results, waited=not no_wait)


@command(app, "recognise")
async def recognise(
    screen: Screen,
    *,
    file: FileArgument,
    top: TopOption = 5,
    collection: CollectionOption = "default",
    max_seconds: MaxSecondsOption = 900.0,
    user: UserOption = "anonymous",
    tenant: TenantOption = "default",
    request_id: RequestIdOption = None,
    no_wait: NoWaitOption = False,
    timeout_s: TimeoutOption = None,
    deadline_s: DeadlineOption = 600.0,
) -> int:
    """Say which remembered recordings sound in a file, where, and how sure that is."""
    from grym.cli.results import exit_code_of_outcomes
    from grym.cli.waiting import checked_timeout, opened
    from schemas.commands import RequestRecognition

    check_files([file], max_seconds=max_seconds)
    checked_timeout(timeout_s)
    wish = RequestRecognition(
        audio=no_sound_yet(),
        top=top,
        collection=collection,
        max_seconds=max_seconds,
        user=user,
        deadline_s=deadline_s,
    )
    recording = inspected(file, max_seconds=max_seconds, request_id=request_id)
    await _require_possible(wish)
    async with opened(to_work=True) as runtime:
        await decode_once(runtime, recording, max_seconds=max_seconds)
        ids = [await _publish(runtime, wish, recording, tenant=tenant)]
        [result] = await _results(
            screen, runtime, [recording], ids, kind="recognise", wait=not no_wait, timeout_s=timeout_s
        )
    _show_recognised(screen, result)
    return exit_code_of_outcomes([result], waited=not no_wait)


def tags_of(words: list[str] | None) -> dict[str, str]:
    """Return tags by name out of words such as ``mood=calm`` or ``live``.

    Raises
    ------
    InvalidRequestError
        ``request.tags`` for a word without a name.
    """
    tags: dict[str, str] = {}
    for word in words or ():
        name, equals, value = word.partition("=")
        if not name:
            raise InvalidRequestError(
                f"{word!r} is a tag without a name", code="request.tags", hint="Write NAME=VALUE, or one word."
            )
        tags[name] = value if equals else SAID
    return tags


def _named(wish: "RequestLearning", path: Path, name: str | None) -> "RequestLearning":
    import msgspec

    shown = path.stem.encode(errors="replace").decode()
    return msgspec.structs.replace(wish, name=shown[:200] if name is None else name)


async def _require_possible(wish: Any) -> None:
    from producers.asking import require_possible_wish

    await require_possible_wish(wish, request_id="new")


async def _publish(runtime: "Runtime", wish: Any, recording: Recording, *, tenant: str) -> str:
    import msgspec

    from schemas.commands import RequestLearning

    asked = msgspec.structs.replace(wish, audio=await kept(runtime, recording))
    ask = runtime.client.learn if isinstance(wish, RequestLearning) else runtime.client.recognise
    return (await ask(asked, request_id=recording.request_id, tenant=tenant)).request_id


async def _results(
    screen: Screen,
    runtime: "Runtime",
    recordings: list[Recording],
    ids: list[str],
    *,
    kind: str,
    wait: bool,
    timeout_s: float | None,
) -> list[dict[str, Any]]:
    from grym.cli.results import pending_json, result_json
    from grym.cli.waiting import Awaited, wait_for

    pairs = list(zip(ids, recordings, strict=True))
    if not wait:
        return [pending_json(name, kind, file=str(recording.path)) for name, recording in pairs]
    awaited = [Awaited(request_id=name, kind=kind, label=recording.path.name) for name, recording in pairs]
    statuses: list[RequestStatus] = await wait_for(screen, runtime, awaited, timeout_s=timeout_s)
    return [
        result_json(status, file=str(recording.path)) for status, recording in zip(statuses, recordings, strict=True)
    ]


def _show_learned(screen: Screen, results: list[dict[str, Any]]) -> None:
    from grym.cli.results import one_or_many

    value = one_or_many(results)
    if len(results) > 1:
        value = {"learned": [one for result in results for one in result["learned"]], **value}
    if screen.json:
        screen.emit(value)
        return
    from grym.cli.pattern_tables import learned_table

    screen.show(learned_table(results))


def _show_recognised(screen: Screen, result: dict[str, Any]) -> None:
    if screen.json:
        screen.emit(result)
        return
    from grym.cli.pattern_tables import recognition_panel

    screen.show(recognition_panel(result))


def _register_the_rest() -> None:
    """Add the commands of the modules beside this one."""
    from grym.cli import pattern_library

    pattern_library.register(app)


_register_the_rest()
