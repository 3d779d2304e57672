"""``grym profiles``: the style profiles of a person, and which of them a wish is near to."""

from typing import Annotated

import typer

from grym.cli.command import command
from grym.cli.people import PersonTenantOption, UserArgument, desk, profile_facts
from grym.cli.screen import Screen
from grym.cli.settings_words import settings_from
from grym.errors import InvalidRequestError

app = typer.Typer(help="Style profiles: clusters of what a person liked.", no_args_is_help=True)

WishArgument = Annotated[
    list[str], typer.Argument(metavar="NAME=0..1...", help="What the piece is to have, such as pace=0.2 minor=1.")
]


@command(app, "ls")
async def ls(screen: Screen, *, user: UserArgument, tenant: PersonTenantOption = "default") -> None:
    """List the profiles of a person."""
    from grym.domain.sessions.profiles import profiles_of

    async with desk() as (_, people):
        session = await people.require_session(user, tenant=tenant)
    found = [profile_facts(profile) for profile in profiles_of(session.rated)]
    if screen.json:
        screen.emit({"user": user, "tenant": tenant, "profiles": found})
        return
    for one in found:
        values = ", ".join(f"{name} {value:.2f}" for name, value in sorted(one["vector"].items()))
        screen.show(f"{one['name']}: {one['successes']} of {one['uses']} liked; {values}")
    if not found:
        screen.show(f"{user} has liked nothing yet")


@command(app, "recommend")
async def recommend(
    screen: Screen, *, user: UserArgument, wish: WishArgument, tenant: PersonTenantOption = "default"
) -> None:
    """Tell which profile a wish is near to; none where none is alike by 0.8."""
    from grym.domain.sessions.profiles import profiles_of, recommended

    wanted = _vector(wish)
    async with desk() as (_, people):
        session = await people.require_session(user, tenant=tenant)
    found = recommended(profiles_of(session.rated), wanted)
    profile = None if found.profile is None else profile_facts(found.profile)
    if screen.json:
        screen.emit({"user": user, "tenant": tenant, "profile": profile, "likeness": found.likeness})
        return
    near = "none is near enough" if profile is None else str(profile["name"])
    screen.show(f"{near} (likeness of the nearest {found.likeness:.2f})")


def _vector(words: list[str]) -> dict[str, float]:
    given = settings_from(words)
    values = {name: value for name, value in given.items() if value is not None and 0.0 <= value <= 1.0}
    if len(values) < len(given):
        raise InvalidRequestError(
            "each value lies between 0 and 1", code="profiles.range", hint="Write it as pace=0.2."
        )
    return values
