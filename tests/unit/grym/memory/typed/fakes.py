"""Stores that can be taken away, and entries whose text tells them apart."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from grym.adapters.entries.in_memory import InMemoryEntries
from grym.ports.clock import Clock
from grym.ports.entries import Address, Entry, Health, Lookup, Query, Stored, StoreUnavailableError


class Flaky(InMemoryEntries):
    """A store that is away while `away` is set, and counts what it was asked."""

    def __init__(self, *, clock: Clock, name: str) -> None:
        super().__init__(clock=clock, name=name)
        self.away = False
        self.reads = 0
        self.writes = 0

    async def _open(self) -> None:
        self._require()

    async def _put(self, entries: Sequence[Entry]) -> Sequence[Stored]:
        self._require()
        self.writes += len(entries)
        return await super()._put(entries)

    async def _get(self, address: Address) -> Lookup:
        self._require()
        self.reads += 1
        return await super()._get(address)

    async def _remove(self, address: Address, up_to: datetime | None) -> bool:
        self._require()
        return await super()._remove(address, up_to)

    async def _clear(self, scope: Any, owner: Any) -> int:
        self._require()
        return await super()._clear(scope, owner)

    async def _find(self, query: Query, notes: list[str]) -> Any:
        self._require()
        async for result in super()._find(query, notes):
            yield result

    async def _count(self, query: Query) -> int:
        self._require()
        return await super()._count(query)

    async def _sweep(self, limit: int) -> int:
        self._require()
        return await super()._sweep(limit)

    async def _probe(self) -> Health:
        self._require()
        return await super()._probe()

    def _require(self) -> None:
        if self.away:
            raise StoreUnavailableError("away", store=self.name)


def entry(key: str = "a", text: str = "one", **rest: Any) -> Entry:
    """Return an entry about a text."""
    return Entry(key=key, value={"text": text}, **rest)


def at(key: str = "a", **rest: Any) -> Address:
    """Return an address."""
    return Address(key=key, **rest)


def text_of(lookup: Lookup) -> str | None:
    """Return the text of what was found."""
    return None if lookup.entry is None else str(lookup.entry.value["text"])
