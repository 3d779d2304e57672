"""Reading pattern memory from lists."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from grym.adapters.memory.store import Store
from grym.domain.patterns.folding import Projection, Standing
from grym.domain.patterns.names import collection_name, plain_text
from grym.domain.patterns.numbers import rows_of
from grym.ports.patterns import Order, Pattern, PatternEvent, PatternFacts, PatternQuery

_ORDERS: dict[Order, Callable[[PatternFacts], Any]] = {
    "newest": lambda facts: -facts.first_seq,
    "oldest": lambda facts: facts.first_seq,
    "name": lambda facts: facts.name,
    "count": lambda facts: -facts.count,
    "duration": lambda facts: -facts.duration_s,
}


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
        order = _ORDERS[query.order]
        found = sorted(self._matching(query), key=lambda facts: (order(facts), facts.pattern_id))
        return found[query.offset : query.offset + query.limit]

    async def facts(self, pattern_ids: Collection[str]) -> dict[str, PatternFacts]:
        """Return the facts of patterns by id."""
        found = ((name, self._store.projection.get(plain_text(name))) for name in pattern_ids)
        return {name: standing.facts for name, standing in found if standing is not None}

    async def count(self, query: PatternQuery) -> int:
        """Return how many there are."""
        return len(self._matching(query))

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

    def _matching(self, query: PatternQuery) -> list[PatternFacts]:
        return [standing.facts for standing in self._store.projection if _is_wanted(standing, query)]

    def _whole(self, standing: Standing) -> Pattern:
        change = self._store.pattern_events[standing.content_seq - 1].change
        vectors = rows_of(change.vectors, dim=change.dim)
        return Pattern(facts=standing.facts, vectors=vectors, imprint=change.imprint, motif=change.motif)


def _bare(event: PatternEvent) -> PatternEvent:
    return replace(event, change=replace(event.change, vectors=b"", imprint=b"", motif=b""))


def _is_wanted(standing: Standing, query: PatternQuery) -> bool:
    facts = standing.facts
    return (
        (standing.is_live or not query.live)
        and (query.collection is None or facts.collection == collection_name(query.collection))
        and query.kind in {None, facts.kind}
        and plain_text(query.category) in {"", facts.category}
        and _says(facts, plain_text(query.text).replace("\n", " ").casefold())
        and all(_has_tag(facts, plain_text(name), plain_text(value)) for name, value in query.tags.items())
    )


def _says(facts: PatternFacts, text: str) -> bool:
    texts = (facts.name, *facts.tags.values(), facts.category)
    return any(text in said.replace("\n", " ").casefold() for said in texts)


def _has_tag(facts: PatternFacts, name: str, value: str) -> bool:
    return name in facts.tags and value in {"", facts.tags[name]}
