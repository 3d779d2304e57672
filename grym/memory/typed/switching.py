"""Switching from one store to another in stages, each of which can be undone.

``old``      reads and writes the old store only
``dual``     writes both; reads the old one
``compare``  writes both; reads the old one, and a share of the reads is compared with the new one
``new``      writes both; reads the new one, so that going back loses nothing
``done``     reads and writes the new store only

Going forward takes one stage at a time. ``new`` is refused until enough reads were compared and few enough differed;
going back is always possible, except from ``done``, when the old store has missed writes.
"""

import random
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from grym.ports.clock import Clock
from grym.ports.entries import (
    Address,
    Entry,
    EntryError,
    EntryStore,
    Health,
    Lookup,
    Query,
    Result,
    Scope,
    StoreConfigError,
    Stored,
    StoreFailedError,
)
from grym.ports.metrics import Sample

Stage = Literal["old", "dual", "compare", "new", "done"]
STAGES: tuple[Stage, ...] = ("old", "dual", "compare", "new", "done")
KEPT_MISMATCHES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchPolicy:
    """When a switch may go on.

    Parameters
    ----------
    share
        Of reads that are compared, 0–1.
    least_compared
        Reads that must have been compared.
    most_mismatched
        Share of those that may differ.
    seed
        Of the dice that choose reads.
    """

    share: float = 0.1
    least_compared: int = 100
    most_mismatched: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0.0 <= self.share <= 1.0 or not 0.0 <= self.most_mismatched <= 1.0 or self.least_compared < 0:
            raise StoreConfigError("shares of a switch lie between 0 and 1", code="store.config.policy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A read that the two stores answered differently: at an address, or for a question."""

    asked: Address | Query
    reason: str


class SwitchedEntries(EntryStore):
    """Two stores of which one takes over from the other."""

    def __init__(
        self,
        *,
        old: EntryStore,
        new: EntryStore,
        clock: Clock,
        stage: Stage = "old",
        policy: SwitchPolicy | None = None,
        name: str = "switch",
    ) -> None:
        super().__init__(name=name, clock=clock)
        self._old = old
        self._new = new
        self._stage: Stage = stage
        self._policy = policy or SwitchPolicy()
        self._dice = random.Random(self._policy.seed)  # noqa: S311 - samples reads, guards nothing
        self.compared = 0
        self.mismatched = 0
        self.unwritten = 0
        self.mismatches: deque[Mismatch] = deque(maxlen=KEPT_MISMATCHES)

    @property
    def stage(self) -> Stage:
        """How far the switch is."""
        return self._stage

    @property
    def obstacle(self) -> str:
        """What keeps reads from going to the new store; empty when nothing does."""
        if self.compared < self._policy.least_compared:
            return f"{self.compared} reads were compared, {self._policy.least_compared} are needed"
        if self.mismatched > self._policy.most_mismatched * self.compared:
            return f"{self.mismatched} of {self.compared} reads differed"
        if self.unwritten:
            return f"{self.unwritten} writes did not reach the new store; copy the entries again"
        return ""

    def go(self, stage: Stage) -> None:
        """Go on by one stage, or back to any earlier one.

        Raises
        ------
        StoreConfigError
            ``switch.stage`` where stages would be skipped or undone too late, ``switch.not_ready`` with the obstacle.
        """
        here, there = STAGES.index(self._stage), STAGES.index(stage)
        if there > here + 1 or (self._stage == "done" and there < here):
            raise StoreConfigError(
                f"a switch cannot go from {self._stage} to {stage}",
                store=self.name,
                code="switch.stage",
                hint="Go on stage by stage; what is done cannot be undone.",
            )
        if stage == "new" and there > here and self.obstacle:
            raise StoreConfigError(f"not ready: {self.obstacle}", store=self.name, code="switch.not_ready")
        self._stage = stage

    def copied(self) -> None:
        """Note that the entries were copied again: whatever the new store had missed, it has now."""
        self.compared = self.mismatched = self.unwritten = 0
        self.mismatches.clear()

    def samples(self) -> Iterator[Sample]:
        """Return what was compared, as a `MetricSource`."""
        yield Sample(name="entries_compared", value=self.compared, of=self.name)
        yield Sample(name="entries_mismatched", value=self.mismatched, of=self.name)

    @property
    def _main(self) -> EntryStore:
        return self._new if self._stage in {"new", "done"} else self._old

    @property
    def _other(self) -> EntryStore | None:
        """Return the store that is written as well."""
        if self._stage in {"old", "done"}:
            return None
        return self._old if self._stage == "new" else self._new

    async def _open(self) -> None:
        await self._old.initialise()
        await self._new.initialise()

    async def _shut(self) -> None:
        await self._old.close()
        await self._new.close()

    async def _put(self, entries: Sequence[Entry]) -> Sequence[Stored]:
        with self._counted_unless_done(len(entries)):
            stored = await self._main.store_all(entries)
            notes = await self._second([one.entry for one in stored])
        return [replace(one, degraded=(*one.degraded, *notes)) for one in stored]

    @contextmanager
    def _counted_unless_done(self, count: int) -> Iterator[None]:
        """Count writes as missing in the other store where one failed or was cancelled half-way: it may be so."""
        try:
            yield
        except BaseException:
            self.unwritten += count if self._other is not None else 0
            raise

    async def _second(self, entries: Sequence[Entry]) -> tuple[str, ...]:
        """Write the other store as well; where that fails the main one still counts, and the failure is told."""
        if self._other is None:
            return ()
        now = self._clock.now()
        try:
            await self._other.store_all([entry for entry in entries if entry.alive(now)])
        except EntryError:
            self.unwritten += len(entries)
            return (self._other.name,)
        return ()

    async def _get(self, address: Address) -> Lookup:
        found = await self._main.retrieve(address)
        if self._stage == "compare" and self._dice.random() < self._policy.share:
            await self._compare(address, found)
        return found

    async def _compare(self, address: Address, found: Lookup) -> None:
        self.compared += 1
        try:
            other = (await self._new.retrieve(address)).entry
        except StoreFailedError as error:
            self._note(address, error.code)
            return
        if not _same(found.entry, other):
            self._note(address, "missing" if other is None else "unknown" if found.entry is None else "different")

    async def _find(self, query: Query, notes: list[str]) -> AsyncIterator[Result]:
        found = self._main.search(query)
        seen: list[Result] = []
        compares = self._stage == "compare" and self._dice.random() < self._policy.share
        async for result in found:
            if compares:
                seen.append(result)
            yield result
        notes.extend(found.degraded)
        if compares:
            await self._compare_search(query, seen)

    async def _compare_search(self, query: Query, seen: Sequence[Result]) -> None:
        self.compared += 1
        try:
            other = await self._new.search(query).all()
        except EntryError as error:
            self._note(query, error.code)
            return
        if [result.entry.address for result in seen] != [result.entry.address for result in other]:
            self._note(query, "other entries, or another order")

    async def _remove(self, address: Address, up_to: datetime | None) -> bool:
        with self._counted_unless_done(1):
            removed = await self._main.delete(address, up_to=up_to)
            if self._other is not None:
                try:
                    await self._other.delete(address, up_to=up_to)
                except EntryError:
                    self.unwritten += 1
        return removed

    async def _clear(self, scope: Scope | None, owner: str | None) -> int:
        with self._counted_unless_done(1):
            cleared = await self._main.clear(scope=scope, owner=owner)
            if self._other is not None:
                await self._other.clear(scope=scope, owner=owner)
        return cleared

    async def _count(self, query: Query) -> int:
        return await self._main.count(query)

    async def _fields(self, query: Query) -> set[str] | None:
        found = [set(result.entry.metadata) async for result in self._main.search(query)]
        return set().union(*found) if found else None

    async def _sweep(self, limit: int) -> int:
        swept = await self._main.sweep(limit=limit)
        if self._other is not None:
            await self._other.sweep(limit=limit)
        return swept

    async def _probe(self) -> Health:
        parts = (await self._old.health(), await self._new.health())
        main = parts[1] if self._main is self._new else parts[0]
        return Health(
            store=self.name, ready=main.ready, detail=f"stage {self._stage}", entries=main.entries, parts=parts
        )

    def _note(self, asked: Address | Query, reason: str) -> None:
        self.mismatched += 1
        self.mismatches.append(Mismatch(asked=asked, reason=reason))


def _same(one: Entry | None, other: Entry | None) -> bool:
    """Return whether two stores hold the same version; when it was first made may differ."""
    if one is None or other is None:
        return one is other
    return replace(one, created_at=None) == replace(other, created_at=None)
