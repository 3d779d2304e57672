"""Pattern memory as of any event: what was known then, and the numbers it had, read from the journal alone."""

from collections.abc import AsyncIterator, Mapping

from grym.domain.patterns.folding import Projection, Standing
from grym.domain.patterns.numbers import rows_of
from grym.ports.patterns import Pattern, PatternBook, PatternEvent

BARE_PAGE = 1000
"""Events without numbers: some hundred bytes each."""
WHOLE_PAGE = 32
"""Events with numbers: up to a megabyte each, so this bounds what is in memory at once."""


async def known_as_of(book: PatternBook, seq: int) -> Projection:
    """Return what was known after an event, merged and retired patterns included.

    Raises
    ------
    InvariantError
        ``pattern.journal`` where the events contradict each other.
    """
    projection = Projection()
    async for event in events_of(book, up_to=seq, numbers=False):
        projection.apply(event)
    return projection


async def patterns_as_of(book: PatternBook, seq: int) -> AsyncIterator[Pattern]:
    """Yield the live patterns as they were after an event, with their numbers, a page of them in memory at a time."""
    live = {standing.content_seq: standing for standing in await known_as_of(book, seq) if standing.is_live}
    async for event in numbers_of(book, live):
        yield pattern_of(live[event.seq], event)


async def events_of(
    book: PatternBook, *, after: int = 0, up_to: int | None = None, numbers: bool = True
) -> AsyncIterator[PatternEvent]:
    """Yield events behind a seq in order, page by page."""
    page = WHOLE_PAGE if numbers else BARE_PAGE
    while events := await book.events(after, limit=page, up_to=up_to, numbers=numbers):
        for event in events:
            yield event
        after = events[-1].seq


async def numbers_of(book: PatternBook, wanted: Mapping[int, Standing]) -> AsyncIterator[PatternEvent]:
    """Yield the events of these seqs in order, leaving out pages that hold none of them."""
    after, last = 0, max(wanted, default=0)
    for seq in sorted(wanted):
        if seq <= after:
            continue
        for event in await book.events(seq - 1, limit=WHOLE_PAGE, up_to=last):
            after = event.seq
            if event.seq in wanted:
                yield event


def pattern_of(standing: Standing, event: PatternEvent) -> Pattern:
    """Return a pattern with the numbers that its event carries."""
    change = event.change
    vectors = rows_of(change.vectors, dim=change.dim)
    return Pattern(facts=standing.facts, vectors=vectors, imprint=change.imprint, motif=change.motif)
