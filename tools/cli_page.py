"""Write `docs/cli.md`: what stays true of every command, then each command as its own help states it."""

import re
import sys
from pathlib import Path
from typing import Any

from typer.core import TyperArgument, TyperGroup, TyperOption
from typer.main import get_command

from grym.settings import PREFIX, Settings

# typer brings its own copy of click, whose command has no public name.
Command = Any

INTRODUCTION = Path(__file__).with_name("cli_introduction.md")


def commands(group: Command, path: tuple[str, ...] = ("grym",)) -> list[tuple[str, Command]]:
    """Return every command below `group` with its full name, sorted; groups themselves are left out."""
    if not isinstance(group, TyperGroup):
        return [(" ".join(path), group)]
    return [found for name in sorted(group.commands) for found in commands(group.commands[name], (*path, name))]


def root() -> Command:
    """Return the command line of grym as click sees it."""
    from grym.cli.main import app  # noqa: PLC0415  (the tables of events need no command line)

    return get_command(app)


def plain(text: str) -> str:
    """Return help text on one line, without the marks of rich, safe inside a table."""
    return re.sub(r"\[/?[a-z ]+\]", "", " ".join(text.split())).replace("|", "\\|")


def usage(name: str, command: Command) -> str:
    """Return the call with its arguments."""
    arguments = [parameter for parameter in command.params if isinstance(parameter, TyperArgument)]
    shown = [
        f"{'' if argument.required else '['}{(argument.metavar or argument.name or '').upper().strip('[]…')}"
        f"{'…' if argument.nargs == -1 else ''}{'' if argument.required else ']'}"
        for argument in arguments
    ]
    return " ".join([name, *shown])


def option_row(option: TyperOption) -> str:
    """Return the table row of one option."""
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    default = option.default
    shown = "" if default is None or default is False or callable(default) or default == () else f"`{default}`"
    return f"| {names} | {shown} | {plain(option.help or '')} |"


def options_of(command: Command) -> list[TyperOption]:
    """Return the options a reader needs to know of."""
    options = [parameter for parameter in command.params if isinstance(parameter, TyperOption) and not parameter.hidden]
    return [option for option in options if option.name not in ("help", "install_completion", "show_completion")]


def table(options: list[TyperOption]) -> list[str]:
    """Return the table of options, nothing where there are none."""
    rows = [option_row(option) for option in options]
    return ["", "| option | default | meaning |", "|---|---|---|", *rows] if rows else []


def section(name: str, command: Command, *, known: list[str]) -> str:
    """Return the part of one command; rows in `known` are told elsewhere."""
    own = [option for option in options_of(command) if option_row(option) not in known]
    return "\n".join([f"## `{usage(name, command)}`", "", plain((command.help or "").split("\f")[0]), *table(own)])


def shared_options(shown: list[tuple[str, Command]]) -> list[TyperOption]:
    """Return the options that every command has in the same words."""
    rows = [{option_row(option) for option in options_of(command)} for _, command in shown]
    common = set.intersection(*rows)
    return [option for option in options_of(shown[0][1]) if option_row(option) in common]


def settings() -> str:
    """Return the part on the environment: every variable."""
    rows = [
        f"| `{PREFIX}{name.upper()}` | {plain(field.description or '')} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(["## Settings", "", "| variable | meaning |", "|---|---|", *rows])


def page() -> str:
    """Return the whole page."""
    introduction = INTRODUCTION.read_text(encoding="utf-8").strip()
    shown = [(name, command) for name, command in commands(root()) if not command.hidden]
    shared = shared_options(shown)
    known = [option_row(option) for option in shared]
    every = "\n".join(["## Options of every command", *table(shared)])
    parts = [section(name, command, known=known) for name, command in shown]
    return "\n\n".join([introduction, settings(), every, *parts]) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
