"""Reading pattern memory from lists."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import islice

from grym.adapters.memory.store import Store
from grym.domain.patterns.choosing import chosen, matching
from grym.domain.patterns.folding import Projection, Standing
from grym.domain.patterns.names import collection_name, plain_text
from grym.domain.patterns.numbers import rows_of
from grym.ports.patterns import Pattern, PatternEvent, PatternFacts, PatternQuery


class MemoryBook:
    """Pattern memory."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def head(self) -> int:
        """Return the seq of the newest event."""
        return len(self._store.pattern_events)

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
        behind = self._store.pattern_events[after : None if up_to is None else max(after, up_to)]
        wanted = None if collection is None else collection_name(collection)
        found = list(islice((event for event in behind if wanted in {None, event.change.collection}), limit))
        return found if numbers else [_bare(event) for event in found]

    async def known_events(self, event_ids: Collection[str]) -> set[str]:
        """Return those of these ids that were written already."""
        return {event_id for event_id in event_ids if event_id in self._store.pattern_event_ids}

    async def find(self, query: PatternQuery) -> list[PatternFacts]:
        """Return the facts of the patterns asked for."""
        return chosen(self._store.projection, query)

    async def facts(self, pattern_ids: Collection[str]) -> dict[str, PatternFacts]:
        """Return the facts of patterns by id."""
        found = ((name, self._store.projection.get(plain_text(name))) for name in pattern_ids)
        return {name: standing.facts for name, standing in found if standing is not None}

    async def count(self, query: PatternQuery) -> int:
        """Return how many there are."""
        return len(matching(self._store.projection, query))

    async def load(self, pattern_ids: Sequence[str]) -> list[Pattern]:
        """Return patterns with their numbers, in the order asked for."""
        found = (self._store.projection.get(plain_text(name)) for name in pattern_ids)
        return [self._whole(standing) for standing in found if standing is not None and not standing.facts.retired]

    async def refold(self) -> int:
        """Make what follows from the events anew."""
        projection = Projection()
        for event in self._store.pattern_events:
            projection.apply(event)
        self._store.projection = projection
        return len(projection)

    def _whole(self, standing: Standing) -> Pattern:
        change = self._store.pattern_events[standing.content_seq - 1].change
        vectors = rows_of(change.vectors, dim=change.dim)
        return Pattern(facts=standing.facts, vectors=vectors, imprint=change.imprint, motif=change.motif)


def _bare(event: PatternEvent) -> PatternEvent:
    return replace(event, change=replace(event.change, vectors=b"", imprint=b"", motif=b""))
