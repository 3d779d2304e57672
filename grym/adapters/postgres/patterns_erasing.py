"""Erasing a person from the journal of pattern memory: words and numbers go, events and their order stay.

The journal is else never changed. What is erased is exempt from questions as of an earlier event, and says so by its
empty numbers; the digest beside them is that of nothing, so that a check finds no damage.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from grym.adapters.postgres.patterns_rows import EVENT, NUMBERS, event_of
from grym.adapters.postgres.patterns_writing import lock_journal, refold
from grym.domain.patterns.erasing import erased_events
from grym.ports.patterns import PatternEvent

_THEIRS = f"""
select {EVENT}, {NUMBERS} from pattern_events
where pattern_id = any($1::text[]) or origin_request_id = any($2::text[]) order by seq"""  # noqa: S608 - our own names

_REWRITE = """
update pattern_events set data = g.data::jsonb, dim = g.dim, vectors = g.vectors, imprint = g.imprint, motif = g.motif
from unnest($1::bigint[], $2::text[], $3::integer[], $4::bytea[], $5::bytea[], $6::bytea[])
    as g (seq, data, dim, vectors, imprint, motif)
where pattern_events.seq = g.seq"""


async def erase_patterns(connection: Any, pattern_ids: Sequence[str], *, requests: Sequence[str]) -> int:
    """Empty the events of patterns, and take the words out of whatever else requests said; return how many events."""
    if not (pattern_ids or requests):
        return 0
    await lock_journal(connection)
    events = [event_of(row) for row in await connection.fetch(_THEIRS, list(pattern_ids), list(requests))]
    changed = erased_events(events, frozenset(pattern_ids))
    if changed:
        await connection.execute(_REWRITE, *_columns(changed))
        await refold(connection)
    return len(changed)


def _columns(events: Sequence[PatternEvent]) -> list[list[Any]]:
    changes = [event.change for event in events]
    return [
        [event.seq for event in events],
        [msgspec.json.encode(change.data).decode() for change in changes],
        *([getattr(change, name) for change in changes] for name in ("dim", "vectors", "imprint", "motif")),
    ]
