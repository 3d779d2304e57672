"""Entries in this process: the reference every other store is compared with, and the nearest level of a composite.

Entries are kept as the bytes other stores keep too, so that nobody changes one by changing what was given or returned.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime

from grym.domain.entries.codec import decode, encode
from grym.domain.entries.matching import matches, newer, ranked, since, written
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


class Rows:
    """Entries by address, each with the number of its last change; numbers of what was removed are kept too."""

    def __init__(self) -> None:
        self._kept: dict[Address, bytes] = {}
        self._numbers: dict[Address, int] = {}
        self._last_no = 0

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, address: Address) -> bool:
        return address in self._kept

    def get(self, address: Address) -> Entry | None:
        """Return an entry, expired or not."""
        payload = self._kept.get(address)
        return None if payload is None else decode(payload)

    def all(self) -> list[Entry]:
        """Return every entry, expired ones included."""
        return [decode(payload) for payload in self._kept.values()]

    def keep(self, entry: Entry, *, now: datetime) -> Entry:
        """Put an entry unless a newer version is there, and return what stands there then."""
        known = self.get(entry.address)
        if known is not None and known.alive(now):
            if newer(known, entry):
                return known
            entry = since(entry, known)
        self._kept[entry.address] = encode(entry)
        self._note(entry.address)
        return decode(self._kept[entry.address])

    def remove(self, addresses: Iterable[Address]) -> list[Entry]:
        """Remove entries and return those that were there."""
        gone = [(at, self._kept.pop(at)) for at in addresses if at in self._kept]
        for address, _ in gone:
            self._note(address)
        return [decode(payload) for _, payload in gone]

    def changes(self, after: int, *, limit: int) -> Changes:
        """Return what changed behind a number."""
        later = sorted((number, at) for at, number in self._numbers.items() if number > after)[:limit]
        found = [(at, self.get(at)) for _, at in later]
        return Changes(
            mark=later[-1][0] if later else after,
            stored=tuple(entry for _, entry in found if entry is not None),
            removed=tuple(at for at, entry in found if entry is None),
        )

    def _note(self, address: Address) -> None:
        self._last_no += 1
        self._numbers[address] = self._last_no


class InMemoryEntries(EntryStore):
    """A store that lives as long as its rows are referred to.

    Parameters
    ----------
    rows
        Where the entries lie, shared with whoever else holds them; its own unless given.
    max_entries
        More are refused with ``store.full``; None for no bound.
    """

    def __init__(
        self, *, clock: Clock, name: str = "memory", rows: Rows | None = None, max_entries: int | None = None
    ) -> None:
        super().__init__(name=name, clock=clock)
        self._rows = Rows() if rows is None else rows
        self._max_entries = max_entries

    async def changes(self, after: int, *, limit: int) -> Changes:
        """Return what changed behind a number."""
        self._require_open()
        return self._rows.changes(after, limit=limit)

    async def _open(self) -> None:
        pass

    async def _shut(self) -> None:
        pass

    async def _put(self, entries: Sequence[Entry]) -> Sequence[Stored]:
        self._make_room(entries)
        for entry in entries:
            self._rows.keep(entry, now=self._clock.now())
        kept = (self._rows.get(entry.address) for entry in entries)
        return [Stored(entry=entry) for entry in kept if entry is not None]

    async def _get(self, address: Address) -> Lookup:
        entry = self._rows.get(address)
        if entry is None or not entry.alive(self._clock.now()):
            return Lookup(entry=None)
        return Lookup(entry=entry, store=self.name)

    async def _find(self, query: Query, notes: list[str]) -> AsyncIterator[Result]:
        del notes
        for result in ranked(self._rows.all(), query, now=self._clock.now()):
            yield result

    async def _remove(self, address: Address, up_to: datetime | None) -> bool:
        known = self._rows.get(address)
        if known is None or (up_to is not None and written(known) > up_to):
            return False
        return any(entry.alive(self._clock.now()) for entry in self._rows.remove([address]))

    async def _clear(self, scope: Scope | None, owner: str | None) -> int:
        addresses = [entry.address for entry in self._rows.all()]
        gone = [at for at in addresses if scope in {None, at.scope} and owner in {None, at.owner}]
        return sum(entry.alive(self._clock.now()) for entry in self._rows.remove(gone))

    async def _count(self, query: Query) -> int:
        return len(self._matching(query))

    async def _fields(self, query: Query) -> set[str] | None:
        found = self._matching(query)
        return {name for entry in found for name in entry.metadata} if found else None

    async def _sweep(self, limit: int) -> int:
        return self._drop_expired(limit)

    async def _probe(self) -> Health:
        return Health(store=self.name, ready=True, entries=len(self._rows))

    def _make_room(self, entries: Sequence[Entry]) -> None:
        fresh = sum(address not in self._rows for address in {entry.address for entry in entries})
        if self._max_entries is None or len(self._rows) + fresh <= self._max_entries:
            return
        self._drop_expired(len(self._rows))
        if len(self._rows) + fresh > self._max_entries:
            raise StoreFullError(
                f"the store {self.name} takes no more than {self._max_entries} entries",
                store=self.name,
                hint="Delete some, or let entries expire.",
            )

    def _drop_expired(self, limit: int) -> int:
        now = self._clock.now()
        expired = [entry.address for entry in self._rows.all() if not entry.alive(now)]
        return len(self._rows.remove(expired[:limit]))

    def _matching(self, query: Query) -> list[Entry]:
        now = self._clock.now()
        return [entry for entry in self._rows.all() if matches(entry, query, now=now)]
