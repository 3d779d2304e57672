"""Entries found by what they are about: an index of vectors over a store that keeps the entries.

The store behind is the truth, and the only thing that is written; the index follows from it. Where the store tells what
changed, the index catches up before every answer, so that writes of other processes count at once. Where it does not,
the index knows its own writes, and the others' from the next `reindex` on.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import cast

from grym.domain.entries.matching import matches, result_of, sort_key, text_of
from grym.memory.index.flat import FlatIndex
from grym.memory.typed.shelf import NewIndex, VectorShelf
from grym.ports.clock import Clock
from grym.ports.entries import (
    Address,
    Embedder,
    Entry,
    EntryStore,
    FollowedStore,
    Health,
    Lookup,
    Query,
    Result,
    Scope,
    Stored,
)

BATCH = 200
"""Changes taken in at a time; embedding so many texts takes some tens of milliseconds."""
FIRST_NEIGHBOURS = 50


class VectorEntries(EntryStore):
    """A store that finds by likeness.

    Parameters
    ----------
    behind
        Keeps the entries; opened and closed with this one.
    embedder
        Makes vectors of texts.
    new_index
        Makes an empty index for vectors of so many values.
    """

    def __init__(
        self,
        behind: EntryStore,
        *,
        embedder: Embedder,
        clock: Clock,
        name: str = "vector",
        new_index: NewIndex = FlatIndex,
    ) -> None:
        super().__init__(name=name, clock=clock)
        self._behind = behind
        self._embedder = embedder
        self._new_index = new_index
        self._turn = asyncio.Lock()
        self._forget_everything()

    async def reindex(self) -> int:
        """Make the index anew from the store behind and return how many entries it covers."""
        self._require_open()
        with self._blamed():
            async with self._turn:
                await self._read_all()
        return len(self._entries)

    async def _open(self) -> None:
        await self._behind.initialise()
        async with self._turn:
            await self._read_all()

    async def _shut(self) -> None:
        await self._behind.close()

    async def _put(self, entries: Sequence[Entry]) -> Sequence[Stored]:
        if self._follows:
            return await self._behind.store_all(entries)
        async with self._turn:  # the store and the index change together, or a removal in between would be undone
            stored = await self._behind.store_all(entries)
            await self._take_in([one.entry for one in stored])
        return stored

    async def _get(self, address: Address) -> Lookup:
        return await self._behind.retrieve(address)

    async def _find(self, query: Query, notes: list[str]) -> AsyncIterator[Result]:
        if not query.scored:
            found = self._behind.search(query)
            async for result in found:
                yield result
            notes.extend(found.degraded)
            return
        vector = query.vector or tuple((await self._embedder.embed([query.text]))[0])
        async with self._turn:  # an index that is being made anew would answer half
            await self._catch_up()
            results = self._nearest(query, vector)
        end = None if query.limit is None else query.offset + query.limit
        for result in results[query.offset : end]:
            yield result

    async def _remove(self, address: Address, up_to: datetime | None) -> bool:
        if self._follows:
            return await self._behind.delete(address, up_to=up_to)
        async with self._turn:
            removed = await self._behind.delete(address, up_to=up_to)
            if removed:
                self._leave_out([address])
        return removed

    async def _clear(self, scope: Scope | None, owner: str | None) -> int:
        if self._follows:
            return await self._behind.clear(scope=scope, owner=owner)
        async with self._turn:
            cleared = await self._behind.clear(scope=scope, owner=owner)
            self._leave_out([at for at in self._entries if scope in {None, at.scope} and owner in {None, at.owner}])
        return cleared

    async def _count(self, query: Query) -> int:
        return await self._behind.count(query)

    async def _fields(self, query: Query) -> set[str] | None:
        found = [result.entry.metadata async for result in self._behind.search(query)]
        return {name for metadata in found for name in metadata} if found else None

    async def _sweep(self, limit: int) -> int:
        now = self._clock.now()
        async with self._turn:
            self._leave_out([at for at, entry in self._entries.items() if not entry.alive(now)][:limit])
        return await self._behind.sweep(limit=limit)

    async def _probe(self) -> Health:
        behind = await self._behind.health()
        detail = f"{len(self._entries)} entries in the index, by {self._embedder.name}"
        return Health(store=self.name, ready=behind.ready, detail=detail, entries=behind.entries, parts=(behind,))

    @property
    def _follows(self) -> bool:
        return hasattr(self._behind, "changes")

    def _nearest(self, query: Query, vector: Sequence[float]) -> list[Result]:
        """Return at least all results that belong before the end of the page, sorted."""
        shelf = self._given.get(len(vector)) if query.vector else self._texts
        floor = max(query.min_score, self._embedder.floor)
        k = FIRST_NEIGHBOURS + 2 * (query.offset + (query.limit or 0))
        while shelf is not None:
            near = shelf.nearest(vector, k=k)
            results = sorted(self._matching(query, near), key=lambda one: sort_key(one, query))
            if len(near) >= len(shelf) or near[-1][1] < floor or _covers(results, near, query):
                return results
            k *= 4
        return []

    def _matching(self, query: Query, near: Iterable[tuple[Address, float]]) -> Iterable[Result]:
        now = self._clock.now()
        for address, score in near:
            entry = self._entries[address]
            if matches(entry, query, now=now):
                result = result_of(entry, query, score=score, floor=self._embedder.floor)
                if result is not None:
                    yield result

    def _forget_everything(self) -> None:
        self._mark = 0
        self._is_whole = False
        self._entries: dict[Address, Entry] = {}
        self._digests: dict[Address, bytes] = {}
        self._texts = VectorShelf(self._new_index(self._embedder.dim))
        self._given: dict[int, VectorShelf] = {}

    async def _read_all(self) -> None:
        self._forget_everything()
        if self._follows:
            await self._catch_up()
            return
        batch: list[Entry] = []
        async for result in self._behind.search(Query(limit=None)):
            batch.append(result.entry)
            if len(batch) >= BATCH:
                await self._take_in(batch)
                batch = []
        await self._take_in(batch)
        self._is_whole = True

    async def _catch_up(self) -> None:
        """Take in what was committed since the last time, or everything where reading it was broken off."""
        if not self._follows and not self._is_whole:
            await self._read_all()
        while self._follows:
            changes = await cast("FollowedStore", self._behind).changes(self._mark, limit=BATCH)
            if not changes.whole:
                self._forget_everything()
                continue
            self._leave_out(changes.removed)
            await self._take_in(changes.stored)
            if changes.mark == self._mark:
                return
            self._mark = changes.mark

    async def _take_in(self, entries: Sequence[Entry]) -> None:
        texts = {entry.address: text_of(entry) for entry in entries}
        digests = {at: hashlib.sha256(text.encode()).digest() for at, text in texts.items()}
        changed = [at for at, digest in digests.items() if self._digests.get(at) != digest]
        if changed:
            self._texts.put(changed, await self._embedder.embed([texts[at] for at in changed]))
        self._digests.update(digests)
        for entry in entries:
            self._place_given(entry)
            self._entries[entry.address] = entry

    def _place_given(self, entry: Entry) -> None:
        """Move the vector an entry came with, if any, to the shelf of its length."""
        for dim, shelf in self._given.items():
            if dim != len(entry.vector):
                shelf.drop([entry.address])
        if entry.vector:
            dim = len(entry.vector)
            if dim not in self._given:
                self._given[dim] = VectorShelf(self._new_index(dim))
            self._given[dim].put([entry.address], [entry.vector])

    def _leave_out(self, addresses: Sequence[Address]) -> None:
        for shelf in (self._texts, *self._given.values()):
            shelf.drop(addresses)
        for address in addresses:
            self._entries.pop(address, None)
            self._digests.pop(address, None)


def _covers(results: Sequence[Result], near: Sequence[tuple[Address, float]], query: Query) -> bool:
    """Return whether nothing that was not asked for yet could belong before the end of the page."""
    if query.limit is None or query.order != ("score", "desc"):
        return False
    end = query.offset + query.limit
    return end == 0 or (len(results) >= end and results[end - 1].score > near[-1][1])
