"""Results of several stores as one stream: one ranking, each address once, a store that fails named and left out."""

import heapq
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace

from grym.domain.entries.matching import SortKey, sort_key
from grym.ports.entries import EntryStore, InvalidEntryError, Query, Result, StoreFailedError

PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A result and the name of the store it comes from."""

    name: str
    result: Result


async def merged(stores: Mapping[str, EntryStore], query: Query, notes: list[str]) -> AsyncIterator[Candidate]:
    """Yield what matches in any of the stores in the order of the question, without its limit and offset.

    Only one page of each store is at hand at any time. Addresses may come more than once. A store that fails is noted
    by its name here.
    """
    heads: list[tuple[SortKey, int, Candidate]] = []
    streams = [_everything(name, store, query, notes) for name, store in stores.items()]
    for place, stream in enumerate(streams):
        await _advance(heads, place, stream, query)
    while heads:
        _, place, candidate = heapq.heappop(heads)
        yield candidate
        await _advance(heads, place, streams[place], query)


async def paged(results: AsyncIterator[Result], query: Query) -> AsyncIterator[Result]:
    """Yield what limit and offset of a question leave of all its results."""
    left, skip = query.limit, query.offset
    async for result in results:
        if skip > 0:
            skip -= 1
            continue
        if left is not None and left <= 0:
            return
        left = None if left is None else left - 1
        yield result


async def _advance(
    heads: list[tuple[SortKey, int, Candidate]], place: int, stream: AsyncIterator[Candidate], query: Query
) -> None:
    candidate = await anext(stream, None)
    if candidate is not None:
        heapq.heappush(heads, (sort_key(candidate.result, query), place, candidate))


async def _everything(name: str, store: EntryStore, query: Query, notes: list[str]) -> AsyncIterator[Candidate]:
    """Yield all results of a store page by page; one that fails ends early, by name."""
    offset, size = 0, max(PAGE, min(10 * PAGE, query.offset + (query.limit or 0)))
    while True:
        count = 0
        found = store.search(replace(query, limit=size, offset=offset))
        try:
            async for result in found:
                count += 1
                yield Candidate(name=name, result=result)
        except StoreFailedError:
            notes.append(name)
        except InvalidEntryError as error:  # whether a field is nowhere is for all stores together to say
            if error.code != "query.field_missing":
                raise
        notes.extend(found.degraded)
        if count < size:
            return
        offset += size
