"""``grym dlq``: dead letters, and what is done about them."""

import getpass
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grym.cli.command import command
from grym.cli.instants import UNITS_S, instant
from grym.cli.letters import draw_groups, draw_letter, groups_json, letter_json, shown_letter
from grym.cli.screen import Screen
from grym.errors import InvalidRequestError

if TYPE_CHECKING:
    from grym.ports.work import Letter
    from grym.runtime import Runtime
    from producers.editing import Edit

app = typer.Typer(
    help="Dead letters: what could not be processed, and sending it on its way again.", no_args_is_help=True
)

MAX_LETTERS = 10_000
"""Letters listed at once; more of them are a fault to be mended, not a list to be read."""

MAX_EDIT_BYTES = 16 * 1024 * 1024
"""Room for the largest body, written with spaces, and all that is ignored around it."""


IdsArgument = Annotated[list[str] | None, typer.Argument(metavar="[ID…]", help="Letters; without any, all open ones.")]
WhereOption = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="FIELD=VALUE",
        help="Only letters of this class, code, stack, processor, topic, type or request; may be repeated.",
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
    str | None,
    typer.Option("--rate", metavar="N/s", help="Letters a second (N/s) or a minute (N/m) at most.", show_default=False),
]
EditOption = Annotated[
    Path | None,
    typer.Option(
        "--edit",
        metavar="FILE",
        help="Send this instead: what `grym dlq show ID --json` prints, with data, headers or key changed.",
        show_default=False,
    ),
]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Also letters that were sent again too often.", show_default=False)
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only tell what would happen.", show_default=False)]
AllOption = Annotated[bool, typer.Option("--all", help="Redriven and discarded letters too.", show_default=False)]
ReasonOption = Annotated[str, typer.Option("--reason", help="Kept in the log.")]
LetterArgument = Annotated[str, typer.Argument(metavar="ID", help="Id of the letter, or how it alone begins.")]


@command(app, "ls")
async def ls(
    screen: Screen, *, where: WhereOption = None, since: SinceOption = None, everything: AllOption = False
) -> None:
    """List dead letters, grouped by what went wrong."""
    from grym.cli.waiting import opened

    async with opened() as runtime:
        letters = await _letters(runtime, where=where, since=since, state=None if everything else "open")
    groups = groups_json(letters)
    if screen.json:
        listed = [letter_json(letter) for letter in letters]
        screen.emit({"letters": listed, "groups": groups, "truncated": len(letters) >= MAX_LETTERS})
        return
    draw_groups(screen, groups)
    if len(letters) >= MAX_LETTERS:
        screen.note(f"only the newest {MAX_LETTERS} letters are counted; choose with --where or --since")


@command(app, "show")
async def show(screen: Screen, *, letter_id: LetterArgument) -> None:
    """Show a letter: its headers, its body, and what went wrong."""
    from grym.cli.waiting import opened

    async with opened() as runtime:
        found = await runtime.backend.letters.letter(letter_id)
        if found is None:
            found = await runtime.backend.letters.letter((await _named(runtime, letter_id)).letter_id)
        if found is None:
            raise InvalidRequestError(
                f"the bytes of {letter_id} are beyond retention",
                code="dlq.expired",
                hint="`grym dlq ls --all --json` still tells what went wrong.",
            )
    shown = shown_letter(*found)
    if screen.json:
        screen.emit(shown)
        return
    draw_letter(screen, shown)


@command(app, "redrive")
async def redrive(
    screen: Screen,
    *,
    letter_ids: IdsArgument = None,
    where: WhereOption = None,
    since: SinceOption = None,
    rate: RateOption = None,
    dry_run: DryRunOption = False,
    edit: EditOption = None,
    force: ForceOption = False,
) -> None:
    """Send dead letters on their way again; doing it twice is harmless."""
    from grym.cli.waiting import opened

    rate_per_s, change = letters_per_s(rate), _edit_in(edit)
    async with opened() as runtime:
        letters = await _chosen(runtime, letter_ids, where=where, since=since)
        desk = runtime.letter_desk(by=_operator())
        done = await desk.redrive(letters, dry_run=dry_run, rate_per_s=rate_per_s, edit=change, force=force)
    refused = [{"letter_id": one.letter_id, "reason": one.reason} for one in done.refused]
    if screen.json:
        screen.emit({"redriven": list(done.redriven), "refused": refused, "dry_run": dry_run})
        return
    verb = "would be redriven" if dry_run else "redriven; workers, or `grym up --until-idle`, work on them"
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
    dry_run: DryRunOption = False,
) -> None:
    """Decide that letters are not to be redriven; ids or a filter must be given."""
    from grym.cli.waiting import opened

    if not (letter_ids or where or since):
        raise InvalidRequestError(
            "discarding needs letters", code="dlq.nothing_chosen", hint="Give ids, --where or --since."
        )
    async with opened() as runtime:
        letters = await _chosen(runtime, letter_ids, where=where, since=since)
        chosen = [letter.letter_id for letter in letters]
        discarded = chosen if dry_run else await runtime.letter_desk(by=_operator()).discard(letters, reason=reason)
    if screen.json:
        screen.emit({"discarded": discarded, "dry_run": dry_run})
        return
    screen.show(f"{len(discarded)} letters {'would be discarded' if dry_run else 'discarded'}")


async def _chosen(
    runtime: "Runtime", letter_ids: list[str] | None, *, where: list[str] | None, since: str | None
) -> list["Letter"]:
    """Return the letters named, or all open ones, that pass the filter."""
    if not letter_ids:
        return await _letters(runtime, where=where, since=since, state="open")
    named = [await _named(runtime, letter_id) for letter_id in dict.fromkeys(letter_ids)]
    return _filtered(named, where=where, since=since)


async def _named(runtime: "Runtime", letter_id: str) -> "Letter":
    """Return the letter of an id, however old it is, or the one whose id begins like that."""
    found = await runtime.backend.letters.letter(letter_id)
    if found is not None:
        return found[0]
    # Its bytes may be beyond retention while the register still lists it.
    listed = await runtime.backend.letters.letters(state=None, limit=MAX_LETTERS)
    alike = [letter for letter in listed if letter.letter_id.startswith(letter_id)]
    exact = [letter for letter in alike if letter.letter_id == letter_id]
    if len(exact or alike) > 1:
        raise InvalidRequestError(
            f"{len(alike)} letters begin with {letter_id!r}", code="dlq.ambiguous", hint="Give more of the id."
        )
    if not letter_id or not alike:
        raise _unknown(letter_id)
    return (exact or alike)[0]


async def _letters(
    runtime: "Runtime", *, where: list[str] | None, since: str | None, state: str | None
) -> list["Letter"]:
    letters = await runtime.backend.letters.letters(state=state, limit=MAX_LETTERS)
    return _filtered(letters, where=where, since=since)


def _filtered(letters: list["Letter"], *, where: list[str] | None, since: str | None) -> list["Letter"]:
    from producers.redrive import matches

    wanted, oldest = conditions(where or []), instant(since, code="dlq.since")
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


def letters_per_s(text: str | None) -> float | None:
    """Return the letters a second that ``50``, ``50/s`` or ``3000/m`` mean.

    Raises
    ------
    InvalidRequestError
        ``dlq.rate``.
    """
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)(?:/([smhd]))?", text)
    number = float(found[1]) if found else 0.0
    if not found or number == 0.0:
        raise InvalidRequestError(f"{text!r} is no rate", code="dlq.rate", hint="Write 50/s or 30/m.")
    return number / UNITS_S[found[2] or "s"]


def _edit_in(file: Path | None) -> "Edit | None":
    """Return what a file changes of a letter."""
    if file is None:
        return None
    from producers.editing import read_edit

    try:
        with file.open("rb") as opened_file:
            content = opened_file.read(MAX_EDIT_BYTES + 1)
    except OSError as error:
        raise InvalidRequestError(
            f"{file} cannot be read: {error.strerror}", code="dlq.edit", hint="Name a file that can be read."
        ) from error
    if len(content) > MAX_EDIT_BYTES:
        raise InvalidRequestError(f"{file} is too large for an edit", code="dlq.edit", hint="A body has 1 MiB at most.")
    return read_edit(content)


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
