"""What memory knows of the person a piece is for: the entry their session left, as it travels."""

from dataclasses import asdict

from grym.domain.sessions.person import Person, person_address, read_person
from grym.domain.sessions.profiles import Profile
from grym.ports.entries import EntryStore
from schemas.sessions import PersonData, StyleProfileData, SuggestionData


async def person_of(entries: EntryStore, user: str, *, tenant: str, style: str) -> PersonData | None:
    """Return what is known of a user, with suggestions for a style; None where that is nothing."""
    if not user:
        return None
    kept = (await entries.retrieve(person_address(user, tenant=tenant))).entry
    told = None if kept is None else _told(read_person(kept.value), style)
    return None if told == PersonData() else told


def _told(person: Person, style: str) -> PersonData:
    return PersonData(
        settings={backend: dict(values) for backend, values in person.settings.items()},
        suggestions={name: SuggestionData(**asdict(one)) for name, one in person.suggested(style).items()},
        profiles=tuple(_profile(profile) for profile in person.profiles),
    )


def _profile(profile: Profile) -> StyleProfileData:
    counts = {"uses": profile.uses, "successes": profile.successes}
    return StyleProfileData(name=profile.name, vector=dict(profile.vector), **counts)
