"""Progress from events: lines in a pipe, bars on a terminal."""

import io
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from grym.cli.progress import BarTeller, LineTeller, doing
from grym.cli.screen import Screen
from schemas.body import Body, Fault
from schemas.envelope import Envelope
from schemas.events import (
    GenerationProgressed,
    PatternsRecalled,
    RequestCompleted,
    RequestIgnored,
    RequestRejected,
    StepStarted,
)

AT = datetime(2026, 1, 1, tzinfo=UTC)


def _event(body: Body) -> Envelope:
    return Envelope(
        id="e", source="grym/coordinator", type=body.TYPE, subject="r", time=AT, body=body, correlation_id="r"
    )


def test_events_say_what_is_being_done() -> None:
    """Steps, stages and ends have words; an ignored event has none; a further round is named."""
    assert doing(_event(StepStarted(step="plan"))) == "planning"
    assert doing(_event(StepStarted(step="generate", round=2))) == "making the piece (round 2)"
    assert doing(_event(GenerationProgressed(stage="performing", share=0.3))) == "performing"
    assert doing(_event(RequestCompleted(kind="compose", result={}))) == "completed"
    assert doing(_event(RequestRejected(fault=Fault(code="x", message="x")))) == "rejected"
    assert doing(_event(RequestIgnored(ignored_id="x", ignored_type="x", reason="x"))) is None


def test_lines_go_to_standard_error() -> None:
    """Each step is a line with seconds, label and words."""
    errors = io.StringIO()
    screen = Screen()
    screen.__dict__["err"] = Console(file=errors, width=120)
    teller = LineTeller(screen)
    for body in (StepStarted(step="plan"), RequestIgnored(ignored_id="x", ignored_type="x", reason="x")):
        teller.tell("piece", "compose", _event(body))
    (line,) = errors.getvalue().splitlines()
    assert line.endswith("s  piece  planning")


def test_what_goes_on_is_told_once() -> None:
    """Progress comes every second; a line comes when something else begins, for each label."""
    errors = io.StringIO()
    screen = Screen()
    screen.__dict__["err"] = Console(file=errors, width=120)
    teller = LineTeller(screen)
    for number, stage in enumerate(("composing", "composing", "performing", "performing")):
        teller.tell("one", "compose", _event(GenerationProgressed(stage=stage, share=number / 4)))
    teller.tell("two", "compose", _event(GenerationProgressed(stage="performing", share=0.5)))
    told = [line.split("  ")[-2:] for line in errors.getvalue().splitlines()]
    assert told == [["one", "composing"], ["one", "performing"], ["two", "performing"]]


def test_a_bar_moves_with_answers_and_shares() -> None:
    """An answered step counts one, a stage its share; a step that begins again counts no longer."""
    with Progress(TextColumn("{task.fields[label]}"), BarColumn(), console=Console(file=io.StringIO())) as bars:
        teller = BarTeller(bars)
        for body in (StepStarted(step="recall"), PatternsRecalled(known=False)):
            teller.tell("piece", "compose", _event(body))
        (task,) = bars.tasks
        assert (task.completed, task.total) == (1.0, 8)
        teller.tell("piece", "compose", _event(GenerationProgressed(stage="performing", share=0.5)))
        assert (bars.tasks[0].completed, bars.tasks[0].description) == (1.5, "performing")
        teller.tell("piece", "compose", _event(StepStarted(step="recall", round=2)))
        assert bars.tasks[0].completed == 0.0
