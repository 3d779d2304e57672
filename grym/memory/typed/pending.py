"""Writes that wait for their store: bounded, in order, and read by whoever asks meanwhile."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime

from grym.domain.entries.matching import newer, since
from grym.ports.entries import Address, Entry, EntryStore, WritesPendingError

BATCH = 100


class PendingWrites:
    """The newest version of each entry that waits, or that it is to be deleted.

    Parameters
    ----------
    limit
        Entries that may wait; one more is refused.
    """

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._waiting: dict[Address, Entry | None] = {}
        self._turn = asyncio.Lock()

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, address: Address) -> bool:
        return address in self._waiting

    @property
    def entries(self) -> list[Entry]:
        """Versions that wait to be written."""
        return [entry for entry in self._waiting.values() if entry is not None]

    def get(self, address: Address) -> Entry | None:
        """Return the version that waits; None also for a deletion."""
        return self._waiting.get(address)

    def put(self, entries: Sequence[Entry], *, store: str) -> None:
        """Let entries wait; of two versions of one the later stays.

        Raises
        ------
        WritesPendingError
            When that would be too many; none of them waits then.
        """
        fresh = {entry.address for entry in entries} - set(self._waiting)
        self._require_room(len(fresh), store)
        for entry in entries:
            before = self._waiting.get(entry.address)
            if not newer(before, entry):
                self._waiting[entry.address] = since(entry, before)

    def delete(self, addresses: Iterable[Address], *, store: str) -> None:
        """Let deletions wait."""
        addresses = set(addresses)
        self._require_room(len(addresses - set(self._waiting)), store)
        self._waiting.update(dict.fromkeys(addresses))

    async def flush(self, store: EntryStore, *, now: datetime) -> int:
        """Write everything that waits, and return how much that was; what fails waits on."""
        async with self._turn:
            written = 0
            while self._waiting:
                batch = dict(list(self._waiting.items())[:BATCH])
                alive = [entry for entry in batch.values() if entry is not None and entry.alive(now)]
                await store.store_all(alive)
                for address in batch.keys() - {entry.address for entry in alive}:
                    await store.delete(address)
                for address, entry in batch.items():
                    if self._waiting.get(address) is entry:  # nobody wrote again meanwhile
                        del self._waiting[address]
                written += len(batch)
            return written

    def _require_room(self, more: int, store: str) -> None:
        if len(self._waiting) + more > self._limit:
            raise WritesPendingError(
                f"{len(self._waiting)} writes wait for {store} already",
                store=store,
                hint="Try again when it has caught up, or write through.",
                details={"waiting": len(self._waiting), "limit": self._limit},
            )
