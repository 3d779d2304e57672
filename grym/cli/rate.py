"""``grym rate``: what a listener thinks of a piece; the learner has taken it in when the command returns."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from grym.cli.command import command
from grym.cli.faults import DONE, ENDED_OTHERWISE, GAVE_UP_WAITING
from grym.cli.options import RequestIdArgument, TimeoutOption, UserOption
from grym.cli.screen import Screen
from grym.errors import InvalidRequestError

if TYPE_CHECKING:
    from schemas.events import FeedbackFolded

StarsArgument = Annotated[
    int | None, typer.Argument(metavar="1..5", help="Stars; may be left out with --aspect or --prefer.")
]
AspectOption = Annotated[
    list[str] | None,
    typer.Option(
        "--aspect",
        metavar="NAME=1..5",
        help="Stars for melody, harmony, rhythm, form, sound or mood; may be repeated.",
        show_default=False,
    ),
]
PreferOption = Annotated[
    str | None,
    typer.Option("--prefer", metavar="OTHER", help="Another piece that this one is better than.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "rate")(rate)


async def rate(
    screen: Screen,
    *,
    request_id: RequestIdArgument,
    stars: StarsArgument = None,
    aspect: AspectOption = None,
    prefer: PreferOption = None,
    user: UserOption = "anonymous",
    timeout_s: TimeoutOption = None,
) -> int:
    """Rate a piece; the next pieces of this user and style follow the ratings."""
    from grym.cli.waiting import checked_timeout, opened
    from schemas.events import FeedbackGiven

    opinion = FeedbackGiven(user=user, stars=stars, aspects=_aspects(aspect or []), preferred_over=prefer)
    checked_timeout(timeout_s)
    noted = None
    async with opened() as runtime:
        event_id = await runtime.client.rate(request_id, opinion)
        try:
            async with runtime.working(), asyncio.timeout(timeout_s):
                folded = await runtime.client.folded(request_id, event_id)
                noted = await runtime.people_desk(by=user).noted(request_id, event_id)
        except TimeoutError:
            folded = None
    if screen.json:
        screen.emit(
            {
                "accepted": folded is not None and folded.accepted,
                "event_id": event_id,
                "request_id": request_id,
                "outcome": _outcome(folded),
                "style": "" if folded is None else folded.style,
                "parameters": {} if folded is None else folded.parameters,
                "reason": "" if folded is None else folded.reason,
                "code": "" if folded is None else folded.code,
                "profile": "" if noted is None else noted.profile,
            }
        )
    elif folded is None:
        screen.show(f"stored as {event_id}; the learner has not taken it in yet")
    else:
        screen.show(_sentence(folded.style, folded.parameters) if folded.accepted else f"no effect: {folded.reason}")
    if folded is None:
        return GAVE_UP_WAITING
    return DONE if folded.accepted else ENDED_OTHERWISE


def _aspects(words: list[str]) -> dict[str, int]:
    aspects: dict[str, int] = {}
    for word in words:
        name, separator, value = word.partition("=")
        if not (name and separator and value.isascii() and value.isdigit()):
            raise InvalidRequestError(
                f"{word!r} is no aspect", code="feedback.aspect", hint="Write it as melody=4, with 1 to 5 stars."
            )
        aspects[name] = int(value)
    return aspects


def _outcome(folded: "FeedbackFolded | None") -> str:
    """Return ``folded``, ``held`` where the piece is not this listener's or not there, or ``pending``."""
    if folded is None:
        return "pending"
    return "held" if folded.held else "folded"


def _sentence(style: str, parameters: dict[str, float]) -> str:
    values = ", ".join(f"{name} {value:.2f}" for name, value in sorted(parameters.items()))
    return f"learned for {style}: {values}" if values else f"taken in for {style}"
