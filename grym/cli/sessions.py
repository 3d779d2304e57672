"""``grym sessions``: how a person's wishes went, what follows from it, and a copy of all of it in a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grym.cli.command import command
from grym.cli.people import PersonTenantOption, UserArgument, desk, session_facts, suggestion_facts
from grym.cli.screen import Screen
from grym.errors import InvalidRequestError

if TYPE_CHECKING:
    from rich.table import Table

    from grym.domain.sessions.values import Session

app = typer.Typer(help="Sessions: how each person's wishes went, and what follows for the next.", no_args_is_help=True)

LimitOption = Annotated[int, typer.Option("--limit", min=1, max=1000, help="So many people at most.")]
StyleOption = Annotated[str | None, typer.Option("--style", help="Only pieces of this style.", show_default=False)]
SettingsArgument = Annotated[
    list[str],
    typer.Argument(metavar="NAME=VALUE...", help="Such as room_db=3; `room_db=` gives it back to what was learned."),
]
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The file of one person.")]


@command(app, "ls")
async def ls(screen: Screen, *, limit: LimitOption = 50) -> None:
    """List the people grym knows, those active last first."""
    async with desk() as (_, people):
        found = await people.sessions(limit=limit)
    rows = [_row(tenant, user, session) for tenant, user, session in found]
    if screen.json:
        screen.emit({"sessions": rows})
        return
    table = _table("user", "tenant", "attempts", "succeeded", "rated", "liked", "last")
    for row in rows:
        table.add_row(
            *(str(row[name]) for name in ("user", "tenant", "attempts", "succeeded", "rated", "liked")),
            row["last_at"] or "-",
        )
    screen.show(table)


@command(app, "show")
async def show(
    screen: Screen, *, user: UserArgument, style: StyleOption = None, tenant: PersonTenantOption = "default"
) -> None:
    """Show attempts, summaries, trends, costs and settings of a person."""
    async with desk() as (_, people):
        session = await people.require_session(user, tenant=tenant)
    facts = {"user": user, "tenant": tenant} | session_facts(session, style=style)
    if screen.json:
        screen.emit(facts)
        return
    _show_performance(screen, facts)
    _show_measures(screen, facts)
    for backend, settings in facts["settings"].items():
        screen.show(f"{backend}: {', '.join(f'{name} {value:g}' for name, value in settings.items())}")


@command(app, "suggest")
async def suggest(
    screen: Screen,
    *,
    user: UserArgument,
    style: Annotated[str, typer.Option("--style", help="Style of the next piece.")],
    tenant: PersonTenantOption = "default",
) -> None:
    """Tell what a person's liked pieces suggest for a style: 0.7 of this style, 0.3 of all others."""
    async with desk() as (_, people):
        session = await people.require_session(user, tenant=tenant)
    found = suggestion_facts(session, style=style)
    if screen.json:
        screen.emit({"user": user, "tenant": tenant, "style": style, "suggestions": found})
        return
    table = _table("parameter", "value", f"liked {style}", "liked others", "missing")
    for name, one in found.items():
        table.add_row(name, f"{one['value']:.2f}", str(one["specific"]), str(one["general"]), one["missing"] or "-")
    screen.show(table if found else f"{user} has liked nothing yet")


@command(app, "set")
async def set_(
    screen: Screen,
    *,
    user: UserArgument,
    backend: Annotated[str, typer.Argument(metavar="BACKEND", help="Such as synth or soundfont.")],
    settings: SettingsArgument,
    tenant: PersonTenantOption = "default",
) -> None:
    """Set a backend for a person from now on; their next piece is made so."""
    from grym.cli.settings_words import settings_from
    from grym.domain.sessions.settings import checked_settings
    from schemas.sessions import PreferSettings

    wanted = settings_from(settings)
    checked_settings(backend, {name: value for name, value in wanted.items() if value is not None}, names=wanted)
    async with desk() as (runtime, people):
        wish_id = await people.prefer(PreferSettings(user=user, backend=backend, settings=wanted), tenant=tenant)
        async with runtime.working(only=("sessions",)):
            answer = await people.preferred(wish_id)
    facts = {"user": user, "tenant": tenant, "backend": backend, "settings": answer.settings}
    if screen.json:
        screen.emit(facts)
        return
    told = ", ".join(f"{name} {value:g}" for name, value in answer.settings.items())
    screen.show(f"{backend} for {user}: {told or 'all at their defaults'}")


@command(app, "save")
async def save(
    screen: Screen, *, user: UserArgument, file: FileArgument, tenant: PersonTenantOption = "default"
) -> None:
    """Save what is known of a person: their session and what was learned of their taste, together."""
    from grym.runtime.people import saved_person

    async with desk() as (runtime, people):
        content, parts = await saved_person(runtime.backend, people, user, tenant=tenant)
    _write(file, content)
    if screen.json:
        screen.emit({"user": user, "tenant": tenant, "file": str(file), "bytes": len(content), "parts": parts})
        return
    screen.show(f"saved {', '.join(parts)} of {user} in {file}")


@command(app, "restore")
async def restore(screen: Screen, *, file: FileArgument) -> None:
    """Make what is known of a person what a saved file says; a changed, foreign or newer file is refused whole."""
    from grym.runtime.people import checked_person
    from streams.sessions.snapshots import on_the_wire

    saved = checked_person(_read(file))
    async with desk() as (runtime, people):
        parts = on_the_wire(saved)
        restoring = await people.restore(saved.user, tenant=saved.tenant, parts=parts)
        async with runtime.working(only=tuple(parts)):
            answers = await people.restored(restoring, by=frozenset(parts))
    restored = {answer.by: answer.restored for answer in answers}
    if screen.json:
        screen.emit({"user": saved.user, "tenant": saved.tenant, "restored": restored})
        return
    screen.show(f"{saved.user} is as of {saved.saved_at:%Y-%m-%d %H:%M:%S} again: {', '.join(restored)}")


def _row(tenant: str, user: str, session: "Session") -> dict[str, Any]:
    return {
        "user": user,
        "tenant": tenant,
        "attempts": len(session.attempts) + sum(account.attempts for account in session.past.values()),
        "succeeded": sum(one.succeeded for one in session.attempts)
        + sum(account.successes for account in session.past.values()),
        "rated": len(session.rated) + sum(account.rated for account in session.past.values()),
        "liked": sum(one.liked for one in session.attempts),
        "last_at": session.attempts[-1].at.isoformat() if session.attempts else None,
    }


def _show_performance(screen: Screen, facts: dict[str, Any]) -> None:
    table = _table("style", "backend", "attempts", "success", "95 %", "stars", "wall s", "CPU s")
    for one in facts["performance"]:
        low, high = one["success_interval"]
        cells = (
            one["style"],
            one["backend"],
            one["attempts"],
            f"{one['success_rate']:.2f}",
            f"{low:.2f} to {high:.2f}",
        )
        table.add_row(*map(str, cells), _number(one["stars"]), _number(one["wall_s"]), _number(one["cpu_s"]))
    screen.show(table)


def _show_measures(screen: Screen, facts: dict[str, Any]) -> None:
    table = _table("measure", "mean", "least", "greatest", "latest", "trend")
    for name, one in facts["summary"].items():
        direction = facts["trends"].get(name, {}).get("direction", "too few to tell")
        table.add_row(name, *(_number(one[part]) for part in ("mean", "least", "greatest", "latest")), direction)
    screen.show(table)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _table(*columns: str) -> "Table":
    from rich import box
    from rich.table import Table

    return Table(*columns, box=box.SIMPLE, pad_edge=False)


def _write(file: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    part = file.with_name(f"{file.name}.part")
    try:
        part.write_bytes(content)
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InvalidRequestError(
            f"{file} cannot be written: {error.strerror}", code="file.unwritable", hint="Choose another place."
        ) from error


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidRequestError(
            f"{file} cannot be read: {error.strerror}", code="file.unreadable", hint="Give a file of `save`."
        ) from error
