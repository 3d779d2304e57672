"""Carrying patterns elsewhere: the live ones of a collection as the pieces of a file, a few in memory at a time."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from grym.domain.patterns.archive import ArchiveWriter, Contents
from grym.domain.patterns.folding import Standing
from grym.domain.patterns.names import collection_name
from grym.memory.journal.past import known_as_of, numbers_of, pattern_of
from grym.ports.patterns import PatternBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file that is yet to be written.

    Parameters
    ----------
    contents
        What it will hold.
    pieces
        Its bytes in order.
    """

    contents: Contents
    pieces: AsyncIterator[bytes]


async def export(
    book: PatternBook, *, now: datetime, collection: str | None = None, as_of: int | None = None
) -> Export:
    """Return the live patterns of a collection, or of all, as a file.

    Parameters
    ----------
    now
        When the file was written, as it will say.
    as_of
        Take the patterns as they were after this event; None takes them as they are.
    """
    head = await book.head()
    seq = head if as_of is None else min(as_of, head)
    wanted = None if collection is None else collection_name(collection)
    live = {
        standing.content_seq: standing
        for standing in await known_as_of(book, seq)
        if standing.is_live and wanted in {None, standing.facts.collection}
    }
    contents = Contents(collection=wanted or "", as_of=seq, written_at=now, patterns=len(live))
    return Export(contents=contents, pieces=_pieces(book, live, contents))


async def _pieces(book: PatternBook, live: Mapping[int, Standing], contents: Contents) -> AsyncIterator[bytes]:
    archive = ArchiveWriter()
    yield archive.begin(contents)
    async for event in numbers_of(book, live):
        yield archive.add(pattern_of(live[event.seq], event))
    yield archive.end()
