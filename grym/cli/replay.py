"""``grym replay``: a span of the log decided again by today's code, and what differs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grym.cli.command import command
from grym.cli.instants import instant
from grym.cli.screen import Screen
from grym.errors import InvalidRequestError

if TYPE_CHECKING:
    from consumers.replay import Report
    from consumers.replay.run import Sink, Watch
    from schemas.records import Message

NOTE_EVERY = 1_000
"""Inputs between two lines of progress."""

SPEEDS = "1x, 10x, 0.5x or max"

FromOption = Annotated[str, typer.Option("--from", metavar="T", help="An instant, or 90s, 15m, 2h, 7d ago.")]
ToOption = Annotated[str, typer.Option("--to", metavar="T", help="An instant, a time ago, or now.")]
TopicsOption = Annotated[
    list[str] | None,
    typer.Option("--topics", help="Only compare outputs in these topics; commas or repeated.", show_default=False),
]
ProcessorsOption = Annotated[
    list[str] | None,
    typer.Option("--processors", help="Only these processors; commas or repeated.", show_default=False),
]
IntoOption = Annotated[
    str | None,
    typer.Option(
        "--into",
        metavar="NAME",
        help="Keep today's outputs as an archive of topics shadow.NAME.… in GRYM_HOME/shadow.",
        show_default=False,
    ),
]
SpeedOption = Annotated[str, typer.Option("--speed", help=f"How fast: {SPEEDS}.")]
AuditOption = Annotated[
    bool,
    typer.Option("--audit", help="Make facts again, too: plans, proposals, what memory answers.", show_default=False),
]
ImportedOption = Annotated[
    bool,
    typer.Option("--imported", help="What imports brought, in the time of its own log.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "replay")(replay)


async def replay(
    screen: Screen,
    *,
    begin: FromOption,
    end: ToOption = "now",
    topics: TopicsOption = None,
    processors: ProcessorsOption = None,
    into: IntoOption = None,
    speed: SpeedOption = "max",
    audit: AuditOption = False,
    imported: ImportedOption = False,
) -> None:
    """Decide a span of the log again in a shadow and compare; nothing live is touched."""
    from grym.cli.waiting import opened
    from grym.runtime.replaying import ReplayWish
    from grym.runtime.replaying import replay as run

    began, ended = instant(begin), instant(end)
    assert began is not None
    assert ended is not None
    wish = ReplayWish(
        begin=began,
        end=ended,
        topics=_topics(topics),
        processors=_words(processors),
        speed=speed_of(speed),
        audit=audit,
        imported=imported,
    )
    name = _name(into)
    async with opened() as runtime:
        wish = replace(wish, plans_are_facts=runtime.settings.llm is not None)
        file = runtime.settings.home / "shadow" / f"{name}.grym" if name else None
        with _shadow_archive(file, name) as sink:
            report = await run(
                wish,
                live=runtime.backend,
                artifacts=runtime.artifacts,
                clock=runtime.clock,
                sink=sink,
                watch=_watch(screen),
            )
    told = report.to_json() | ({"into": str(file)} if file else {})
    if screen.json:
        screen.emit(told)
        return
    _draw(screen, told)


def speed_of(text: str) -> float | None:
    """Return how many seconds of a span go by in a second; None for ``max``.

    Raises
    ------
    InvalidRequestError
        ``replay.speed``.
    """
    if text == "max":
        return None
    found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,6})?)x?", text)
    speed = float(found[1]) if found else 0.0
    if not speed:
        raise InvalidRequestError(f"{text!r} is no speed", code="replay.speed", hint=f"Write {SPEEDS}.")
    return speed


def _words(options: list[str] | None) -> tuple[str, ...] | None:
    """Return the words of an option that may be repeated or hold commas."""
    words = tuple(word.strip() for words in options or () for word in words.split(",") if word.strip())
    return words or None


def _topics(options: list[str] | None) -> tuple[str, ...] | None:
    from schemas.catalogue import BY_NAME

    names = _words(options)
    for name in names or ():
        if name not in BY_NAME:
            raise InvalidRequestError(
                f"there is no topic {name!r}", code="log.topic", hint=f"Choose among: {', '.join(BY_NAME)}."
            )
    return names


def _name(into: str | None) -> str:
    """Return the name of a shadow run, which becomes part of a file's name; empty where it has none."""
    if into is not None and not re.fullmatch(r"[a-zA-Z0-9][\w.-]{0,63}", into, re.ASCII):
        raise InvalidRequestError(
            f"{into!r} is no name of a shadow run", code="replay.name", hint="Use letters, digits, dots and hyphens."
        )
    return into or ""


@contextmanager
def _shadow_archive(file: Path | None, name: str) -> "Iterator[Sink | None]":
    """Give what keeps today's outputs in an archive, which is complete when the block ends well."""
    if file is None:
        yield None
        return
    from consumers.archive.exporting import Archivist
    from consumers.archive.lines import FORMAT, Opening
    from grym import __version__
    from grym.adapters.archive_files import writing
    from schemas.records import Record

    file.parent.mkdir(parents=True, exist_ok=True)
    with writing(file, force=False) as write:
        archivist = Archivist(write)
        archivist.open(Opening(format=FORMAT, grym=__version__, topics=(f"shadow.{name}.*",)))

        async def keep(message: "Message", at: datetime) -> None:
            await archivist.add(
                Record(
                    topic=f"shadow.{name}.{message.topic}",
                    partition=0,
                    position=archivist.tally.records + 1,
                    key=message.key,
                    headers=message.headers,
                    value=message.value,
                    appended_at=at,
                )
            )

        yield keep
        archivist.close()


def _watch(screen: Screen) -> "Watch":
    """Return what tells now and then how far the replay is."""
    noted = 0

    def watch(report: "Report", at: datetime) -> None:
        nonlocal noted
        if report.read - noted >= NOTE_EVERY:
            noted = report.read
            screen.note(f"{noted} inputs read, up to {at:%Y-%m-%d %H:%M:%S}")

    return watch


def _draw(screen: Screen, told: dict[str, Any]) -> None:
    """Draw the counts by processor, then the differences."""
    from rich import box
    from rich.table import Table

    table = Table("processor", "same", "missing", "extra", "changed", box=box.SIMPLE, pad_edge=False)
    for name, counts in told["processors"].items():
        table.add_row(name, *(str(counts.get(kind, 0)) for kind in ("same", "missing", "extra", "changed")))
    screen.show(table)
    skipped = ", ".join(f"{count} {reason.replace('_', ' ')}" for reason, count in told["skipped"].items())
    screen.show(
        f"{told['read']} inputs read, {told['replayed']} decided again; {told['partial']} keys began before the span"
        + (f"; left out: {skipped}" if skipped else "")
    )
    for difference in told["differences"]:
        screen.show(
            f"{difference['kind']} {difference['type']} of {difference['subject']} {difference['error']}".rstrip()
        )
        for change in difference["changes"]:
            screen.show(f"    {change['path']}: {change['was']} → {change['now']}")
    for name, score in told["scores"].items():
        screen.show(f"{name}: {score['count']} moved by {score['p50']:.3g} (median), {score['max']:.3g} at most")
    screen.show("today's code decides the same" if told["equal"] else "today's code decides differently")
