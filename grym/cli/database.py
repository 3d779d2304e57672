"""``grym db``: the schema, and a backup of everything."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from grym.cli.command import command
from grym.cli.screen import Screen

app = typer.Typer(help="The database: its schema, and a backup of everything.", no_args_is_help=True)

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace what the database holds now.", show_default=False)]


@command(app, "status")
async def status(screen: Screen) -> None:
    """Show how far the schema is, without changing it."""
    from grym.runtime.database import schema_status
    from grym.settings import read_settings

    _show_schema(screen, msgspec.to_builtins(await schema_status(read_settings())))


@command(app, "migrate")
async def migrate(screen: Screen) -> None:
    """Bring the schema up to date; every command does so by itself."""
    from grym.runtime.database import migrate_schema
    from grym.settings import read_settings

    _show_schema(screen, msgspec.to_builtins(await migrate_schema(read_settings())))


@command(app, "backup")
async def backup(screen: Screen, *, file: FileArgument) -> None:
    """Write database and artifacts into one file."""
    from grym.runtime.database import back_up
    from grym.settings import read_settings

    _show_backup(screen, "backed up", await back_up(read_settings(), file))


@command(app, "restore")
async def restore(screen: Screen, *, file: FileArgument, force: ForceOption = False) -> None:
    """Read database and artifacts back; refused where there is something already, unless forced."""
    from grym.runtime.database import restore as read_back
    from grym.settings import read_settings

    _show_backup(screen, "restored", await read_back(read_settings(), file, force=force))


def _show_schema(screen: Screen, value: dict[str, Any]) -> None:
    if screen.json:
        screen.emit(value)
        return
    verdict = "up to date" if value["version"] == value["known"] else f"{value['known'] - value['version']} behind"
    screen.show(f"schema version {value['version']} of {value['known']}: {verdict}")


def _show_backup(screen: Screen, verb: str, value: dict[str, Any]) -> None:
    if screen.json:
        screen.emit(value)
        return
    screen.show(f"{verb}: {', '.join(f'{count} {name}' for name, count in value.items() if name != 'file')}")
