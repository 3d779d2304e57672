"""Pattern memory as events: what was learned, heard again, corrected, merged and given up, in one order, for ever.

`seq` counts events from 1 without gaps, in the order of their commits: whoever has read up to a seq has missed nothing
before it. Everything else (the table of patterns, every index, every cache) follows from the events and may be lost.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from grym.domain.patterns.values import (
    MAX_PATTERN_BYTES,
    Order,
    Origin,
    Pattern,
    PatternChange,
    PatternEvent,
    PatternEventKind,
    PatternFacts,
    PatternKind,
    PatternQuery,
    Relation,
    Verdict,
)

__all__ = [
    "MAX_PATTERN_BYTES",
    "Match",
    "Neighbour",
    "Order",
    "Origin",
    "Pattern",
    "PatternBook",
    "PatternChange",
    "PatternEvent",
    "PatternEventKind",
    "PatternFacts",
    "PatternKind",
    "PatternProjection",
    "PatternQuery",
    "Recogniser",
    "Recognition",
    "Relation",
    "Verdict",
]


class PatternBook(Protocol):
    """Read pattern memory. Writing is an effect (`RecordPatterns`), so that it commits with what caused it."""

    async def head(self) -> int:
        """Return the seq of the newest event; 0 when there is none."""
        ...

    async def events(
        self,
        after: int,
        *,
        limit: int,
        up_to: int | None = None,
        collection: str | None = None,
        numbers: bool = True,
    ) -> list[PatternEvent]:
        """Return events behind a seq in order, none beyond `up_to`; only those of a collection where one is named.

        Without `numbers` their vectors, imprint and motif are left out.
        """
        ...

    async def known_events(self, event_ids: Collection[str]) -> set[str]:
        """Return those of these ids that were written already."""
        ...

    async def find(self, query: PatternQuery) -> list[PatternFacts]:
        """Return the facts of the patterns asked for; ties in order of id."""
        ...

    async def facts(self, pattern_ids: Collection[str]) -> dict[str, PatternFacts]:
        """Return the facts of patterns by id, merged and retired ones too; unknown ones are left out."""
        ...

    async def count(self, query: PatternQuery) -> int:
        """Return how many there are, whatever limit and offset."""
        ...

    async def load(self, pattern_ids: Sequence[str]) -> list[Pattern]:
        """Return patterns with their numbers, in the order asked for; unknown and retired ones are left out."""
        ...


class PatternProjection(Protocol):
    """Keeps the table that follows from the events."""

    async def refold(self) -> int:
        """Make the table of patterns anew from all events, in one transaction, and return how many patterns it holds.

        Raises
        ------
        InvariantError
            ``pattern.journal`` where the events contradict each other; nothing has changed then.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A remembered pattern that sounds here.

    Parameters
    ----------
    confidence
        0–1: the share of matches of this strength that were right, measured on sounds that were never learned.
    offset_s
        Where the sound begins within the pattern; negative before its start.
    transposition_semitones, tempo_ratio
        How the sound lies above the pattern, and its tempo over the pattern's.
    why
        One sentence for a person.
    evidence
        The numbers behind it by name: ``landmarks_aligned``, ``tonal_agreement``, ``margin`` to the runner-up, …
    """

    pattern_id: str
    name: str
    confidence: float
    offset_s: float
    transposition_semitones: int
    tempo_ratio: float
    why: str
    evidence: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """What memory says of a sound.

    Parameters
    ----------
    known
        Whether the surest match is sure enough; a memory that does not know says so.
    matches
        Surest first; none of them below the threshold.
    searched
        How many patterns could have been found.
    as_of
        The seq up to which memory was read.
    degraded
        What could not be used, by name; empty when everything was.
    closest
        What comes closest where nothing is sure enough to be a match; None where something is, or nothing is alike.
    """

    known: bool
    matches: tuple[Match, ...]
    searched: int
    as_of: int
    degraded: tuple[str, ...] = ()
    closest: Match | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A pattern that is like another: similarity 0–1 of what they sound like, wherever in either."""

    pattern_id: str
    similarity: float


class Recogniser(Protocol):
    """Says what a sound is, from everything that was committed before the question."""

    async def recognise(self, imprint: bytes, *, collection: str, top: int, session: str = "") -> Recognition:
        """Compare an encoded imprint with the live recordings of a collection.

        Parameters
        ----------
        session
            Whose questions follow each other; what is likely asked next may be loaded beforehand. Empty: nobody's.
        """
        ...

    async def neighbours(self, pattern_id: str, *, collection: str, top: int) -> list[Neighbour]:
        """Return the recordings most like one of them, most like first; none for what has nothing to compare."""
        ...
