"""Saving a person: what each processor knows of them, together in one file."""

from grym.errors import InvalidRequestError
from grym.ports.backend import Backend
from producers.people import PeopleDesk
from streams.sessions.processor import NAME
from streams.sessions.snapshots import pack, part_of


async def saved_person(backend: Backend, people: PeopleDesk, user: str, *, tenant: str) -> tuple[bytes, list[str]]:
    """Return the file of a person, and which parts are in it.

    Raises
    ------
    InvalidRequestError
        ``session.unknown``.
    """
    session = await people.require_session(user, tenant=tenant)
    parts = {NAME: part_of(session)}
    del backend
    return pack(user=user, tenant=tenant, saved_at=people.now(), parts=parts), sorted(parts)


__all__ = ["InvalidRequestError", "saved_person"]
