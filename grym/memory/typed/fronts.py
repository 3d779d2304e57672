"""A store that others can do without: it may be away, and is never trusted with anything it may have missed.

While it is away, entries change elsewhere. What changed is noted as a debt, and settled before the store is used again:
it must forget those entries first. So it may know less than the others, but nothing else.
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import TypeVar

from grym.ports.entries import Address, Entry, EntryStore, Lookup, Stored, StoreFailedError

T = TypeVar("T")

MAX_DEBTS = 10_000
"""Addresses remembered; more, and the store must forget everything."""


class Front:
    """One such store with its debts.

    Parameters
    ----------
    name
        What it is called in answers; its own name unless given.
    """

    def __init__(self, store: EntryStore, *, name: str = "") -> None:
        self.store = store
        self.name = name or store.name
        self._owed: dict[Address, int] = {}
        self._owes_all = 0
        self._last_debt = 0

    @property
    def in_debt(self) -> bool:
        """Whether something must be forgotten before it is used."""
        return bool(self._owes_all or self._owed)

    async def look(self, address: Address, notes: list[str]) -> Lookup | None:
        """Return what it knows of an address, None where it cannot be asked."""
        return await self._tried(lambda: self.store.retrieve(address), notes)

    async def copy(self, entries: Iterable[Entry], notes: list[str], *, now: datetime) -> None:
        """Keep copies of what is alive; where that fails it owes forgetting them."""
        alive = [entry for entry in entries if entry.alive(now)]
        if await self._tried(lambda: self.store.store_all(alive), notes) is None:
            self.owe(entry.address for entry in alive)

    async def put(self, entry: Entry, notes: list[str]) -> Stored | None:
        """Keep an entry, and return what stands there then; None where it could not be kept."""
        stored = await self._tried(lambda: self.store.store(entry), notes)
        if stored is None:
            self.owe([entry.address])
        return stored

    async def forget(self, address: Address, notes: list[str], *, up_to: datetime | None = None) -> bool:
        """Forget an entry, now or before the store is used again; return whether one was removed now."""
        removed = await self._tried(lambda: self.store.delete(address, up_to=up_to), notes)
        if removed is None:
            self.owe([address])
        return bool(removed)

    async def empty(self, notes: list[str], clear: Callable[[EntryStore], Awaitable[int]]) -> None:
        """Forget many entries."""
        try:
            cleared = await self._tried(lambda: clear(self.store), notes)
        except BaseException:
            self.owe_all()
            raise
        if cleared is None:
            self.owe_all()

    async def ready(self, notes: list[str]) -> bool:
        """Return whether it can be asked; opens it and settles its debts."""
        try:
            await self.settle()
        except StoreFailedError:
            notes.append(self.name)
            return False
        return True

    def owe(self, addresses: Iterable[Address]) -> None:
        """Note what must be forgotten."""
        self._last_debt += 1
        self._owed.update(dict.fromkeys(addresses, self._last_debt))
        if len(self._owed) > MAX_DEBTS:
            self.owe_all()
            self._owed = {}

    def owe_all(self) -> None:
        """Note that everything must be forgotten."""
        self._last_debt += 1
        self._owes_all = self._last_debt

    async def settle(self) -> None:
        """Open the store where it is not yet, and forget what is owed; what is owed anew meanwhile stays owed."""
        await self.store.initialise()
        if debt := self._owes_all:
            await self.store.clear()
            self._owed = {address: later for address, later in self._owed.items() if later > debt}
            if self._owes_all == debt:
                self._owes_all = 0
        for address, debt in tuple(self._owed.items()):
            await self.store.delete(address)
            if self._owed.get(address) == debt:
                del self._owed[address]

    async def _tried(self, work: Callable[[], Awaitable[T]], notes: list[str]) -> T | None:
        if not await self.ready(notes):
            return None
        try:
            return await work()
        except StoreFailedError:
            notes.append(self.name)
            return None
