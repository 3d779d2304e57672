"""Saving a person: what each processor knows of them, together in one file."""

import msgspec

from grym.errors import InvalidRequestError
from grym.ports.backend import Backend
from producers.people import PeopleDesk
from streams.learning.processor import NAME as LEARNING
from streams.learning.snapshots import snapshot, state_from
from streams.learning.state import LearnerState, state_key_of
from streams.sessions.processor import NAME as SESSIONS
from streams.sessions.snapshots import Saved, on_the_wire, pack, part_of, session_from, unpack


async def saved_person(backend: Backend, people: PeopleDesk, user: str, *, tenant: str) -> tuple[bytes, list[str]]:
    """Return the file of a person, and which parts are in it.

    Raises
    ------
    InvalidRequestError
        ``session.unknown``.
    """
    session = await people.require_session(user, tenant=tenant)
    parts = {SESSIONS: part_of(session)}
    learned = await backend.states.load(LEARNING, state_key_of(user, tenant=tenant))
    if learned is not None:
        parts[LEARNING] = snapshot(msgspec.json.decode(learned.value, type=LearnerState))
    return pack(user=user, tenant=tenant, saved_at=people.now(), parts=parts), sorted(parts)


def checked_person(content: bytes) -> Saved:
    """Return what a file says, once each of its parts has proved to be what it should be.

    Raises
    ------
    InvalidRequestError
        ``snapshot.part`` for a part that this version does not know, and whatever refuses a part.
    """
    saved = unpack(content)
    readers = {SESSIONS: session_from, LEARNING: state_from}
    for name, part in on_the_wire(saved).items():
        if name not in readers:
            raise InvalidRequestError(
                f"the file has a part {name[:80]!r} that nobody here knows", code="snapshot.part", hint="Update grym."
            )
        readers[name](part)
    return saved
