"""Answering what a sound is: follow the journal, look at the collection as it is now, weigh in a thread.

The index is derived: it is built from the journal in memory, so nothing here needs to be saved, repaired or told of a
change. Questions are independent of each other and of the writer, since each works on a view of its own.
"""

import asyncio
from collections.abc import Callable, Mapping

from grym.domain.recognition.codec import decode
from grym.domain.recognition.recognising import THRESHOLD, Finding, recognise
from grym.memory.recognising.contents import Contents, Holding, View
from grym.memory.recognising.follower import Follower, Journal, Shelf
from grym.memory.recognising.imprints import ImprintCache, Imprints
from grym.ports.index import VectorIndex
from grym.ports.patterns import Match, Recognition

ATTEMPTS = 3
"""Views tried where a candidate is given up while it is being weighed; a fourth time in a row has other reasons."""


class JournalRecogniser:
    """Recognises what the journal holds; fulfils `Recogniser`.

    Parameters
    ----------
    book
        The journal.
    new_index
        Opens an index for vectors of a dimension.
    new_cache
        Opens a cache of decoded imprints for one collection; None keeps none.
    up_to
        The last event that counts, for answers as of then; None for all.
    """

    def __init__(
        self,
        book: Journal,
        *,
        new_index: Callable[[int], VectorIndex],
        new_cache: Callable[[], ImprintCache] | None = None,
        up_to: int | None = None,
    ) -> None:
        self._new_index = new_index
        self._new_cache = new_cache
        self._shelves: dict[str, Shelf] = {}
        self._follower = Follower(book, shelf_of=self._shelf, up_to=up_to)

    async def recognise(self, imprint: bytes, *, collection: str, top: int) -> Recognition:
        """Compare an encoded imprint with the live recordings of a collection.

        Raises
        ------
        InvalidPatternError
            Where the imprint cannot be decoded.
        UnavailableError
            Where the journal cannot be read: an answer from an older state could name what was forgotten since.
        """
        query = decode(imprint)
        as_of, view = await self._now(collection)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                found = await asyncio.to_thread(recognise, query, view, top=top)
                break
            except KeyError:  # an imprint that this view still names was given up meanwhile
                if attempt == ATTEMPTS:
                    raise
                as_of, view = await self._now(collection)
        matches = tuple(_match(finding, view.holdings) for finding in found if finding.confidence >= THRESHOLD)
        unreadable = len(self._follower.unreadable)
        degraded = (f"{unreadable} patterns cannot be read",) if unreadable else ()
        return Recognition(known=bool(matches), matches=matches, searched=len(view), as_of=as_of, degraded=degraded)

    async def _now(self, collection: str) -> tuple[int, View]:
        as_of = await self._follower.catch_up()
        return as_of, self._shelf(collection).contents.view

    def _shelf(self, collection: str) -> Shelf:
        """Return the shelf of a collection, a new one where there is none; called from two threads."""
        shelf = self._shelves.get(collection)
        return self._shelves.setdefault(collection, self._new_shelf()) if shelf is None else shelf

    def _new_shelf(self) -> Shelf:
        imprints = Imprints(None if self._new_cache is None else self._new_cache())
        return Shelf(contents=Contents(new_index=self._new_index, imprint_of=imprints.of), imprints=imprints)


def _match(finding: Finding, holdings: Mapping[int, Holding]) -> Match:
    holding = holdings[finding.number]
    return Match(
        pattern_id=holding.pattern_id,
        name=holding.name,
        confidence=finding.confidence,
        offset_s=finding.offset_s,
        transposition_semitones=finding.transposition_semitones,
        tempo_ratio=finding.tempo_ratio,
        why=finding.why,
        evidence=finding.evidence,
    )
