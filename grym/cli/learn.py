"""``grym learn``: what was learned of listeners, proof that a replay decides the same, and comparisons."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grym.cli.command import command
from grym.cli.instants import instant
from grym.cli.screen import Screen

if TYPE_CHECKING:
    from grym.domain.courses import Course
    from grym.runtime import Runtime
    from streams.courses import Telling

app = typer.Typer(help="What was learned from ratings, and proof of it.", no_args_is_help=True)

DRAWING_TIMEOUT_S = 120.0  # a year of pieces is drawn in some seconds
BEGINNING = "1970-01-01T00:00:00Z"

FromOption = Annotated[str, typer.Option("--from", metavar="T", help="An instant, or 90s, 15m, 2h, 7d ago.")]
ToOption = Annotated[str, typer.Option("--to", metavar="T", help="An instant, a time ago, or now.")]
AuditOption = Annotated[
    bool, typer.Option("--audit", help="Make every proposal again from the state of then.", show_default=False)
]
UserOption = Annotated[str | None, typer.Option("--user", help="Only of this listener.", show_default=False)]
StyleOption = Annotated[str | None, typer.Option("--style", help="Only of this style.", show_default=False)]
PlotOption = Annotated[
    Path | None,
    typer.Option(
        "--plot",
        metavar="FILE.png",
        help="Draw utility against the default by lot, regret, coverage and fallbacks.",
        show_default=False,
    ),
]
ExperimentOption = Annotated[
    str | None,
    typer.Option("--experiment", metavar="NAME", help="Compare the two sides that listeners fall on by this name."),
]


@command(app, "report")
async def report(
    screen: Screen, *, user: UserOption = None, style: StyleOption = None, plot: PlotOption = None
) -> None:
    """Tell what was learned, how it pleased against the default, and how often the guard fell back."""
    from grym.cli.learn_tables import report_json, show_report
    from grym.cli.waiting import opened
    from grym.runtime.courses import telling

    async with opened() as runtime:
        found = await telling(runtime.backend, user=user, style=style)
        told = report_json(found, user=user, style=style)
        if plot is not None:
            told["plot"] = await _drawn(runtime, found, told, plot)
    if screen.json:
        screen.emit(told)
        return
    show_report(screen, told)
    if plot is not None:
        screen.show(f"drawn: {plot}")


@command(app, "ab")
async def compare(
    screen: Screen, *, user: UserOption = None, style: StyleOption = None, experiment: ExperimentOption = None
) -> None:
    """Compare what was learned with the default, by blind pairs, ratings and listeners; look as often as you like."""
    from grym.cli.learn_tables import comparison_json, show_comparison
    from grym.cli.waiting import opened
    from grym.runtime.courses import telling

    async with opened() as runtime:
        found = await telling(runtime.backend, user=user, style=style)
    told = {"user": user, "style": style} | comparison_json(found.told(), experiment=experiment)
    if screen.json:
        screen.emit(told)
        return
    show_comparison(screen, told)


async def _drawn(runtime: "Runtime", found: "Telling", told: dict[str, Any], plot: Path) -> str:
    """Draw a course in a worker process and return the path."""
    whose = " · ".join(filter(None, (told["user"], told["style"]))) or "all listeners"
    title = f"{whose}: {told['pieces']} pieces, {told['rated']} rated"
    await runtime.cpu.run(course_picture, found.told(), plot, title, timeout_s=DRAWING_TIMEOUT_S)
    return str(plot)


def course_picture(course: "Course", target: Path, title: str) -> None:
    """Write the picture of a course; runs in a worker process."""
    from grym.adapters.plots.learning import plot_course

    plot_course(course, target, title=title)


@command(app, "replay")
async def replay(
    screen: Screen, *, begin: FromOption = BEGINNING, end: ToOption = "now", audit: AuditOption = False
) -> None:
    """Fold every rating again and tell whether the learner decides the same; nothing live is touched."""
    from grym.cli.waiting import opened
    from grym.runtime.proposals import proof_json, prove

    began, ended = instant(begin), instant(end)
    assert began is not None
    assert ended is not None
    async with opened() as runtime:
        proof = await prove(
            began, ended, audit=audit, live=runtime.backend, artifacts=runtime.artifacts, clock=runtime.clock
        )
    told = {"from": began.isoformat(), "to": ended.isoformat(), "audit": audit, **proof_json(proof)}
    if screen.json:
        screen.emit(told)
        return
    screen.show(f"{told['proposals']} proposals, sha256 {told['proposals_sha256']}")
    screen.show(f"{told['replayed']} of {told['read']} inputs decided again, {told['same']} outputs the same")
    for change in told["differences"]:
        screen.show(f"{change['kind']} {change['type']} of {change['subject']} {change['error']}".rstrip())
    screen.show("the learner decides the same" if proof.equal else "the learner decides differently")
