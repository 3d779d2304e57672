"""How the answers of a stream are shown: JSON lines, plain lines, or a picture that moves on a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from grym.cli.screen import Screen
from grym.cli.streaming.rows import line_of, row_of
from grym.cli.streaming.standing import Standing
from producers.frames.answers import Answer

if TYPE_CHECKING:
    from rich.live import Live

FRAMES_PER_S = 12
"""Pictures a second: beats look like beats, and drawing costs a few per cent of a core."""


class View(Protocol):
    """Shows a stream."""

    standing: Standing

    def tell(self, answer: Answer) -> None:
        """Take in an answer and show it."""
        ...

    def played(self, at_s: float) -> None:
        """Note how much was sent, in seconds."""
        ...


class JsonView:
    """One object a line."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.standing = Standing()

    def tell(self, answer: Answer) -> None:
        """Write an answer as a line, at once."""
        self.standing.take(answer)
        self._screen.emit(row_of(answer))

    def played(self, at_s: float) -> None:
        """Show nothing."""


class LineView:
    """One plain line for each thing a person wants to read."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.standing = Standing()

    def tell(self, answer: Answer) -> None:
        """Write a line, at once."""
        self.standing.take(answer)
        if (line := line_of(answer, self.standing)) is not None:
            self._screen.show(line)
            sys.stdout.flush()

    def played(self, at_s: float) -> None:
        """Show nothing."""


class TerminalView:
    """A picture that moves."""

    def __init__(self, live: "Live", *, name: str, length_s: float | None) -> None:
        self._live = live
        self._name = name
        self._length_s = length_s
        self._at_s = 0.0
        self.standing = Standing()

    def tell(self, answer: Answer) -> None:
        """Change the picture; it is drawn when its time comes."""
        self.standing.take(answer)

    def played(self, at_s: float) -> None:
        """Move on."""
        self._at_s = at_s

    def __rich__(self) -> Any:
        """Draw how things stand."""
        from grym.cli.streaming.picture import picture

        return picture(self.standing, name=self._name, at_s=self._at_s, length_s=self._length_s)


@contextmanager
def view_of(screen: Screen, *, name: str, length_s: float | None) -> Iterator[View]:
    """Give the view that fits: JSON where it was asked for, a picture on a terminal, else lines."""
    if screen.json:
        yield JsonView(screen)
        return
    if not screen.out.is_terminal:
        yield LineView(screen)
        return
    from rich.live import Live

    live = Live(console=screen.out, refresh_per_second=FRAMES_PER_S, transient=True)
    view = TerminalView(live, name=name, length_s=length_s)
    live.update(view)
    with live:
        yield view
