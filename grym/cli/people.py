"""What the commands about people share: the desk, and facts in the words of the contract."""

import getpass
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from grym.domain.sessions.performance import Performance, Trend
    from grym.domain.sessions.profiles import Profile
    from grym.domain.sessions.values import Attempt, Session
    from grym.runtime import Runtime
    from producers.people import PeopleDesk

UserArgument = Annotated[str, typer.Argument(metavar="USER", help="Whose session it is.")]
PersonTenantOption = Annotated[str, typer.Option("--tenant", help="The tenant the person belongs to.")]
DIGITS = 4


@asynccontextmanager
async def desk() -> "AsyncIterator[tuple[Runtime, PeopleDesk]]":
    """Open the runtime of the settings with the desk for people."""
    from grym.cli.waiting import opened

    async with opened() as runtime:
        yield runtime, runtime.people_desk(by=operator())


def operator() -> str:
    """Return who is at the keyboard, for the audit event."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in containers
        return "operator"


def session_facts(session: "Session", *, style: str | None) -> dict[str, Any]:
    """Return everything a session says, of one style where one is named."""
    from grym.domain.sessions.performance import performances, spreads, trends
    from grym.domain.sessions.settings import all_settings

    attempts = [one for one in session.attempts if style in {None, one.style}]
    return {
        "attempts": [attempt_facts(attempt) for attempt in reversed(attempts)],
        "summary": {name: _rounded(asdict(one)) for name, one in spreads(attempts).items()},
        "trends": {name: trend_facts(one) for name, one in trends(attempts).items()},
        "performance": [performance_facts(one) for one in performances(session) if style in {None, one.style}],
        "preferences": {backend: dict(chosen) for backend, chosen in sorted(session.preferences.items())},
        "settings": all_settings(session),
        "waiting_ratings": len(session.early),
    }


def attempt_facts(attempt: "Attempt") -> dict[str, Any]:
    """Return what one attempt was and came to."""
    facts = {name: getattr(attempt, name) for name in _ATTEMPT}
    maps = {name: dict(getattr(attempt, name)) for name in ("parameters", "settings", "metrics")}
    return facts | maps | {"at": attempt.at.isoformat(), "succeeded": attempt.succeeded, "stars": attempt.stars}


_ATTEMPT = (
    "request_id",
    "outcome",
    "style",
    "mode",
    "backend",
    "model",
    "input_sha256",
    "passed",
    "rounds",
    "wall_s",
    "cpu_s",
)


def performance_facts(one: "Performance") -> dict[str, Any]:
    """Return how attempts of one kind went."""
    facts = asdict(one)
    share = one.successes / one.attempts if one.attempts else None
    return {name: _rounded(value) for name, value in {**facts, "success_rate": share}.items()}


def trend_facts(one: "Trend") -> dict[str, Any]:
    """Return where a measure is going."""
    facts = {"slope": one.slope, "interval": one.interval, "count": one.count, "direction": one.direction}
    return {name: _rounded(value) for name, value in facts.items()}


def profile_facts(profile: "Profile") -> dict[str, Any]:
    """Return a style profile, with the share of its pieces that were liked."""
    facts = asdict(profile)
    return facts | {"success_rate": round(profile.successes / profile.uses, DIGITS)}


def suggestion_facts(session: "Session", *, style: str) -> dict[str, Any]:
    """Return what a session suggests for a style, by parameter."""
    from grym.domain.sessions.suggesting import suggestions

    return {name: asdict(one) for name, one in suggestions(session.attempts, style=style).items()}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, dict):
        return {name: _rounded(inner) for name, inner in value.items()}
    return [_rounded(inner) for inner in value] if isinstance(value, list | tuple) else value
