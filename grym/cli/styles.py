"""``grym styles``: the styles there are, those of the user among them, and what is wrong with a file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grym.cli.command import command
from grym.cli.screen import Screen

if TYPE_CHECKING:
    from grym.domain.composing.styles import Style

app = typer.Typer(help="The styles of music that grym has, and those that you bring.", no_args_is_help=True)


@command(app, "ls")
def ls(screen: Screen) -> None:
    """List the styles: grym's own, and those in the folder `styles` of GRYM_HOME."""
    from grym.domain.composing.styles import STYLES

    own = _own()
    rows = [_row(style, source="grym") for name, style in sorted(STYLES.items()) if name not in own]
    rows += [_row(style, source="yours") for _, style in sorted(own.items())]
    if screen.json:
        screen.emit({"styles": rows})
        return
    from rich import box
    from rich.table import Table

    table = Table("style", "tempo", "metres", "also asked for by", "from", box=box.SIMPLE, pad_edge=False)
    for row in rows:
        tempi = "–".join(f"{tempo:g}" for tempo in (row["tempo_bpm"][0], row["tempo_bpm"][2]))
        table.add_row(row["name"], tempi, ", ".join(row["metres"]), ", ".join(row["words"][:5]), row["source"])
    screen.show(table)


@command(app, "show")
def show(screen: Screen, name: Annotated[str, typer.Argument(help="Such as waltz, or a file.")]) -> None:
    """Print a style as the text of a style file, to begin your own with."""
    from grym.domain.composing.styles.texts import style_text

    style = _named(name)
    if screen.json:
        screen.emit({**_fields(style), "text": style_text(style)})
        return
    sys.stdout.write(style_text(style))


@command(app, "check")
def check(screen: Screen, file: Annotated[Path, typer.Argument(metavar="FILE", help="A style file.")]) -> None:
    """Tell whether a style file is sound, and which field is not."""
    from grym.adapters.style_files import read_style_file

    style = read_style_file(file)
    if screen.json:
        screen.emit({"name": style.name, "ok": True})
        return
    screen.show(f"{style.name}: sound. Use it by `grym compose … --style {file}`.")


def _own() -> "dict[str, Style]":
    from grym.adapters.style_files import FOLDER, read_style_file, style_files
    from grym.settings import read_settings

    return {name: read_style_file(path) for name, path in style_files(read_settings().home / FOLDER).items()}


def _named(name: str) -> "Style":
    from grym.adapters.style_files import FOLDER, own_style
    from grym.domain.composing.styles import STYLES
    from grym.errors import InvalidRequestError
    from grym.settings import read_settings

    style = own_style(name, read_settings().home / FOLDER) or STYLES.get(name)
    if style is None:
        raise InvalidRequestError(
            f"There is no style {name[:40]!r}.", code="request.style", hint="`grym styles ls` lists them."
        )
    return style


def _row(style: "Style", *, source: str) -> dict[str, Any]:
    return {
        "name": style.name,
        "tempo_bpm": list(style.tempo_bpm),
        "metres": list(style.metres),
        "words": list(style.words),
        "source": source,
    }


def _fields(style: "Style") -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(style)
