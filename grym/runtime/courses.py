"""Reads the course of learning from the log: every record of its two topics, in the order of appending."""

from datetime import datetime

from consumers.spans import merged, positions_before
from grym.ports.backend import Backend
from schemas.envelope import decode, peek
from streams.courses import TOLD_BY, Telling

_TYPES = frozenset(body.TYPE for body in TOLD_BY)
_TOPICS = frozenset(body.TOPIC for body in TOLD_BY)


async def telling(
    live: Backend, *, user: str | None = None, style: str | None = None, begin: datetime | None = None
) -> Telling:
    """Return what the log tells of learning, of everything or of one user or style, from an instant on.

    Events that were erased are missing.
    """
    found = Telling(user=user, style=style)
    after = (
        await positions_before(live.log, _TOPICS, begin) if begin else dict.fromkeys(await live.log.ends(_TOPICS), 0)
    )
    async for record in merged(live.log, after=after, upto=await live.log.ends(_TOPICS)):
        if record.value is not None and peek(record.headers, "ce_type") in _TYPES:
            found.take(decode(record))
    return found
