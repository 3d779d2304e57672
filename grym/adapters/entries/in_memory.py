"""Entries in this process: the reference every other store is compared with, and the nearest level of a composite.

Entries are kept as the bytes other stores keep too, so that nobody changes one by changing what was given or returned.
"""

from collections.abc import AsyncIterator, MutableMapping, Sequence
from dataclasses import replace
from datetime import datetime

from grym.domain.entries.codec import decode, encode
from grym.domain.entries.matching import matches, ranked
from grym.ports.clock import Clock
from grym.ports.entries import (
    Address,
    Changes,
    Entry,
    EntryStore,
    Health,
    Lookup,
    Query,
    Result,
    Scope,
    Stored,
    StoreFullError,
)

Rows = MutableMapping[Address, bytes]


class InMemoryEntries(EntryStore):
    """A store that lives as long as its rows are referred to.

    Parameters
    ----------
    rows
        Where the entries lie, shared with whoever else holds it; its own unless given.
    max_entries
        More are refused with ``store.full``; None for no bound.
    """

    def __init__(
        self, *, clock: Clock, name: str = "memory", rows: Rows | None = None, max_entries: int | None = None
    ) -> None:
        super().__init__(name=name, clock=clock)
        self._rows: Rows = {} if rows is None else rows
        self._max_entries = max_entries

    async def changes(self, after: int, *, limit: int) -> Changes:
        """Return everything: what lies in memory is read anew each time."""
        del after, limit
        entries = tuple(entry for entry in self._entries() if entry.alive(self._clock.now()))
        return Changes(mark=0, stored=entries, whole=False)

    async def _open(self) -> None:
        pass

    async def _shut(self) -> None:
        pass

    async def _put(self, entries: Sequence[Entry]) -> Sequence[Stored]:
        fresh = {entry.address for entry in entries} - set(self._rows)
        if self._max_entries is not None and len(self._rows) + len(fresh) > self._max_entries:
            self._drop_expired(len(self._rows))
            if len(self._rows) + len(fresh) > self._max_entries:
                raise StoreFullError(
                    f"the store {self.name} holds {self._max_entries} entries already",
                    store=self.name,
                    hint="Delete some, or let entries expire.",
                )
        return [Stored(entry=keep(self._rows, entry, clock=self._clock)) for entry in entries]

    async def _get(self, address: Address) -> Lookup:
        payload = self._rows.get(address)
        entry = None if payload is None else decode(payload)
        if entry is None or not entry.alive(self._clock.now()):
            return Lookup(entry=None)
        return Lookup(entry=entry, store=self.name)

    async def _find(self, query: Query, notes: list[str]) -> AsyncIterator[Result]:
        del notes
        for result in ranked(self._entries(), query, now=self._clock.now()):
            yield result

    async def _remove(self, address: Address) -> bool:
        payload = self._rows.pop(address, None)
        return payload is not None and decode(payload).alive(self._clock.now())

    async def _clear(self, scope: Scope | None, owner: str | None) -> int:
        gone = [at for at in self._rows if scope in {None, at.scope} and owner in {None, at.owner}]
        now = self._clock.now()
        return sum(decode(self._rows.pop(address)).alive(now) for address in gone)

    async def _count(self, query: Query) -> int:
        return len(self._matching(query))

    async def _fields(self, query: Query) -> set[str] | None:
        found = self._matching(query)
        return {name for entry in found for name in entry.metadata} if found else None

    async def _sweep(self, limit: int) -> int:
        return self._drop_expired(limit)

    async def _probe(self) -> Health:
        return Health(store=self.name, ready=True, entries=len(self._rows))

    def _drop_expired(self, limit: int) -> int:
        now = self._clock.now()
        expired = [entry.address for entry in self._entries() if not entry.alive(now)][:limit]
        for address in expired:
            del self._rows[address]
        return len(expired)

    def _matching(self, query: Query) -> list[Entry]:
        now = self._clock.now()
        return [entry for entry in self._entries() if matches(entry, query, now=now)]

    def _entries(self) -> list[Entry]:
        return [decode(payload) for payload in self._rows.values()]


def keep(rows: Rows, entry: Entry, *, clock: Clock) -> Entry:
    """Put an entry into rows unless a newer version is there, and return what they hold then."""
    payload = rows.get(entry.address)
    known = None if payload is None else decode(payload)
    if known is not None and known.alive(clock.now()):
        if newer(known, entry):
            return known
        entry = replace(entry, created_at=first_of(known, entry))
    rows[entry.address] = encode(entry)
    return decode(rows[entry.address])


def newer(known: Entry, entry: Entry) -> bool:
    """Return whether the version that is known is the newer one."""
    assert known.updated_at is not None
    assert entry.updated_at is not None
    return known.updated_at > entry.updated_at


def first_of(known: Entry, entry: Entry) -> datetime:
    """Return when an entry was first made."""
    return min(filter(None, (known.created_at, entry.created_at)))
