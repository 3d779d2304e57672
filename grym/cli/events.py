"""``grym events``: the log, as JSON lines for programs and as a causal chain for people."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from grym.cli.command import command
from grym.cli.options import RequestIdArgument
from grym.cli.screen import Screen
from grym.errors import AdapterError, ContractError, InvalidRequestError

if TYPE_CHECKING:
    from grym.runtime import Runtime
    from schemas.records import Record, TopicPartition

app = typer.Typer(help="What has happened, event by event.", no_args_is_help=True)

READ_AT_ONCE = 256
SHORT_ID = 8

TopicOption = Annotated[
    list[str] | None,
    typer.Option("--topic", help="Only this topic; may be repeated.", show_default=False),
]
BeginningOption = Annotated[
    bool, typer.Option("--from-beginning", help="Begin with the oldest event kept.", show_default=False)
]
LimitOption = Annotated[
    int | None, typer.Option("--limit", min=1, help="Stop after so many events.", show_default=False)
]
FileOption = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Write to a file instead.", show_default=False)
]


@command(app, "show")
async def show(screen: Screen, *, request_id: RequestIdArgument) -> None:
    """Show everything that happened to a request, each event under the one that caused it."""
    from grym.cli.waiting import opened

    async with opened() as runtime:
        records = await runtime.client.records(request_id)
    if not records:
        raise InvalidRequestError(
            f"the log holds no event of {request_id}", code="request.unknown", hint="`grym ls` lists the requests."
        )
    rows = causal_order([event_json(record) for record in records])
    if screen.json:
        for row in rows:
            screen.emit(row)
        return
    screen.show(_chain(rows))


@command(app, "tail")
async def tail(
    screen: Screen, *, topic: TopicOption = None, from_beginning: BeginningOption = False, limit: LimitOption = None
) -> None:
    """Print events as they are appended, until interrupted."""
    from grym.cli.waiting import opened

    topics = _topics(topic)
    async with opened() as runtime:
        from consumers.tail import tail as tail_of

        after = None if from_beginning else await runtime.backend.log.ends(topics)
        count = 0
        async for record in tail_of(runtime.backend.log, topics, after=after):
            _line(screen, event_json(record))
            count += 1
            if count == limit:
                return


@command(app, "export")
async def export(screen: Screen, *, topic: TopicOption = None, out: FileOption = None) -> None:
    """Write every event the log keeps as JSON lines, topic by topic."""
    from grym.cli.waiting import opened

    topics = _topics(topic)
    async with opened() as runtime:
        if out is None:
            await _export(runtime, topics, sys.stdout)
            return
        try:
            with out.open("w", encoding="utf-8") as file:
                count = await _export(runtime, topics, file)
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


async def _export(runtime: "Runtime", topics: tuple[str, ...], file: IO[str]) -> int:
    count = 0
    ends = await runtime.backend.log.ends(topics)
    for place, end in sorted(ends.items()):
        count += await _export_partition(runtime, place, end, file)
    return count


async def _export_partition(runtime: "Runtime", place: "TopicPartition", end: int, file: IO[str]) -> int:
    after = count = 0
    while after < end:
        records = await runtime.backend.log.read(place, after=after, limit=READ_AT_ONCE)
        if not records:
            break
        for record in records:
            file.write(msgspec.json.encode(event_json(record)).decode() + "\n")
        after = records[-1].position
        count += len(records)
    return count


def event_json(record: "Record") -> dict[str, Any]:
    """Return the contract's object of one record; one that cannot be understood says so and shows its text."""
    from schemas.envelope import peek, read_attributes

    try:
        named = read_attributes(record.headers)
    except ContractError:
        named = {}
    data, error = _data(record)
    row = {
        "id": named.get("ce_id", peek(record.headers, "ce_id")),
        "type": named.get("ce_type", peek(record.headers, "ce_type")),
        "source": named.get("ce_source", peek(record.headers, "ce_source")),
        "subject": named.get("ce_subject") or (record.key or b"").decode(errors="replace"),
        "time": record.appended_at,
        "correlation_id": named.get("ce_correlationid") or named.get("ce_subject", ""),
        "causation_id": named.get("ce_causationid", ""),
        "run": int(named.get("ce_runno", "1")) if named.get("ce_runno", "1").isascii() else 1,
        "topic": record.topic,
        "partition": record.partition,
        "position": record.position,
        "data": data,
    }
    return row if error is None else {**row, "error": error}


def _data(record: "Record") -> tuple[Any, str | None]:
    """Return the body as plain JSON values, and why it could not be read as such."""
    claim = next((value for name, value in record.headers if name == "grym_claim"), None)
    if claim is not None:
        return {"claim": claim.decode(errors="replace")}, None
    try:
        return msgspec.json.decode(record.value or b"null"), None
    except msgspec.MsgspecError:
        value = record.value or b""
        return {"hex": value[:64].hex(), "bytes": len(value)}, "the value is not JSON"


def causal_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return events so that each comes after the one that caused it, otherwise in the order given."""
    ids = {row["id"] for row in rows}
    waiting: dict[str, list[dict[str, Any]]] = {}
    ordered: list[dict[str, Any]] = []
    told: set[str] = set()

    def tell(row: dict[str, Any]) -> None:
        pending = [row]
        while pending:
            current = pending.pop(0)
            ordered.append(current)
            told.add(current["id"])
            pending += waiting.pop(current["id"], [])

    for row in rows:
        cause = row["causation_id"]
        if cause and cause in ids and cause not in told and cause != row["id"]:
            waiting.setdefault(cause, []).append(row)
        else:
            tell(row)
    for rest in list(waiting.values()):  # a circle that only foreign events could close
        ordered += rest
    return ordered


def depths(rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Return how many causes stand above each event, by id, for events in causal order."""
    found: dict[str, int] = {}
    for row in rows:
        found[row["id"]] = found.get(row["causation_id"], -1) + 1
    return found


def _topics(wanted: list[str] | None) -> tuple[str, ...]:
    from schemas.catalogue import BY_NAME, TOPICS

    for name in wanted or ():
        if name not in BY_NAME:
            raise InvalidRequestError(
                f"there is no topic {name!r}", code="log.topic", hint=f"Choose among: {', '.join(BY_NAME)}."
            )
    return tuple(wanted or [topic.name for topic in TOPICS])


def _line(screen: Screen, row: dict[str, Any]) -> None:
    if screen.json:
        screen.emit(row)
        return
    screen.out.print(f"{row['time']:%H:%M:%S.%f}  {row['type']}  {row['subject']}  {row['source']}", markup=False)


def _chain(rows: list[dict[str, Any]]) -> Any:
    """Return the story of a request: each event one step to the right of the one that caused it."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE, pad_edge=False)
    for heading, may_shrink in (("at", False), ("event", False), ("by", True), ("id", False), ("cause", False)):
        table.add_column(heading, no_wrap=True, overflow="ellipsis" if may_shrink else "fold")
    depth = depths(rows)
    begun = rows[0]["time"]
    for row in rows:
        after_s = (row["time"] - begun).total_seconds()
        name = " " * depth[row["id"]] + row["type"].removeprefix("grym.")
        by = row["source"].removeprefix("grym/")
        table.add_row(f"{after_s:.3f} s", name, by, row["id"][:SHORT_ID], row["causation_id"][:SHORT_ID])
    return table
