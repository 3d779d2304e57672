"""Checking that the table of patterns says what the events say, and that their numbers are unharmed."""

from dataclasses import dataclass

from grym.domain.patterns.checking import WITH_NUMBERS, content_of
from grym.domain.patterns.folding import Projection
from grym.memory.journal.past import events_of
from grym.ports.patterns import PatternBook, PatternFacts, PatternQuery

PAGE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a check found; lists of ids, first ones first.

    Parameters
    ----------
    events, patterns
        How many were read.
    up_to
        The last event that counted.
    gaps
        Seqs that are missing.
    damaged
        Events whose numbers are not those that were written.
    differing
        Patterns of which the table says something else than the events.
    missing, orphans
        Patterns that the events tell of and the table does not hold, and the other way round.
    """

    events: int
    patterns: int
    up_to: int
    gaps: tuple[int, ...] = ()
    damaged: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    orphans: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.gaps or self.damaged or self.differing or self.missing or self.orphans)


async def verify(book: PatternBook) -> Verification:
    """Compare the table with what follows from the events, beside writers: what they change meanwhile is left out.

    Raises
    ------
    InvariantError
        ``pattern.journal`` where the events contradict each other.
    """
    head = await book.head()
    projection, gaps, damaged, count = Projection(), list[int](), list[str](), 0
    async for event in events_of(book, up_to=head):
        count += 1
        gaps += range(count + len(gaps), event.seq)
        if event.change.kind in WITH_NUMBERS and content_of(event.change) != event.change.data.get("content"):
            damaged.append(event.change.event_id)
        projection.apply(event)
    gaps += range(count + len(gaps) + 1, head + 1)
    told = {standing.facts.pattern_id: standing.facts for standing in projection}
    table = await _table(book)
    table.update(await book.facts(told.keys() - table.keys()))  # what was stored again has moved behind the page
    return Verification(
        events=count,
        patterns=len(told),
        up_to=head,
        gaps=tuple(gaps),
        damaged=tuple(damaged),
        differing=tuple(
            name for name in sorted(told.keys() & table.keys()) if _differs(told[name], table[name], head=head)
        ),
        missing=tuple(sorted(told.keys() - table.keys())),
        orphans=tuple(name for name in sorted(table.keys() - told.keys()) if table[name].first_seq <= head),
    )


def _differs(told: PatternFacts, held: PatternFacts, *, head: int) -> bool:
    return held.last_seq <= head and held != told


async def _table(book: PatternBook) -> dict[str, PatternFacts]:
    """Return all that the table holds; patterns that are added meanwhile come behind those that are there."""
    held: dict[str, PatternFacts] = {}
    offset = 0
    while page := await book.find(PatternQuery(live=False, order="oldest", limit=PAGE, offset=offset)):
        held.update((facts.pattern_id, facts) for facts in page)
        offset += len(page)
    return held
