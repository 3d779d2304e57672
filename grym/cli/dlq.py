"""``grym dlq``: dead letters, and what is done about them."""

import getpass
import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grym.cli.command import command
from grym.cli.screen import Screen
from grym.errors import InvalidRequestError

if TYPE_CHECKING:
    from grym.ports.work import Letter
    from grym.runtime import Runtime

app = typer.Typer(
    help="Dead letters: what could not be processed, and sending it on its way again.", no_args_is_help=True
)

MAX_LETTERS = 10_000
HEX_HEAD_BYTES = 256
UNITS_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}

IdsArgument = Annotated[list[str] | None, typer.Argument(metavar="[ID…]", help="Letters; without any, all open ones.")]
WhereOption = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="FIELD=VALUE",
        help="Only letters of this class, code, processor, topic, type or request; may be repeated.",
        show_default=False,
    ),
]
SinceOption = Annotated[
    str | None,
    typer.Option(
        "--since", help="Only letters of the last 90s, 15m, 2h or 7d, or since an instant.", show_default=False
    ),
]
RateOption = Annotated[
    float | None, typer.Option("--rate", min=0.001, help="Letters a second at most.", show_default=False)
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only tell what would happen.", show_default=False)]
AllOption = Annotated[bool, typer.Option("--all", help="Redriven and discarded letters too.", show_default=False)]
ReasonOption = Annotated[str, typer.Option("--reason", help="Kept in the log.")]
LetterArgument = Annotated[str, typer.Argument(metavar="ID", help="Id of the letter.")]


@command(app, "ls")
async def ls(
    screen: Screen, *, where: WhereOption = None, since: SinceOption = None, everything: AllOption = False
) -> None:
    """List dead letters, grouped by what went wrong."""
    from grym.cli.waiting import opened

    async with opened() as runtime:
        letters = await _letters(runtime, where=where, since=since, state=None if everything else "open")
    if screen.json:
        screen.emit({"letters": [letter_json(letter) for letter in letters]})
        return
    screen.show(_groups(letters))


@command(app, "show")
async def show(screen: Screen, *, letter_id: LetterArgument) -> None:
    """Show a letter: its headers, its body, and what went wrong."""
    from grym.cli.waiting import opened

    async with opened() as runtime:
        found = await runtime.backend.letters.letter(letter_id)
        if found is None:
            raise _unknown(letter_id)
    letter, record = found
    value = record.value or b""
    data, error = _body(value)
    shown = {
        **letter_json(letter),
        "headers": [[name, content.decode(errors="replace")] for name, content in record.headers],
        "key": (record.key or b"").decode(errors="replace"),
        "bytes": len(value),
        "data": data,
        "hex": value[:HEX_HEAD_BYTES].hex() if error else "",
    }
    if screen.json:
        screen.emit(shown)
        return
    _draw_letter(screen, shown)


@command(app, "redrive")
async def redrive(
    screen: Screen,
    *,
    letter_ids: IdsArgument = None,
    where: WhereOption = None,
    since: SinceOption = None,
    rate: RateOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Send dead letters on their way again; doing it twice is harmless."""
    from grym.cli.waiting import opened

    async with opened() as runtime:
        letters = await _chosen(runtime, letter_ids, where=where, since=since)
        desk = runtime.letter_desk(by=_operator())
        done = await desk.redrive(letters, dry_run=dry_run, rate_per_s=rate)
    refused = [{"letter_id": one.letter_id, "reason": one.reason} for one in done.refused]
    if screen.json:
        screen.emit({"redriven": list(done.redriven), "refused": refused, "dry_run": dry_run})
        return
    verb = "would be redriven" if dry_run else "redriven; `grym up --until-idle` works on them"
    screen.show(f"{len(done.redriven)} letters {verb}")
    for one in refused:
        screen.show(f"refused {one['letter_id']}: {one['reason']}")


@command(app, "discard")
async def discard(
    screen: Screen,
    *,
    letter_ids: IdsArgument = None,
    where: WhereOption = None,
    since: SinceOption = None,
    reason: ReasonOption = "",
) -> None:
    """Decide that letters are not to be redriven; ids or a filter must be given."""
    from grym.cli.waiting import opened

    if not (letter_ids or where or since):
        raise InvalidRequestError(
            "discarding needs letters", code="dlq.nothing_chosen", hint="Give ids, --where or --since."
        )
    async with opened() as runtime:
        letters = await _chosen(runtime, letter_ids, where=where, since=since)
        discarded = await runtime.letter_desk(by=_operator()).discard(letters, reason=reason)
    if screen.json:
        screen.emit({"discarded": discarded})
        return
    screen.show(f"{len(discarded)} letters discarded")


async def _chosen(
    runtime: "Runtime", letter_ids: list[str] | None, *, where: list[str] | None, since: str | None
) -> list["Letter"]:
    """Return the letters named, or all open ones, that pass the filter."""
    if not letter_ids:
        return await _letters(runtime, where=where, since=since, state="open")
    named = {
        letter.letter_id: letter for letter in await runtime.backend.letters.letters(state=None, limit=MAX_LETTERS)
    }
    for letter_id in letter_ids:
        if letter_id not in named:
            raise _unknown(letter_id)
    return _filtered([named[letter_id] for letter_id in dict.fromkeys(letter_ids)], where=where, since=since)


async def _letters(
    runtime: "Runtime", *, where: list[str] | None, since: str | None, state: str | None
) -> list["Letter"]:
    letters = await runtime.backend.letters.letters(state=state, limit=MAX_LETTERS)
    return _filtered(letters, where=where, since=since)


def _filtered(letters: list["Letter"], *, where: list[str] | None, since: str | None) -> list["Letter"]:
    from producers.redrive import matches

    wanted, oldest = conditions(where or []), instant(since, now=datetime.now(UTC))
    return [letter for letter in letters if matches(letter, wanted, oldest)]


def conditions(words: list[str]) -> dict[str, str]:
    """Return ``field=value`` words as a mapping.

    Raises
    ------
    InvalidRequestError
        ``dlq.where``.
    """
    found: dict[str, str] = {}
    for word in words:
        name, separator, value = word.partition("=")
        if not separator:
            raise InvalidRequestError(
                f"{word!r} is no condition", code="dlq.where", hint="Write it as code=audio.empty."
            )
        found[name] = value
    return found


def instant(text: str | None, *, now: datetime) -> datetime | None:
    """Return the instant that ``2h`` before `now` or an RFC 3339 text means.

    Raises
    ------
    InvalidRequestError
        ``dlq.since``.
    """
    if text is None:
        return None
    ago = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if ago:
        return now - timedelta(seconds=int(ago[1]) * UNITS_S[ago[2]])
    try:
        found = datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise InvalidRequestError(
            f"{text!r} is no instant", code="dlq.since", hint="Write 2h, 7d or 2026-01-31T12:00:00Z."
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def letter_json(letter: "Letter") -> dict[str, Any]:
    """Return the object of a letter."""
    return {
        "letter_id": letter.letter_id,
        "state": letter.state,
        "redrives": letter.redrives,
        "processor": letter.processor,
        "request_id": letter.request_id,
        "run": letter.run_no,
        "event_id": letter.event_id,
        "type": letter.event_type,
        "topic": letter.origin.topic,
        "partition": letter.origin.partition,
        "position": letter.origin_position,
        "attempts": letter.attempts,
        "class": letter.fault.error_class,
        "code": letter.fault.code,
        "message": letter.fault.message,
        "hint": letter.fault.hint,
        "created_at": letter.created_at,
    }


def _body(value: bytes) -> tuple[Any, bool]:
    import msgspec

    try:
        return msgspec.json.decode(value), False
    except msgspec.MsgspecError:
        return None, True


def _unknown(letter_id: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"there is no letter {letter_id}", code="dlq.unknown", hint="`grym dlq ls --all` lists the letters."
    )


def _operator() -> str:
    """Return who is at the keyboard, for the audit event."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in containers
        return "operator"


def _groups(letters: list["Letter"]) -> Any:
    from rich import box
    from rich.table import Table

    if not letters:
        return "no dead letters"
    groups: dict[tuple[str, str], list[Letter]] = defaultdict(list)
    for letter in letters:
        groups[letter.fault.code, letter.processor].append(letter)
    table = Table("letters", "error", "processor", "newest", "letter", "message", box=box.SIMPLE, pad_edge=False)
    for (code, processor), members in sorted(groups.items(), key=lambda item: -len(item[1])):
        newest = max(members, key=lambda letter: letter.created_at)
        when = f"{newest.created_at:%Y-%m-%d %H:%M:%S}"
        table.add_row(str(len(members)), code, processor, when, newest.letter_id, newest.fault.message)
    return table


def _draw_letter(screen: Screen, shown: dict[str, Any]) -> None:
    from rich import box
    from rich.json import JSON
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE, show_header=False, pad_edge=False)
    for name in ("letter_id", "state", "redrives", "processor", "request_id", "run", "type", "attempts", "class"):
        table.add_row(name, str(shown[name]))
    table.add_row("where", f"{shown['topic']}[{shown['partition']}]@{shown['position']}")
    table.add_row("error", f"{shown['code']}: {shown['message']}")
    table.add_row("hint", shown["hint"])
    for name, content in shown["headers"]:
        table.add_row(Text(name, style="dim"), content)
    screen.show(table)
    if shown["hex"]:
        screen.show(f"{shown['bytes']} bytes that are not JSON: {shown['hex']}")
    else:
        screen.show(JSON.from_data(shown["data"]))
