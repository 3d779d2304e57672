"""What keeps a store in order beside its use: expiry swept, entries settled into their tiers, indexes made anew."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import structlog

from grym.ports.clock import Clock
from grym.ports.entries import EntryStore
from grym.ports.metrics import Sample

if TYPE_CHECKING:  # a process that keeps a plain store in order loads no index
    from grym.memory.typed.tiered import Moves

SWEEP_S = 300.0
"""Seconds between sweeps; until then what has expired only takes room, since nobody finds it."""
REINDEX_S = 3600.0
"""Seconds between making indexes anew; a change is found at once, this mends what nobody foresaw."""


@runtime_checkable
class _Settled(Protocol):
    """A store whose entries move."""

    async def settle(self) -> "Moves": ...


@runtime_checkable
class _Indexed(Protocol):
    """A store with an index."""

    async def reindex(self) -> int: ...


class EntryUpkeep:
    """A component that works on a store until it is stopped.

    What fails is counted, logged and tried again at the next turn.
    """

    name = "entries"
    in_hand = 0

    def __init__(
        self, store: EntryStore, clock: Clock, *, sweep_s: float = SWEEP_S, reindex_s: float = REINDEX_S
    ) -> None:
        self._store = store
        self._clock = clock
        self._sweep_s = sweep_s
        self._reindex_s = reindex_s
        self._logger = structlog.get_logger("grym.memory")
        self.swept = 0
        self.moved = 0
        self.reindexed = 0
        self.failures = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Sweep and reindex by the clock until `stop` is set."""
        reindex_at_s = self._clock.monotonic_s() + self._reindex_s
        while not await self._stopped(stop):
            await self._tried("entries.swept", self.sweep)
            if self._clock.monotonic_s() >= reindex_at_s:
                reindex_at_s += self._reindex_s
                await self._tried("entries.reindexed", self.reindex)

    async def sweep(self) -> dict[str, int]:
        """Remove what has expired, and move what belongs into another tier."""
        swept = await self._store.sweep()
        moved = 0
        if isinstance(self._store, _Settled):
            moves = await self._store.settle()
            moved = moves.promoted + moves.demoted + moves.returned
            swept += moves.forgotten
        self.swept += swept
        self.moved += moved
        return {"swept": swept, "moved": moved}

    async def reindex(self) -> dict[str, int]:
        """Make the index anew, where there is one."""
        count = await self._store.reindex() if isinstance(self._store, _Indexed) else 0
        self.reindexed += count
        return {"entries": count}

    def samples(self) -> Iterator[Sample]:
        """Return what was done so far, as a `MetricSource`."""
        yield Sample(name="entries_swept", value=self.swept, of=self._store.name)
        yield Sample(name="entries_moved", value=self.moved, of=self._store.name)
        yield Sample(name="entries_reindexed", value=self.reindexed, of=self._store.name)
        yield Sample(name="entry_upkeep_failures", value=self.failures, of=self._store.name)

    async def _tried(self, what: str, work: Callable[[], Awaitable[dict[str, int]]]) -> None:
        try:
            done = await work()
        except Exception as error:  # noqa: BLE001 - nothing depends on upkeep; the next turn tries again
            self.failures += 1
            self._logger.warning("entries.upkeep_failed", work=what, code=getattr(error, "code", type(error).__name__))
            return
        if any(done.values()):
            self._logger.info(what, store=self._store.name, **done)

    async def _stopped(self, stop: asyncio.Event) -> bool:
        """Wait for the next sweep or the stop, and return whether it is the stop."""
        asleep = asyncio.ensure_future(self._clock.sleep(self._sweep_s))
        halted = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait((asleep, halted), return_when=asyncio.FIRST_COMPLETED)
        finally:
            asleep.cancel()
            halted.cancel()
            await asyncio.gather(asleep, halted, return_exceptions=True)
        return stop.is_set()
