"""``grym memory``: what is kept in typed memory, and showing one entry."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args

import typer

from grym.cli.command import command
from grym.cli.screen import Screen
from grym.domain.entries.values import Scope
from grym.errors import InvalidRequestError

if TYPE_CHECKING:
    from grym.ports.entries import Entry, EntryStore

app = typer.Typer(help="Typed memory: sessions, learned parameters, and whatever else is kept.", no_args_is_help=True)

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="Name of the entry.")]
OwnerOption = Annotated[str | None, typer.Option("--owner", help="Only entries of this user.", show_default=False)]
ScopeOption = Annotated[
    str | None, typer.Option("--scope", help=f"Only of this scope: {', '.join(get_args(Scope))}.", show_default=False)
]
TextOption = Annotated[str | None, typer.Option("--text", help="Most like this text first.", show_default=False)]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=1000, help="So many entries at most.")]


@command(app, "ls")
async def ls(
    screen: Screen,
    *,
    owner: OwnerOption = None,
    scope: ScopeOption = None,
    text: TextOption = None,
    limit: LimitOption = 50,
) -> None:
    """List entries, the newest first."""
    from grym.ports.entries import Query

    async with _store() as store:
        query = Query(owner=owner, scope=cast("Scope | None", scope), text=text or "", limit=limit)
        found = store.search(query)
        results = await found.all()
    if screen.json:
        rows = [_facts(one.entry) | {"score": one.score} for one in results]
        screen.emit({"entries": rows, "degraded": list(found.degraded)})
        return
    for one in results:
        entry = one.entry
        screen.show(f"{entry.scope:8} {entry.owner or '-':20} {entry.key:40} {entry.updated_at:%Y-%m-%d %H:%M:%S}")
    if found.degraded:
        screen.show(f"without {', '.join(found.degraded)}")


@command(app, "show")
async def show(screen: Screen, *, key: KeyArgument, owner: OwnerOption = None, scope: ScopeOption = None) -> None:
    """Show one entry with its value."""
    from grym.ports.entries import Query

    async with _store() as store:
        query = Query(keys=(key,), owner=owner, scope=cast("Scope | None", scope), limit=2)
        found = [one.entry async for one in store.search(query)]
    if len(found) != 1:
        known = "no entry" if not found else "more than one entry"
        raise InvalidRequestError(
            f"there is {known} {key!r}",
            code="memory.entry",
            hint="`grym memory ls` lists them; add --owner or --scope.",
        )
    value = _facts(found[0]) | {"value": found[0].value}
    if screen.json:
        screen.emit(value)
        return
    for name, fact in value.items():
        screen.show(f"{name}: {fact}")


@asynccontextmanager
async def _store() -> "AsyncIterator[EntryStore]":
    from grym.runtime.entries import open_entries
    from grym.settings import read_settings

    store = await open_entries(read_settings())
    try:
        yield store
    finally:
        await store.close()


def _facts(entry: "Entry") -> dict[str, Any]:
    times = {name: getattr(entry, name) for name in ("created_at", "updated_at", "expires_at")}
    plain = {name: getattr(entry, name) for name in ("key", "scope", "owner", "type")}
    lasting = {name: None if instant is None else instant.isoformat() for name, instant in times.items()}
    return plain | {"metadata": dict(entry.metadata), "indices": dict(entry.indices)} | lasting
