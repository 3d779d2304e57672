"""The record cache: what was asked for stays in memory, what is missing is loaded once however many wait for it.

Whoever asks names the version each record must have at least (`grym.ports.caching`), so nothing outdated is ever
returned and nothing has to be invalidated: what is too old is a miss, and gone.

A missing record is looked for in the shared level and then in the source; a copy is shared under the version that was
asked for, also where it is a newer one, so that others who ask the same find it. Loading goes on when the one who asked
first is cancelled, since others may wait for it. Everything belongs to one event loop.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from grym.errors import PermanentError, TransientError
from grym.memory.caching.kept import Held, KeptRecords
from grym.memory.caching.settings import CacheSettings
from grym.memory.caching.statistics import CacheCounts
from grym.ports.caching import NoSharedLevel, Record, RecordSource, SharedLevel
from grym.ports.memory import Memory

T = TypeVar("T")
Records = Mapping[str, Record]
Loading = asyncio.Task[dict[str, Held[T]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec(Generic[T]):
    """How bytes become what is kept, and how much of memory that takes.

    Parameters
    ----------
    decode
        Raises a `PermanentError` for bytes that are no record.
    size_of
        Bytes of a decoded record, > 0.
    """

    decode: Callable[[bytes], T]
    size_of: Callable[[T], int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Flight(Generic[T]):
    version: int
    loading: Loading[T]


class RecordCache(Generic[T]):
    """Records by key, kept while they are worth their bytes.

    Parameters
    ----------
    source
        The store behind.
    versions
        Tells the version of a record that will be asked for, None where it is gone; without it nothing is prefetched.
    shared
        Copies of several processes.
    memory
        Tells when memory is short.
    """

    def __init__(
        self,
        source: RecordSource,
        codec: Codec[T],
        *,
        settings: CacheSettings | None = None,
        versions: Callable[[str], int | None] | None = None,
        shared: SharedLevel | None = None,
        memory: Memory | None = None,
    ) -> None:
        self._source = source
        self._codec = codec
        self._settings = settings or CacheSettings()
        self._versions = versions
        self._shared = shared or NoSharedLevel()
        self._kept: KeptRecords[T] = KeptRecords(self._settings, memory=memory)
        self._flights: dict[str, _Flight[T]] = {}
        self._prefetching: set[asyncio.Task[None]] = set()

    @property
    def kept(self) -> KeptRecords[T]:
        """What is in memory, with its budget."""
        return self._kept

    @property
    def counts(self) -> CacheCounts:
        """What happened so far."""
        return self._kept.counts

    @property
    def degraded(self) -> str:
        """What of it cannot be used at the moment, by name; empty while all of it can."""
        return self._shared.degraded

    async def get(self, key: str, *, version: int) -> T | None:
        """Return one record, None where there is none."""
        return (await self.get_many({key: version})).get(key)

    async def get_many(self, wanted: Mapping[str, int]) -> dict[str, T]:
        """Return records in versions at least as new as those named; those that do not exist are left out.

        Raises
        ------
        TransientError
            ``cache.behind`` where the source has only an older version yet.
        GrymError
            Whatever the source raises, for everybody who waits.
        """
        found: dict[str, T] = {}
        missing: dict[str, int] = {}
        for key, version in wanted.items():
            value = self._kept.find(key, version)
            if value is None:
                missing[key] = version
            else:
                found[key] = value
        if missing:
            found.update(await self._awaited(missing))
        return found

    def heard(self, session: str, key: str) -> None:
        """Note what a session asked for, and begin to load what it will ask for next."""
        if not self._settings.prefetch or self._versions is None:
            return
        guess = self._kept.foresight.heard(session, key)
        if guess is None or guess in self._kept or guess in self._flights:
            return
        version = self._versions(guess)
        if version is None:
            return
        if len(self._prefetching) >= self._settings.prefetching:
            self.counts.prefetches_dropped += 1
            return
        task = asyncio.ensure_future(self._prefetch(guess, version))
        self._prefetching.add(task)
        task.add_done_callback(self._prefetching.discard)

    async def aclose(self) -> None:
        """Give up what is being loaded."""
        tasks = [*self._prefetching, *{flight.loading for flight in self._flights.values()}]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._shared.aclose()

    async def _awaited(self, missing: Mapping[str, int]) -> dict[str, T]:
        """Return what others load already, and what is loaded now."""
        fresh = {key: version for key, version in missing.items() if not self._on_its_way(key, version)}
        if fresh:
            self._depart(fresh, self._demanded)
        # Each from its own load: one that began earlier for another key may carry this one in an older version.
        loadings = {key: self._flights[key].loading for key in missing}
        found: dict[str, T] = {}
        for key, loading in loadings.items():
            arrived = await asyncio.shield(loading)
            if key in arrived:
                found[key] = arrived[key].value
        return found

    def _on_its_way(self, key: str, version: int) -> bool:
        flight = self._flights.get(key)
        return flight is not None and flight.version >= version

    def _depart(self, wanted: Mapping[str, int], arrived: Callable[[str, Held[T]], None]) -> Loading[T]:
        loading = asyncio.ensure_future(self._load(wanted, arrived))
        for key, version in wanted.items():
            self._flights[key] = _Flight(version=version, loading=loading)
        loading.add_done_callback(self._landed)
        return loading

    def _landed(self, loading: Loading[T]) -> None:
        self._flights = {key: flight for key, flight in self._flights.items() if flight.loading is not loading}
        if not loading.cancelled():
            loading.exception()  # whoever waits hears of it; nobody may wait any more

    async def _load(self, wanted: Mapping[str, int], arrived: Callable[[str, Held[T]], None]) -> dict[str, Held[T]]:
        held = await self._beside(self._copies, await self._shared.find(wanted))
        self.counts.shared_hits += len(held)
        rest = [key for key in wanted if key not in held]
        if rest:
            records = await self._source.load(rest)
            _require_new(records, wanted)
            self.counts.loads += len(records)
            self.counts.absent += len(rest) - len(records)
            held.update(await self._beside(self._decoded, records))
            self._shared.offer({key: replace(record, version=wanted[key]) for key, record in records.items()})
        for key, one in held.items():
            arrived(key, one)
        return held

    async def _beside(self, work: Callable[[Records], dict[str, Held[T]]], records: Records) -> dict[str, Held[T]]:
        """Decode in a thread where it takes long."""
        if sum(len(record.payload) for record in records.values()) < self._settings.beside_bytes:
            return work(records)
        return await asyncio.to_thread(work, records)

    def _copies(self, copies: Records) -> dict[str, Held[T]]:
        held = {}
        for key, copy in copies.items():
            try:
                held[key] = self._held(copy)
            except PermanentError:  # somebody else wrote there; the source has the truth
                continue
        return held

    def _decoded(self, records: Records) -> dict[str, Held[T]]:
        return {key: self._held(record) for key, record in records.items()}

    def _held(self, record: Record) -> Held[T]:
        value = self._codec.decode(record.payload)
        return Held(version=record.version, value=value, size_bytes=max(self._codec.size_of(value), 1))

    def _demanded(self, key: str, held: Held[T]) -> None:
        self._kept.keep(key, held)

    async def _prefetch(self, key: str, version: int) -> None:
        loading = self._depart({key: version}, self._kept.guess)
        try:
            await asyncio.shield(loading)
        except Exception:  # noqa: BLE001 (nobody asked for it; whoever does hears of the fault)
            self.counts.prefetches_dropped += 1


def _require_new(records: Mapping[str, Record], wanted: Mapping[str, int]) -> None:
    for key, record in records.items():
        if record.version < wanted[key]:
            raise TransientError(
                "the store behind a cache has an older version than is known to exist",
                code="cache.behind",
                hint="It reads a copy of the database that lags behind; it is asked again by itself.",
                details={"key": key, "version": record.version, "wanted": wanted[key]},
            )
