"""``grym patterns reembed``: the numbers of recordings made anew by the extractor of today."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from grym.cli.command import command
from grym.cli.screen import Screen

if TYPE_CHECKING:
    from grym.memory.journal.reembedding import Reembedding

CollectionOption = Annotated[
    str | None, typer.Option("--collection", help="Only this part of memory.", show_default=False)
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Only say how much would be kept, from a sample.", show_default=False)
]
ForceOption = Annotated[bool, typer.Option("--force", help="Go on however little is kept.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    command(app, "reembed")(reembed)


async def reembed(
    screen: Screen, *, collection: CollectionOption = None, dry_run: DryRunOption = False, force: ForceOption = False
) -> int:
    """Make recordings anew whose numbers another extractor made, from the sounds they were learned from."""
    from grym.cli.faults import DONE, FAULT
    from grym.cli.waiting import opened
    from grym.runtime.reembedding import reembed_memory

    async with opened(to_work=True) as runtime:
        report = await reembed_memory(runtime, collection=collection, look_only=dry_run, force=force)
    if screen.json:
        screen.emit(report_json(report, dry_run=dry_run))
    else:
        _tell(screen, report, dry_run=dry_run)
    return DONE if report.accepted and not report.failed else FAULT


def report_json(report: "Reembedding", *, dry_run: bool) -> dict[str, Any]:
    """Return what became of it under the names of the command line."""
    kept = report.kept
    return {
        "dry_run": dry_run,
        "outdated": report.outdated,
        "accepted": report.accepted,
        "score": None if kept is None else round(kept.score, 4),
        "information_kept": None if kept is None else round(kept.information, 4),
        "structure_kept": None if kept is None else round(kept.structure, 4),
        "compared": 0 if kept is None else kept.patterns,
        "done": list(report.done),
        "gone": list(report.gone),
        "failed": {name: error.code for name, error in report.failed.items()},
    }


def _tell(screen: Screen, report: "Reembedding", *, dry_run: bool) -> None:
    kept = report.kept
    score = "nothing to compare with" if kept is None else f"score {kept.score:.2f} of {kept.patterns} compared"
    screen.show(f"{report.outdated} recordings of another extractor; {score}")
    if not report.accepted:
        screen.show("Too little would be kept: nothing was changed. --force goes on all the same.")
    elif not dry_run:
        screen.show(f"{len(report.done)} were made anew")
    if report.gone:
        screen.show(f"{len(report.gone)} whose sound is gone keep their numbers: {', '.join(report.gone[:10])}")
    for name, error in report.failed.items():
        screen.show(f"{name}: {error.message} ({error.code})")
