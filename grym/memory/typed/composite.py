"""One store made of a durable one, the truth, and nearer ones in front of it.

Reading goes from the nearest to the truth, and what was found further back is copied to the front. Writing follows a
policy: ``through`` writes the truth, then the fronts; ``around`` writes the truth, and the fronts forget; ``behind``
lets writes wait in this process and writes the truth with `flush`: quicker, but what waits is lost with the process.

A front that fails is left out, and named in the answer. It is asked again as soon as it answers, after it has forgotten
what changed meanwhile. Without the truth nothing is written, and what the fronts know is still found, with the truth
named as missing.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Literal

from grym.domain.entries.matching import newer, ranked, since, sort_key, written
from grym.memory.typed.fronts import Front
from grym.memory.typed.merging import Candidate, merged, paged
from grym.memory.typed.pending import PendingWrites
from grym.ports.clock import Clock
from grym.ports.entries import (
    Address,
    Entry,
    EntryStore,
    Health,
    Lookup,
    Query,
    Result,
    Scope,
    Stored,
    StoreFailedError,
)

WritePolicy = Literal["through", "around", "behind"]
MAX_PENDING = 1_000


class CompositeEntries(EntryStore):
    """Several stores as one.

    Parameters
    ----------
    truth
        What it holds counts.
    fronts
        Nearest first; optional in every sense.
    policy
        How writes reach the truth.
    backfill
        Whether what was found further back is copied to the fronts.
    pending_limit
        Writes that may wait, with ``behind``.
    """

    def __init__(
        self,
        *,
        truth: EntryStore,
        fronts: Sequence[EntryStore],
        clock: Clock,
        name: str = "composite",
        policy: WritePolicy = "through",
        backfill: bool = True,
        pending_limit: int = MAX_PENDING,
    ) -> None:
        super().__init__(name=name, clock=clock)
        self._truth = truth
        self._fronts = [Front(store) for store in fronts]
        self._policy = policy
        self._backfill = backfill
        self._pending = PendingWrites(limit=pending_limit)

    @property
    def pending(self) -> int:
        """How many writes wait for the truth."""
        return len(self._pending)

    async def flush(self) -> int:
        """Write what waits for the truth and return how much that was."""
        self._require_open()
        with self._blamed():
            return await self._flushed()

    async def _flushed(self) -> int:
        return await self._pending.flush(self._truth, now=self._clock.now())

    async def _open(self) -> None:
        await self._truth.initialise()
        for front in self._fronts:
            await front.ready([])

    async def _shut(self) -> None:
        try:
            await self._flushed()
        finally:
            for store in (self._truth, *(front.store for front in self._fronts)):
                await store.close()

    async def _put(self, entries: Sequence[Entry]) -> Sequence[Stored]:
        notes: list[str] = []
        with self._owed_unless_done(entry.address for entry in entries):
            if self._policy == "behind":
                kept = await self._put_behind(entries)
            else:
                kept = await self._put_through(entries, notes)
            for front in self._fronts:
                if self._policy == "around":
                    for entry in kept:
                        await front.forget(entry.address, notes)
                else:
                    await front.copy(kept, notes, now=self._clock.now())
        return [Stored(entry=entry, degraded=tuple(dict.fromkeys(notes))) for entry in kept]

    async def _put_through(self, entries: Sequence[Entry], notes: list[str]) -> list[Entry]:
        stored = await self._truth.store_all(entries)
        notes.extend(name for one in stored for name in one.degraded)
        return [one.entry for one in stored]

    @contextmanager
    def _owed_unless_done(self, addresses: Iterable[Address]) -> Iterator[None]:
        """Let the fronts forget entries where a change failed or was cancelled: it may have happened all the same."""
        changed = tuple(addresses)
        try:
            yield
        except BaseException:
            for front in self._fronts:
                front.owe(changed)
            raise

    async def _put_behind(self, entries: Sequence[Entry]) -> list[Entry]:
        """Let entries wait, each with when it was made; versions that are older than what is there change nothing."""
        known = {entry.address: (await self._get(entry.address)).entry for entry in entries}
        fresh = [entry for entry in entries if not newer(known[entry.address], entry)]
        made = [since(entry, known[entry.address]) for entry in fresh]
        self._pending.put(made, store=self._truth.name)
        held = (self._pending.get(entry.address) or known[entry.address] for entry in entries)
        return [entry for entry in held if entry is not None]

    async def _get(self, address: Address) -> Lookup:
        notes: list[str] = []
        if address in self._pending:
            waiting = self._pending.get(address)
            alive = waiting is not None and waiting.alive(self._clock.now())
            return Lookup(entry=waiting if alive else None, store=self.name if alive else "")
        missed: list[Front] = []
        for front in self._fronts:
            known = await front.look(address, notes)
            if known is not None and known.entry is not None:
                await self._fill(missed, known.entry, notes)
                return replace(known, degraded=tuple(dict.fromkeys(notes)))
            if known is not None:
                missed.append(front)
        found = await self._truth.retrieve(address)
        if found.entry is not None:
            await self._fill(missed, found.entry, notes)
        return replace(found, degraded=tuple(dict.fromkeys((*notes, *found.degraded))))

    async def _fill(self, fronts: Sequence[Front], entry: Entry, notes: list[str]) -> None:
        """Copy an entry to the front, and take that back where it was deleted or replaced in the meantime."""
        if not self._backfill or not fronts:
            return
        for front in fronts:
            await front.copy([entry], notes, now=self._clock.now())
        try:
            there = (await self._truth.retrieve(entry.address)).entry
            gone = there is None or newer(there, entry)
        except StoreFailedError:
            gone = True
        for front in fronts if gone else ():
            await front.forget(entry.address, notes)

    def _find(self, query: Query, notes: list[str]) -> AsyncIterator[Result]:
        return paged(self._each_once(query, notes), query)

    async def _each_once(self, query: Query, notes: list[str]) -> AsyncIterator[Result]:
        seen: set[Address] = set()
        async for result in self._ranked(query, notes):
            if result.entry.address in seen:
                continue
            seen.add(result.entry.address)
            yield result

    async def _ranked(self, query: Query, notes: list[str]) -> AsyncIterator[Result]:
        """Yield everything that counts: what waits and the truth, or the fronts where the truth cannot be asked."""
        waiting = ranked(self._pending.entries, replace(query, limit=None, offset=0), now=self._clock.now())
        async for candidate in self._written(query, notes):
            while waiting and sort_key(waiting[0], query) < sort_key(candidate.result, query):
                yield waiting.pop(0)
            if candidate.result.entry.address not in self._pending:
                yield candidate.result
        for result in waiting:
            yield result

    async def _written(self, query: Query, notes: list[str]) -> AsyncIterator[Candidate]:
        missing: list[str] = []
        async for candidate in merged({self._truth.name: self._truth}, query, missing):
            yield candidate
        notes.extend(missing)
        if self._truth.name in missing:
            async for candidate in self._from_fronts(query, notes):
                yield candidate

    async def _from_fronts(self, query: Query, notes: list[str]) -> AsyncIterator[Candidate]:
        """Yield what the fronts know, each entry only in the newest version one of them has."""
        ready = [front for front in self._fronts if await front.ready(notes)]
        async for candidate in merged({front.name: front.store for front in ready}, query, notes):
            entry = candidate.result.entry
            others = [await front.look(entry.address, notes) for front in ready if front.name != candidate.name]
            if not any(other is not None and newer(other.entry, entry) for other in others):
                yield candidate

    async def _remove(self, address: Address, up_to: datetime | None) -> bool:
        notes: list[str] = []
        if self._policy == "behind":
            known = (await self._get(address)).entry
            if known is None or (up_to is not None and written(known) > up_to):
                return False
            self._pending.delete([address], store=self._truth.name)
        with self._owed_unless_done([address]):
            removed = self._policy == "behind" or await self._truth.delete(address, up_to=up_to)
            for front in self._fronts:
                await front.forget(address, notes)
        return removed

    async def _clear(self, scope: Scope | None, owner: str | None) -> int:
        await self._flushed()
        try:
            cleared = await self._truth.clear(scope=scope, owner=owner)
        except BaseException:  # it may have happened all the same
            for front in self._fronts:
                front.owe_all()
            raise
        await self._empty_fronts(lambda store: store.clear(scope=scope, owner=owner))
        return cleared

    async def _empty_fronts(self, clear: Callable[[EntryStore], Awaitable[int]]) -> None:
        for front in self._fronts:
            await front.empty([], clear)

    async def _count(self, query: Query) -> int:
        await self._flushed()
        return await self._truth.count(query)

    async def _fields(self, query: Query) -> set[str] | None:
        everything = self._ranked(query, [])
        found = [set(result.entry.metadata) async for result in everything]
        return set().union(*found) if found else None

    async def _sweep(self, limit: int) -> int:
        if self._pending:
            await self._flushed()
        for front in self._fronts:
            if await front.ready([]):
                await front.store.sweep(limit=limit)
        return await self._truth.sweep(limit=limit)

    async def _probe(self) -> Health:
        parts = [await store.health() for store in (self._truth, *(front.store for front in self._fronts))]
        waiting, entries = len(self._pending), parts[0].entries
        return Health(
            store=self.name,
            ready=parts[0].ready,
            detail=f"{waiting} writes wait" if waiting else "",
            entries=None if waiting else entries,
            parts=tuple(parts),
        )
