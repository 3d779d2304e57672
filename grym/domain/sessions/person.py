"""What the next piece of a person needs to know of them, as one entry of typed memory."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from grym.domain.entries.known import name_of, owner_of
from grym.domain.entries.values import Address, Entry
from grym.domain.sessions.profiles import Profile, profiles_of
from grym.domain.sessions.settings import all_settings
from grym.domain.sessions.suggesting import Means, Suggestion, liked_by_style, suggested_for
from grym.domain.sessions.values import Session

DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What is known of somebody, as read from their entry.

    Parameters
    ----------
    settings
        By backend and name.
    profiles
        The clusters of what they like.
    styles
        Means of their liked pieces by style.
    """

    settings: Mapping[str, Mapping[str, float]]
    profiles: tuple[Profile, ...]
    styles: Mapping[str, Means]

    def suggested(self, style: str) -> dict[str, Suggestion]:
        """Return what their liked pieces suggest for a style."""
        return suggested_for(self.styles, style)


def person_address(user: str, *, tenant: str) -> Address:
    """Return where it is kept what is known of a person; the owner is the user, so that erasing finds it."""
    return Address(scope="agent", owner=owner_of(user), key=name_of(f"person/{tenant}"))


def person_entry(session: Session, user: str, *, tenant: str, at: datetime) -> Entry:
    """Return what is known of a person, made of their session."""
    address = person_address(user, tenant=tenant)
    return Entry(
        key=address.key,
        owner=address.owner,
        value={
            "settings": all_settings(session),
            "profiles": [asdict(profile) for profile in profiles_of(session.rated)],
            "styles": {style: _rounded(means) for style, means in liked_by_style(session.attempts).items()},
        },
        metadata={"attempts": len(session.attempts), "rated": len(session.rated)},
        created_at=at,
        updated_at=at,
    )


def is_telling(session: Session) -> bool:
    """Tell whether anything follows from a session for the next piece."""
    return any(attempt.liked for attempt in session.attempts) or bool(all_settings(session))


def read_person(value: Mapping[str, Any]) -> Person:
    """Return what an entry says; an entry of another shape is a fault of grym.

    Raises
    ------
    KeyError, TypeError
        Where it is not what `person_entry` writes.
    """
    return Person(
        settings=value["settings"],
        profiles=tuple(Profile(**profile) for profile in value["profiles"]),
        styles={style: Means(**means) for style, means in value["styles"].items()},
    )


def _rounded(means: Means) -> dict[str, Any]:
    values = {name: round(value, DIGITS) for name, value in means.values.items()}
    return {"values": values, "counts": dict(means.counts)}
