"""``grym schema``: the wire contract as files."""

from pathlib import Path
from typing import Annotated

import typer

from grym.cli.command import command
from grym.cli.screen import Screen
from grym.errors import AdapterError

app = typer.Typer(help="The wire contract: JSON Schema per event, one AsyncAPI document.", no_args_is_help=True)


@command(app, "export")
def export(
    screen: Screen,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write into; made where it is missing.")],
) -> None:
    """Write one JSON Schema 2020-12 per event and one AsyncAPI 3.0 document."""
    from schemas.export import documents

    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in documents().items():
            (folder / name).write_bytes(content)
            written.append(str(folder / name))
    except OSError as error:
        raise AdapterError(
            f"{folder} cannot be written: {error.strerror}",
            code="files.write_failed",
            hint="Name a folder that is writable and has room.",
        ) from error
    if screen.json:
        screen.emit({"files": written})
        return
    screen.show(f"{len(written)} files written to {folder}")
