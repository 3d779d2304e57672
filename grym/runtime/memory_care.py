"""Looking after pattern memory: is everything derived as the journal says, and making it anew."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from grym.adapters.postgres.database import connect
from grym.adapters.postgres.embedded import embedded_server
from grym.adapters.postgres.pgvector import PgVectorSearch
from grym.errors import AdapterError, SaturatedError
from grym.memory.index.crosscheck import Agreement, crosscheck
from grym.memory.index.layered import LayeredIndex
from grym.memory.journal.verifying import Verification, verify
from grym.memory.recognising.auditing import Audit, audit
from grym.ports.index import ExactSearch
from grym.ports.patterns import PatternBook, PatternQuery
from grym.runtime.opening import Runtime
from grym.runtime.recognising import INDEX, index_folder, recogniser_at

PAGE = 1000

MOST_COMPARED = 20_000
"""Windows that are sent to another program for a comparison: some seconds' worth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a check of all of pattern memory found.

    Parameters
    ----------
    journal
        How the table of patterns stands to the events.
    collections
        How each collection that can be recognised stands to the table, by name.
    second_opinions
        How far pgvector names the same neighbours, where the server has it and the collection is not too large.
    """

    journal: Verification
    collections: dict[str, Audit]
    second_opinions: dict[str, Agreement]

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong."""
        agreed = all(found.is_complete for found in self.second_opinions.values())
        return self.journal.is_clean and agreed and all(found.clean for found in self.collections.values())

    @property
    def recall_at_10(self) -> float | None:
        """The lowest recall of any collection; None where there is nothing to find."""
        measured = [found.recall_at_10 for found in self.collections.values() if found.recall_at_10 is not None]
        return min(measured, default=None)


async def check_memory(runtime: Runtime) -> Findings:
    """Compare journal, table and indexes; best while nobody writes."""
    book = runtime.backend.book
    journal = await verify(book)
    found: dict[str, Audit] = {}
    opinions: dict[str, Agreement] = {}
    async with recogniser_at(book, runtime.settings.home) as recogniser, _pgvector(runtime) as other:
        async for name in _collections_of(book):
            collection = recogniser.collection(name)
            found[name] = await audit(collection, book, name=name)
            _, view = await collection.now()
            if other is not None and isinstance(view.index, LayeredIndex) and len(view.index) <= MOST_COMPARED:
                with suppress(AdapterError):  # such as a user who may not create extensions: no opinion
                    opinions[name] = await crosscheck(view.index, other)
    return Findings(journal=journal, collections=found, second_opinions=opinions)


@asynccontextmanager
async def _pgvector(runtime: Runtime) -> AsyncIterator[ExactSearch | None]:
    """Open a search by pgvector; None where the server does not have it."""
    async with AsyncExitStack() as stack:
        dsn = runtime.settings.database
        if dsn is None:  # it runs already: the runtime is open
            server = await embedded_server(runtime.settings.home)
            stack.push_async_callback(asyncio.to_thread, server.leave)
            dsn = server.dsn
        connection = await connect(dsn)
        stack.push_async_callback(connection.close)
        search = PgVectorSearch(connection)
        yield search if await search.available() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What was made anew: rows of the table, and the sealed generation of each collection."""

    patterns: int
    events: int
    generations: dict[str, str]
    skipped: dict[str, str]


async def rebuild_memory(runtime: Runtime) -> Rebuilt:
    """Make the table of patterns and all indexes anew from the events.

    What is there answers until what is new has its name, so that nothing is lost where this is stopped, and a process
    that works meanwhile goes on; indexes of collections and extractors that nobody has any more go.
    """
    book = runtime.backend.book
    patterns = await runtime.backend.projection.refold()
    generations: dict[str, str] = {}
    skipped: dict[str, str] = {}
    async with recogniser_at(book, runtime.settings.home) as recogniser:
        async for name in _collections_of(book):
            try:
                sealed = await recogniser.rebuild(name)
            except SaturatedError as error:  # another process seals it
                skipped[name] = error.code
            else:
                generations[name] = "" if sealed is None else sealed.name
    await asyncio.to_thread(_remove_others, runtime.settings.home, {*generations, *skipped})
    return Rebuilt(patterns=patterns, events=await book.head(), generations=generations, skipped=skipped)


def _remove_others(home: Path, collections: Collection[str]) -> None:
    kept = {index_folder(home, name) for name in collections}
    for folder in (home / INDEX).glob("*/*"):
        if folder not in kept:
            shutil.rmtree(folder, ignore_errors=True)


async def _collections_of(book: PatternBook) -> AsyncIterator[str]:
    """Yield the collections that hold a recording, in the order in which they got their first."""
    seen: set[str] = set()
    offset = 0
    while page := await book.find(PatternQuery(kind="recording", order="oldest", limit=PAGE, offset=offset)):
        for facts in page:
            if facts.collection not in seen:
                seen.add(facts.collection)
                yield facts.collection
        offset += len(page)
