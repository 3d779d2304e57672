"""Typed memory: one contract for every store of entries, whatever lies behind it.

`EntryStore` keeps the promises all stores share: nothing works before `initialise`, what is given is checked first,
answers are streams, and what fails names the store and the key. A store adds only the methods with an underscore.

- Of two versions of an entry the one with the later `updated_at` stays; equal ones are replaced. So writing twice,
  copying and filling back are harmless in any order.
- What has expired is found by nobody from that instant on, swept or not.
- What a store cannot ask at the moment it leaves out and names in `degraded`; it never answers differently in silence.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self

from grym.domain.entries.checking import check_entry, check_query
from grym.domain.entries.dating import dated, stamp
from grym.domain.entries.faults import (
    EntryError,
    InvalidEntryError,
    StoreClosedError,
    StoreConfigError,
    StoreFailedError,
    StoreFullError,
    StoreUnavailableError,
    WritesPendingError,
)
from grym.domain.entries.matching import unknown_fields
from grym.domain.entries.values import (
    Address,
    Direction,
    Entry,
    EntryType,
    Filter,
    Health,
    IndexKind,
    Lookup,
    OrderBy,
    Query,
    Result,
    Scope,
    Stored,
)
from grym.errors import TransientError, UnavailableError
from grym.ports.clock import Clock
from grym.ports.following import Changes, Embedder, FollowedStore
from grym.ports.results import Results

__all__ = [
    "Address",
    "Changes",
    "Direction",
    "Embedder",
    "Entry",
    "EntryError",
    "EntryStore",
    "EntryType",
    "Filter",
    "FollowedStore",
    "Health",
    "IndexKind",
    "InvalidEntryError",
    "Lookup",
    "OrderBy",
    "Query",
    "Result",
    "Results",
    "Scope",
    "StoreClosedError",
    "StoreConfigError",
    "StoreFailedError",
    "StoreFullError",
    "StoreUnavailableError",
    "Stored",
    "WritesPendingError",
    "dated",
]

SWEPT = 1_000
"""Expired entries removed at a time unless said otherwise."""


class EntryStore(ABC):
    """A store of entries.

    Parameters
    ----------
    name
        What it is called in answers, errors and metrics.
    """

    def __init__(self, *, name: str, clock: Clock) -> None:
        self._name = name
        self._clock = clock
        self._is_open = False
        self._opening = asyncio.Lock()

    @property
    def name(self) -> str:
        """What it is called."""
        return self._name

    async def initialise(self) -> None:
        """Make the store ready; doing so twice is harmless.

        Raises
        ------
        StoreUnavailableError
            Where it cannot be reached; it may be tried again.
        """
        async with self._opening:
            if not self._is_open:
                with self._blamed():
                    await self._open()
                self._is_open = True

    def opened(self) -> Self:
        """Return the store as initialised; for those whose connections somebody else has opened."""
        self._is_open = True
        return self

    async def close(self) -> None:
        """Give everything back; doing so twice is harmless."""
        async with self._opening:
            if self._is_open:
                self._is_open = False
                await self._shut()

    async def __aenter__(self) -> Self:
        await self.initialise()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def store(self, entry: Entry) -> Stored:
        """Keep an entry, replacing an older version.

        Raises
        ------
        StoreClosedError, InvalidEntryError, StoreFailedError
            In the last case it may or may not have been kept; storing it again is harmless.
        """
        return (await self.store_all([entry]))[0]

    async def store_all(self, entries: Sequence[Entry]) -> tuple[Stored, ...]:
        """Keep many entries; one that is invalid refuses all of them."""
        self._require_open()
        now = self._clock.now()
        stamped = [stamp(entry, now=now) for entry in entries]
        for entry in stamped:
            check_entry(entry, now=now, store=self._name)
        with self._blamed(stamped[0].key if len(stamped) == 1 else ""):
            return tuple(await self._put(stamped)) if stamped else ()

    async def retrieve(self, address: Address) -> Lookup:
        """Return what stands at an address, if it is alive."""
        self._require_open()
        with self._blamed(address.key):
            return await self._get(address)

    def search(self, query: Query) -> Results:
        """Return a stream of what matches, best or newest first.

        Raises
        ------
        InvalidEntryError
            While it is read: ``query.field_missing`` where it filters by a field that none of the entries has which the
            rest of the question selects, and there are such.
        """
        self._require_open()
        check_query(query, store=self._name)
        notes: list[str] = []
        return Results(self._searched(query, notes), notes)

    async def delete(self, address: Address, *, up_to: datetime | None = None) -> bool:
        """Remove an entry, unless it was updated after `up_to`, and return whether a live one was removed."""
        self._require_open()
        with self._blamed(address.key):
            return await self._remove(address, up_to)

    async def clear(self, *, scope: Scope | None = None, owner: str | None = None) -> int:
        """Remove everything, of a scope or an owner where given, and return how many entries that were."""
        self._require_open()
        with self._blamed():
            return await self._clear(scope, owner)

    async def count(self, query: Query | None = None) -> int:
        """Return how many live entries match, whatever limit, offset and score."""
        self._require_open()
        query = replace(query or Query(), limit=None, offset=0, text="", vector=(), min_score=0.0)
        check_query(query, store=self._name)
        with self._blamed():
            return await self._count(query)

    async def sweep(self, *, limit: int = SWEPT) -> int:
        """Remove up to `limit` entries that have expired and return how many."""
        self._require_open()
        with self._blamed():
            return await self._sweep(limit)

    async def health(self) -> Health:
        """Return how the store does; asks it, and never raises one of its errors."""
        if not self._is_open:
            return Health(store=self._name, ready=False, detail="not initialised")
        try:
            with self._blamed():
                return await self._probe()
        except EntryError as error:
            return Health(store=self._name, ready=False, detail=str(error))

    async def _searched(self, query: Query, notes: list[str]) -> AsyncIterator[Result]:
        found = False
        with self._blamed():
            async for result in self._find(query, notes):
                found = True
                yield result
            if not found and query.conditions and query.limit != 0 and query.offset == 0:
                await self._refuse_unknown_fields(query)

    async def _refuse_unknown_fields(self, query: Query) -> None:
        wider = replace(query, filters=(), metadata={}, text="", vector=(), min_score=0.0, limit=None)
        known = await self._fields(wider)
        if known is None or not (missing := unknown_fields(query, known)):
            return
        raise InvalidEntryError(
            f"no entry has the field {missing[0]}",
            store=self._name,
            code="query.field_missing",
            hint=f"There are: {', '.join(sorted(known)[:12]) or 'none'}.",
            details={"field": missing[0]},
        )

    def _require_open(self) -> None:
        if not self._is_open:
            raise StoreClosedError(
                f"the store {self._name} is not initialised",
                store=self._name,
                hint="Await initialise() first, or use `async with`.",
            )

    @contextmanager
    def _blamed(self, key: str = "") -> Iterator[None]:
        """Turn what an adapter raises into the same of this family, cause kept."""
        try:
            yield
        except EntryError as error:
            error.place(self._name, key)
            raise
        except TransientError as error:
            kind = StoreUnavailableError if isinstance(error, UnavailableError) else StoreFailedError
            raise kind(
                f"{self._name}: {error.message}",
                store=self._name,
                key=key,
                code=error.code,
                hint=error.hint,
                details=error.details,
            ) from error

    @abstractmethod
    async def _open(self) -> None:
        """Connect."""

    @abstractmethod
    async def _shut(self) -> None:
        """Disconnect."""

    @abstractmethod
    async def _put(self, entries: Sequence[Entry]) -> Sequence[Stored]:
        """Keep checked, stamped entries; the later `updated_at` stays, `created_at` stays the first."""

    @abstractmethod
    async def _get(self, address: Address) -> Lookup:
        """Look up."""

    @abstractmethod
    def _find(self, query: Query, notes: list[str]) -> AsyncIterator[Result]:
        """Search; whom it could not ask goes into `notes`."""

    @abstractmethod
    async def _remove(self, address: Address, up_to: datetime | None) -> bool:
        """Delete."""

    @abstractmethod
    async def _clear(self, scope: Scope | None, owner: str | None) -> int:
        """Delete many."""

    @abstractmethod
    async def _count(self, query: Query) -> int:
        """Count."""

    @abstractmethod
    async def _fields(self, query: Query) -> set[str] | None:
        """Return the metadata fields of what matches, None where nothing does."""

    @abstractmethod
    async def _sweep(self, limit: int) -> int:
        """Remove what has expired."""

    @abstractmethod
    async def _probe(self) -> Health:
        """Ask for health."""
