"""The two outputs of a command: results on standard output, everything else on standard error.

With ``--json`` standard output carries JSON objects only, one a line. Rich is imported when something is drawn, which
keeps `grym --help` and JSON output quick.
"""

import sys
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TextIO

import msgspec

from grym.cli.faults import error_json, hint_of
from grym.errors import GrymError

if TYPE_CHECKING:
    from rich.console import Console


PIPE_COLUMNS = 160
"""Where nobody looks, ids and paths must not be broken over lines."""


@dataclass(frozen=True, kw_only=True)
class Screen:
    """Where a command writes.

    Parameters
    ----------
    json
        Whether results are JSON.
    debug
        Whether unexpected errors show where they came from.
    """

    json: bool = False
    debug: bool = False

    @cached_property
    def out(self) -> "Console":
        """The console of results."""
        return console_on(sys.stdout)

    @cached_property
    def err(self) -> "Console":
        """The console of progress and errors."""
        return console_on(sys.stderr)

    @property
    def live(self) -> bool:
        """Whether progress may move on a terminal."""
        return sys.stderr.isatty()

    def emit(self, value: Any) -> None:
        """Write one JSON object as a line."""
        sys.stdout.write(json_text(value) + "\n")
        sys.stdout.flush()

    def show(self, renderable: Any = "") -> None:
        """Draw a result for a person."""
        self.out.print(renderable)

    def note(self, text: str) -> None:
        """Write a line of progress or a warning."""
        self.err.print(text, markup=False, soft_wrap=True)

    def fail(self, error: GrymError) -> None:
        """Tell an error: as JSON, or as a panel."""
        if self.json:
            self.emit(error_json(error))
            return
        from rich.panel import Panel
        from rich.text import Text

        body = Text(error.message)
        body.append(f"\n{hint_of(error)}", style="dim")
        self.err.print(Panel(body, title=error.code, title_align="left", border_style="red", expand=False))


def console_on(file: TextIO) -> "Console":
    """Return a console that writes text as it is: ids and faults come from others and may look like markup."""
    from grym.cli.consoles import PipedConsole

    width = None if file.isatty() else PIPE_COLUMNS
    return PipedConsole(file=file, highlight=False, markup=False, emoji=False, width=width)


def json_text(value: Any) -> str:
    """Return a value as JSON on one line; a path whose bytes are no UTF-8 is told with question marks."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(_readable(msgspec.to_builtins(value))).decode()


def _readable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, dict):
        return {_readable(key): _readable(inner) for key, inner in value.items()}
    return [_readable(inner) for inner in value] if isinstance(value, list) else value
