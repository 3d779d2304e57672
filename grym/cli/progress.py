"""Progress on standard error: the steps of a request as its events arrive, moving on a terminal, as lines in a pipe."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from grym.cli.screen import Screen
from schemas.envelope import Envelope
from schemas.events import (
    EnhancementProgressed,
    GenerationProgressed,
    RequestAccepted,
    RequestCancelled,
    RequestCompleted,
    RequestDeadLettered,
    RequestRejected,
    StepStarted,
)
from streams.coordinator.definitions import STEP_OF_ANSWER, WORKFLOWS

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

DOING = {
    "recall": "asking pattern memory",
    "study": "studying what it comes from",
    "parameters": "asking the learner",
    "plan": "planning",
    "generate": "making the piece",
    "features": "listening",
    "rate": "judging",
    "remember": "remembering",
    "imprint": "listening",
    "change": "changing memory",
    "enhance": "repairing",
}
"""What a step is called while it runs."""

ENDINGS: dict[type, str] = {
    RequestCompleted: "completed",
    RequestRejected: "rejected",
    RequestDeadLettered: "dead-lettered",
    RequestCancelled: "cancelled",
}


PROGRESSED = (GenerationProgressed, EnhancementProgressed)
"""What tells of long work while it is done."""


class Teller(Protocol):
    """Takes in the events of requests and shows how far they are."""

    def tell(self, label: str, kind: str, envelope: Envelope) -> None:
        """Take in one event of the request called `label`."""
        ...


@contextmanager
def progress(screen: Screen) -> Iterator[Teller]:
    """Show progress while the block runs."""
    if not screen.live:
        yield LineTeller(screen)
        return
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("[bold]{task.fields[label]}"),
        BarColumn(bar_width=24),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=screen.err, transient=True) as bars:
        yield BarTeller(bars)


def doing(envelope: Envelope) -> str | None:
    """Return what is being done from this event on, None where it says nothing of that."""
    body = envelope.body
    if isinstance(body, StepStarted):
        again = f" (round {body.round})" if body.round > 1 else ""
        return DOING.get(body.step, body.step) + again
    if isinstance(body, PROGRESSED):
        return f"{body.stage}"
    if isinstance(body, RequestAccepted):
        return "accepted"
    return ENDINGS.get(type(body))


class LineTeller:
    """One line for each step begun and for the end."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._started_s = time.monotonic()
        self._said: dict[str, str] = {}

    def tell(self, label: str, kind: str, envelope: Envelope) -> None:
        """Write a line where the event says that something else is being done."""
        del kind
        text = doing(envelope)
        if text is not None and text != self._said.get(label):
            self._said[label] = text
            self._screen.note(f"{time.monotonic() - self._started_s:6.1f} s  {label}  {text}")


class BarTeller:
    """One bar for each request."""

    def __init__(self, bars: "Progress") -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}
        self._done: dict[str, set[str]] = {}

    def tell(self, label: str, kind: str, envelope: Envelope) -> None:
        """Move the bar of a request."""
        if label not in self._tasks:
            self._tasks[label] = self._bars.add_task("accepted", total=len(WORKFLOWS[kind].steps), label=label)
            self._done[label] = set()
        task, done = self._tasks[label], self._done[label]
        if isinstance(envelope.body, StepStarted):
            done.discard(envelope.body.step)  # a further round does it again
        if (step := STEP_OF_ANSWER.get(type(envelope.body))) is not None:
            done.add(step)
        text = doing(envelope)
        self._bars.update(task, completed=len(done) + _share(envelope))
        if text is not None:
            self._bars.update(task, description=text)


def _share(envelope: Envelope) -> float:
    return envelope.body.share if isinstance(envelope.body, PROGRESSED) else 0.0
