"""``grym learn``: what was learned of listeners, proof that a replay decides the same, and comparisons."""

from typing import Annotated

import typer

from grym.cli.command import command
from grym.cli.instants import instant
from grym.cli.screen import Screen

app = typer.Typer(help="What was learned from ratings, and proof of it.", no_args_is_help=True)

BEGINNING = "1970-01-01T00:00:00Z"

FromOption = Annotated[str, typer.Option("--from", metavar="T", help="An instant, or 90s, 15m, 2h, 7d ago.")]
ToOption = Annotated[str, typer.Option("--to", metavar="T", help="An instant, a time ago, or now.")]
AuditOption = Annotated[
    bool, typer.Option("--audit", help="Make every proposal again from the state of then.", show_default=False)
]


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
