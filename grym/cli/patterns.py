"""``grym patterns``: what pattern memory has heard, and what it makes of a sound."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from grym.cli.command import command
from grym.cli.options import DeadlineOption, NoWaitOption, RequestIdOption, TenantOption, TimeoutOption, UserOption
from grym.cli.recordings import (
    FilesArgument,
    MaxSecondsOption,
    Recording,
    check_files,
    check_plot,
    decode_once,
    id_of,
    inspected,
    kept,
    no_sound_yet,
    numbered,
)
from grym.cli.screen import Screen
from grym.errors import InvalidRequestError

if TYPE_CHECKING:
    from grym.runtime import Runtime
    from schemas.commands import RequestLearning, RequestRecognition

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

PlotOption = Annotated[
    Path | None,
    typer.Option("--plot", metavar="FILE.png", help="Draw the sound upon the surest match.", show_default=False),
]

Kind = Literal["learn", "recognise"]

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
    max_seconds: MaxSecondsOption = 3600.0,
    user: UserOption = "anonymous",
    tenant: TenantOption = "default",
    request_id: RequestIdOption = None,
    no_wait: NoWaitOption = False,
    timeout_s: TimeoutOption = None,
    deadline_s: DeadlineOption = 600.0,
) -> int:
    """Remember recordings, so that they are recognised; what is known already is heard again."""
    from schemas.commands import RequestLearning

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
    wishes = [_named(wish, path, name) for path in files]
    errand = Errand(kind="learn", files=files, wishes=wishes, tenant=tenant, request_id=request_id)
    results = await errand.perform(screen, wait=not no_wait, timeout_s=timeout_s)
    _show_learned(screen, results)
    return exit_code(results, wait=not no_wait)


@command(app, "recognise")
async def recognise(
    screen: Screen,
    *,
    files: FilesArgument,
    top: TopOption = 5,
    collection: CollectionOption = "default",
    plot: PlotOption = None,
    max_seconds: MaxSecondsOption = 3600.0,
    user: UserOption = "anonymous",
    tenant: TenantOption = "default",
    request_id: RequestIdOption = None,
    no_wait: NoWaitOption = False,
    timeout_s: TimeoutOption = None,
    deadline_s: DeadlineOption = 600.0,
) -> int:
    """Say which remembered recordings sound in a file, where, and how sure that is."""
    from schemas.commands import RequestRecognition

    wish = RequestRecognition(
        audio=no_sound_yet(),
        top=top,
        collection=collection,
        max_seconds=max_seconds,
        user=user,
        deadline_s=deadline_s,
    )
    check_plot(plot)
    errand = Errand(
        kind="recognise", files=files, wishes=[wish] * len(files), tenant=tenant, request_id=request_id, plot=plot
    )
    results = await errand.perform(screen, wait=not no_wait, timeout_s=timeout_s)
    _show_recognised(screen, results)
    return exit_code(results, wait=not no_wait)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Sound files, and what is asked about each."""

    kind: Kind
    files: list[Path]
    wishes: "Sequence[RequestLearning | RequestRecognition]"
    tenant: str
    request_id: str | None
    plot: Path | None = None

    async def perform(self, screen: Screen, *, wait: bool, timeout_s: float | None) -> list[dict[str, Any]]:
        """Look at every file, ask about all of them, wait, and return the results in order."""
        from grym.cli.waiting import checked_timeout, opened
        from producers.asking import require_possible_wish

        max_seconds = self.wishes[0].max_seconds
        check_files(self.files, max_seconds=max_seconds)
        checked_timeout(timeout_s)
        recordings = [
            inspected(path, max_seconds=max_seconds, request_id=id_of(self.request_id, number, len(self.files)))
            for number, path in enumerate(self.files, start=1)
        ]
        for wish in self.wishes:
            await require_possible_wish(wish, request_id="new")
        async with opened(to_work=True) as runtime:
            for recording in recordings:
                await decode_once(runtime, recording, max_seconds=max_seconds)
            ids = [
                await self._publish(runtime, wish, recording)
                for wish, recording in zip(self.wishes, recordings, strict=True)
            ]
            return await self._results(screen, runtime, ids, wait=wait, timeout_s=timeout_s)

    async def _publish(
        self, runtime: "Runtime", wish: "RequestLearning | RequestRecognition", recording: Recording
    ) -> str:
        import msgspec

        asked = msgspec.structs.replace(wish, audio=await kept(runtime, recording))
        ask: Any = runtime.client.learn if self.kind == "learn" else runtime.client.recognise
        ticket = await ask(asked, request_id=recording.request_id, tenant=self.tenant)
        return str(ticket.request_id)

    async def _results(
        self, screen: Screen, runtime: "Runtime", ids: list[str], *, wait: bool, timeout_s: float | None
    ) -> list[dict[str, Any]]:
        from grym.cli.results import pending_json, result_json
        from grym.cli.waiting import Awaited, wait_for

        pairs = list(zip(ids, self.files, strict=True))
        if not wait:
            return [pending_json(name, self.kind, file=str(path)) for name, path in pairs]
        awaited = [Awaited(request_id=name, kind=self.kind, label=path.name) for name, path in pairs]
        statuses = await wait_for(screen, runtime, awaited, timeout_s=timeout_s)
        results = [result_json(status, file=str(path)) for status, path in zip(statuses, self.files, strict=True)]
        if self.plot is not None:
            from grym.cli.pictures import draw_match

            for number, result in enumerate(results, start=1):
                result.update(await draw_match(runtime, result, numbered(self.plot, number, len(results))))
        return results


def exit_code(results: list[dict[str, Any]], *, wait: bool) -> int:
    """Return the exit code for results."""
    from grym.cli.results import exit_code_of_outcomes

    return exit_code_of_outcomes(results, waited=wait)


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


def _show_recognised(screen: Screen, results: list[dict[str, Any]]) -> None:
    from grym.cli.results import one_or_many

    if screen.json:
        screen.emit(one_or_many(results))
        return
    from grym.cli.pattern_tables import recognition_panel

    for result in results:
        screen.show(recognition_panel(result))


def _register_the_rest() -> None:
    """Add the commands of the modules beside this one."""
    from grym.cli import pattern_care, pattern_corrections, pattern_learning, pattern_library, pattern_reembedding

    pattern_library.register(app)
    pattern_corrections.register(app)
    pattern_learning.register(app)
    pattern_care.register(app)
    pattern_reembedding.register(app)


_register_the_rest()
