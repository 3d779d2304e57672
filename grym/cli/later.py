"""Commands of the contract that come with a later version: refused by name, so that nobody takes them for a typo."""

import typer

from grym.cli.command import Body, command
from grym.cli.screen import Screen
from grym.errors import InvalidRequestError

NAMES = (
    "erase",
)


def register(app: typer.Typer) -> None:
    """Add the refusals, hidden from the help."""
    for name in NAMES:
        command(app, name, hidden=True)(_refusal(name))


def _refusal(name: str) -> Body:
    def refuse(screen: Screen) -> None:
        """Refuse."""
        del screen
        raise InvalidRequestError(
            f"`grym {name}` is not in this version of grym",
            code="version.not_here",
            hint="`grym --help` lists the commands of this version.",
        )

    return refuse
