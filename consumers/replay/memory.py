"""Pattern memory within a replay: as it was when the span began, and what the replay decides on top of it.

The journal of the live memory is never deleted, so memory at an instant is the journal up to there; nothing is decided
again for it, and no retention of the log matters. Numbers are read from the live journal when they are asked for. What
was still being worked on when the span began belongs to neither side, and may show as a difference.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import msgspec

from grym.domain.patterns.checking import checked
from grym.domain.patterns.choosing import chosen, matching
from grym.domain.patterns.folding import Projection, Standing
from grym.domain.patterns.judging import concerned, enter
from grym.domain.patterns.names import collection_name
from grym.domain.patterns.numbers import rows_of
from grym.ports.effects import Effect, RecordPatterns
from grym.ports.patterns import Pattern, PatternBook, PatternEvent, PatternFacts, PatternQuery
from schemas.envelope import peek
from schemas.events import PatternsRecalled
from schemas.records import Record

PAGE = 1000
"""Events without numbers read at once: some hundred bytes each."""


class ReplayedMemory:
    """A `PatternBook` that begins with the journal of another one, and grows by what a replay decides.

    Parameters
    ----------
    live
        The journal that is only read.
    """

    def __init__(self, live: PatternBook) -> None:
        self._live = live
        self._projection = Projection()
        self._base = 0
        self._own: list[PatternEvent] = []
        self._until: int | None = None

    async def begin(self, at: datetime) -> set[str]:
        """Take over what was known at an instant, and return the requests that led to it."""
        requests: set[str] = set()
        while page := await self._live.events(self._base, limit=PAGE, numbers=False):
            for event in page:
                if event.change.at >= at:
                    return requests
                self._projection.apply(event)
                self._base = event.seq
                requests.add(event.change.origin.request_id)
        return requests

    def as_then(self, outputs: Sequence[Record]) -> None:
        """Answer as of the event up to which memory was read then, where the outputs of then say so."""
        answers = [record.value for record in outputs if peek(record.headers, "ce_type") == PatternsRecalled.TYPE]
        self._until = None
        for value in answers:
            try:
                self._until = msgspec.json.decode(value or b"", type=PatternsRecalled).as_of
            except msgspec.MsgspecError:  # erased, or carried by claim
                continue

    def absorb(self, effects: Iterable[Effect]) -> None:
        """Let what was decided happen.

        Raises
        ------
        InvalidPatternError, InvalidVectorError
            Where the journal would refuse it.
        """
        for effect in effects:
            if isinstance(effect, RecordPatterns):
                self._write(effect)

    def _write(self, effect: RecordPatterns) -> None:
        changes = [checked(change) for change in effect.changes]
        known = {event.change.event_id for event in self._own}
        around = self._projection.around(concerned(changes))
        entry = enter(changes, head=self._base + len(self._own), known=known, around=around)
        self._own += entry.events
        for standing in entry.standings:
            self._projection.put(standing)

    # --- reading, as `PatternBook` --------------------------------------------------------------------------------

    async def head(self) -> int:
        """Return the seq of the newest event that counts."""
        return self._end

    async def events(
        self,
        after: int,
        *,
        limit: int,
        up_to: int | None = None,
        collection: str | None = None,
        numbers: bool = True,
    ) -> list[PatternEvent]:
        """Return events behind a seq in order."""
        last = self._end if up_to is None else min(up_to, self._end)
        found: list[PatternEvent] = []
        if after < min(last, self._base):
            found = await self._live.events(
                after, limit=limit, up_to=min(last, self._base), collection=collection, numbers=numbers
            )
        wanted = None if collection is None else collection_name(collection)
        own = (event for event in self._own if after < event.seq <= last and wanted in {None, event.change.collection})
        return [*found, *own][:limit]

    async def known_events(self, event_ids: Collection[str]) -> set[str]:
        """Return those of these ids that were written already."""
        own = {event.change.event_id for event in self._own}
        return (own & set(event_ids)) | await self._live.known_events(event_ids)

    async def find(self, query: PatternQuery) -> list[PatternFacts]:
        """Return the facts of the patterns asked for."""
        return chosen(self._projection, query)

    async def count(self, query: PatternQuery) -> int:
        """Return how many there are."""
        return len(matching(self._projection, query))

    async def facts(self, pattern_ids: Collection[str]) -> dict[str, PatternFacts]:
        """Return the facts of patterns by id."""
        found = ((name, self._projection.get(name)) for name in pattern_ids)
        return {name: standing.facts for name, standing in found if standing is not None}

    async def load(self, pattern_ids: Sequence[str]) -> list[Pattern]:
        """Return patterns with their numbers, in the order asked for."""
        found = [self._projection.get(name) for name in pattern_ids]
        return [
            await self._whole(standing) for standing in found if standing is not None and not standing.facts.retired
        ]

    async def _whole(self, standing: Standing) -> Pattern:
        seq = standing.content_seq
        if seq > self._base:
            change = self._own[seq - self._base - 1].change
        else:
            [event] = await self._live.events(seq - 1, limit=1, up_to=seq)
            change = event.change
        vectors = rows_of(change.vectors, dim=change.dim)
        return Pattern(facts=standing.facts, vectors=vectors, imprint=change.imprint, motif=change.motif)

    @property
    def _end(self) -> int:
        newest = self._base + len(self._own)
        return newest if self._until is None else min(self._until, newest)
