"""``grym events``: the log, as JSON lines for programs and as a causal chain for people; archives of it."""

import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import msgspec
import typer

from grym.cli.command import command
from grym.cli.event_rows import causal_order, chain, event_row, show_line
from grym.cli.instants import instant
from grym.cli.options import RequestIdArgument
from grym.cli.screen import Screen
from grym.errors import AdapterError, InvalidRequestError

if TYPE_CHECKING:
    from datetime import datetime

    from grym.runtime import Runtime
    from schemas.records import Record, TopicPartition

app = typer.Typer(help="What has happened, event by event.", no_args_is_help=True)

READ_AT_ONCE = 256
TopicOption = Annotated[
    list[str] | None,
    typer.Option("--topic", "--topics", help="Only this topic; may be repeated.", show_default=False),
]
BeginningOption = Annotated[
    bool, typer.Option("--from-beginning", help="Begin with the oldest event kept.", show_default=False)
]
LimitOption = Annotated[
    int | None, typer.Option("--limit", min=1, help="Stop after so many events.", show_default=False)
]
FollowOption = Annotated[
    bool, typer.Option("--follow/--no-follow", help="Wait for events to come, or stop at the newest one.")
]
TypeOption = Annotated[
    list[str] | None,
    typer.Option("--type", help="Only events whose type holds this text; may be repeated.", show_default=False),
]
SourceOption = Annotated[
    str | None, typer.Option("--source", help="Only events written by this source.", show_default=False)
]
SubjectOption = Annotated[
    str | None, typer.Option("--request", help="Only events of this request.", show_default=False)
]
BeginOption = Annotated[
    str | None,
    typer.Option("--from", metavar="T", help="Since an instant, or 90s, 15m, 2h, 7d ago.", show_default=False),
]
EndOption = Annotated[
    str | None,
    typer.Option("--to", metavar="T", help="Until an instant, or 90s, 15m, 2h, 7d ago.", show_default=False),
]
FileOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Write plain JSON lines to a file instead.", show_default=False),
]
ArchiveArgument = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="Archive to write; without it JSON lines are printed.")
]
ArtifactsOption = Annotated[
    bool, typer.Option("--artifacts", help="Put what the events refer to into the archive, too.", show_default=False)
]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace a file that is there already.", show_default=False)]
ImportArgument = Annotated[Path, typer.Argument(metavar="FILE", help="Archive to read.")]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Verify the archive and tell what would be imported.", show_default=False)
]
AgainOption = Annotated[
    bool, typer.Option("--again", help="Bring them as work: requests and commands run again.", show_default=False)
]


@command(app, "show")
async def show(screen: Screen, *, request_id: RequestIdArgument) -> None:
    """Show everything that happened to a request, each event under the one that caused it."""
    from grym.cli.waiting import opened

    async with opened() as runtime:
        records = await runtime.client.records(request_id)
        rows = causal_order([await event_row(runtime, record) for record in records])
    if not rows:
        raise InvalidRequestError(
            f"the log holds no event of {request_id}", code="request.unknown", hint="`grym ls` lists the requests."
        )
    if screen.json:
        for row in rows:
            screen.emit(row)
        return
    screen.show(chain(rows))


@command(app, "tail")
async def tail(
    screen: Screen,
    *,
    topic: TopicOption = None,
    from_beginning: BeginningOption = False,
    limit: LimitOption = None,
    follow: FollowOption = True,
    type_: TypeOption = None,
    source: SourceOption = None,
    request: SubjectOption = None,
    begin: BeginOption = None,
) -> None:
    """Print events in the order in which they were appended, and then as they come, until interrupted."""
    from grym.cli.leaving import while_read
    from grym.cli.waiting import opened

    topics, since = _topics(topic), instant(begin)
    wanted = _filter(type_, source, request)
    async with opened() as runtime, while_read(sys.stdout):
        count = 0
        async for record in _tailed(runtime, topics, since=since, from_beginning=from_beginning, follow=follow):
            if not wanted(record):
                continue
            show_line(screen, await event_row(runtime, record))
            count += 1
            if count == limit:
                return


async def _tailed(
    runtime: "Runtime", topics: tuple[str, ...], *, since: "datetime | None", from_beginning: bool, follow: bool
) -> AsyncIterator["Record"]:
    """Yield what is there from the place asked for, and then what comes."""
    from consumers.spans import followed, merged, positions_before

    log = runtime.backend.log
    ends = await log.ends(topics)
    after = ends
    if from_beginning:
        after = {}
    elif since is not None:
        after = await positions_before(log, topics, since)
    records = followed(log, topics, after=after) if follow else merged(log, after=after, upto=ends)
    async for record in records:
        yield record


def _filter(types: list[str] | None, source: str | None, request: str | None) -> Callable[["Record"], bool]:
    from schemas.envelope import peek

    def wanted(record: "Record") -> bool:
        headers = record.headers
        fits_type = not types or any(text in peek(headers, "ce_type") for text in types)
        subject = peek(headers, "ce_subject") or (record.key or b"").decode(errors="replace")
        fits_request = request in {None, subject, peek(headers, "ce_correlationid")}
        return fits_type and fits_request and source in {None, peek(headers, "ce_source")}

    return wanted


@command(app, "export")
async def export(
    screen: Screen,
    *,
    file: ArchiveArgument = None,
    topic: TopicOption = None,
    begin: BeginOption = None,
    end: EndOption = None,
    artifacts: ArtifactsOption = False,
    force: ForceOption = False,
    out: FileOption = None,
) -> None:
    """Write events into an archive that `import` reads, or as JSON lines, topic by topic."""
    from grym.cli.waiting import opened

    topics, span = _topics(topic), (instant(begin), instant(end))
    if file is not None:
        from grym.cli.archives import export_archive

        if out is not None:
            raise InvalidRequestError(
                "--out writes JSON lines, FILE an archive", code="usage.export", hint="Give one of them."
            )
        await export_archive(screen, file, topics, span, artifacts=artifacts, force=force)
        return
    async with opened() as runtime:
        if out is None:
            await _export(runtime, topics, span, sys.stdout)
            return
        try:
            with out.open("w", encoding="utf-8") as lines:
                count = await _export(runtime, topics, span, lines)
        except OSError as error:
            raise AdapterError(
                f"{out} cannot be written: {error.strerror}",
                code="files.write_failed",
                hint="Name a file in a folder that is writable and has room.",
            ) from error
    if screen.json:
        screen.emit({"file": str(out), "events": count})
    else:
        screen.note(f"{count} events written to {out}")


@command(app, "import")
async def import_(
    screen: Screen,
    *,
    file: ImportArgument,
    topic: TopicOption = None,
    again: AgainOption = False,
    dry_run: DryRunOption = False,
) -> None:
    """Bring the events of an archive as history, which nobody works on; what the log has already is left out."""
    from grym.cli.archives import import_archive

    topics = frozenset(_topics(topic)) if topic else None
    await import_archive(screen, file, topics, again=again, dry_run=dry_run)


Span = tuple["datetime | None", "datetime | None"]


async def _export(runtime: "Runtime", topics: tuple[str, ...], span: Span, file: IO[str]) -> int:
    from consumers.spans import positions_before

    begin, end = span
    log = runtime.backend.log
    ends = await (log.ends(topics) if end is None else positions_before(log, topics, end))
    begins = {} if begin is None else await positions_before(log, topics, begin)
    count = 0
    for place, last in sorted(ends.items()):
        count += await _export_partition(runtime, place, begins.get(place, 0), last, file)
    return count


async def _export_partition(runtime: "Runtime", place: "TopicPartition", after: int, end: int, file: IO[str]) -> int:
    count = 0
    while after < end:
        records = await runtime.backend.log.read(place, after=after, limit=READ_AT_ONCE)
        for record in records:
            if record.position > end:
                return count
            file.write(msgspec.json.encode(await event_row(runtime, record)).decode() + "\n")
            count += 1
        after = records[-1].position if records else end
    return count


def _topics(wanted: list[str] | None) -> tuple[str, ...]:
    """Return the topics asked for, each by itself or several with commas; all of them for none."""
    from schemas.catalogue import BY_NAME, TOPICS

    names = [name.strip() for words in wanted or () for name in words.split(",")]
    for name in names:
        if name not in BY_NAME:
            raise InvalidRequestError(
                f"there is no topic {name!r}", code="log.topic", hint=f"Choose among: {', '.join(BY_NAME)}."
            )
    return tuple(names or [topic.name for topic in TOPICS])
