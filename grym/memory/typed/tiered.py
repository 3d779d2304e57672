"""Short, medium and long memory as one store: an entry lies in one tier, and moves by use and age.

A tier that is not there, or does not answer, is skipped and named: reading goes on with the others, and what belongs
there is kept by the next longer one (or a shorter one, where there is none) until `settle` moves it. Looking up asks
the tiers from short to long; searching asks all of them and gives one ranking, each entry once, in its newest version.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from grym.domain.entries.matching import newer, since
from grym.memory.typed.fronts import Front
from grym.memory.typed.merging import merged, paged
from grym.memory.typed.tiers import TIERS, Tier, TierPolicy, Uses, due_before, nearest, neighbour, tier_of
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
    StoreConfigError,
    Stored,
    StoreUnavailableError,
)

SCANNED = 1_000
"""Entries of a tier looked at in one settling; the oldest first, so that the next one goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """What a settling did."""

    promoted: int = 0
    demoted: int = 0
    returned: int = 0
    forgotten: int = 0
    skipped: tuple[str, ...] = ()


class TieredEntries(EntryStore):
    """A store of tiers.

    Parameters
    ----------
    tiers
        Stores by tier; at least one.
    """

    def __init__(
        self,
        tiers: Mapping[Tier, EntryStore],
        *,
        clock: Clock,
        name: str = "tiered",
        policy: TierPolicy | None = None,
    ) -> None:
        super().__init__(name=name, clock=clock)
        if not tiers or not set(tiers) <= set(TIERS):
            raise StoreConfigError(
                "tiers are short, medium and long, at least one of them", store=name, code="store.config.tiers"
            )
        self._tiers = {tier: Front(tiers[tier], name=tier) for tier in TIERS if tier in tiers}
        self._policy = policy or TierPolicy()
        self._uses = Uses()

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """The tiers that are there, from short to long."""
        return tuple(self._tiers)

    async def settle(self) -> Moves:
        """Move what was used often, what was idle for long and what lies in a tier that only stood in."""
        self._require_open()
        notes: list[str] = []
        promoted = await self._promote(notes)
        counts = {"demoted": 0, "returned": 0, "forgotten": 0}
        for tier in self.tiers:
            for kind, count in (await self._settle_tier(tier, notes)).items():
                counts[kind] += count
        return Moves(promoted=promoted, skipped=tuple(dict.fromkeys(notes)), **counts)

    async def _open(self) -> None:
        if not await self._ready([]):
            raise StoreUnavailableError("no tier can be reached", store=self.name, code="store.unavailable")

    async def _shut(self) -> None:
        for front in self._tiers.values():
            await front.store.close()

    async def _put(self, entries: Sequence[Entry]) -> Sequence[Stored]:
        return [await self._put_one(entry) for entry in entries]

    async def _put_one(self, entry: Entry) -> Stored:
        notes: list[str] = []
        known = (await self._newest(entry.address, [])).entry
        if known is not None:
            if newer(known, entry):
                return Stored(entry=known)
            entry = since(entry, known)
        if (wanted := tier_of(entry)) not in self._tiers:
            notes.append(wanted)
        for tier in nearest(wanted, self.tiers):
            stored = await self._tiers[tier].put(entry, notes)
            if stored is not None:
                await self._drop_elsewhere(stored.entry, tier, notes)
                return Stored(entry=stored.entry, degraded=tuple(dict.fromkeys((*notes, *stored.degraded))))
        raise StoreUnavailableError("no tier takes the entry", store=self.name, key=entry.key)

    async def _get(self, address: Address) -> Lookup:
        notes = self._missing
        found = await self._newest(address, notes)
        if found.entry is None and set(self.tiers) <= set(notes):
            raise StoreUnavailableError("no tier answers", store=self.name, key=address.key)
        if found.entry is not None:
            self._uses.note(address, at=self._clock.now())
        return replace(found, degraded=tuple(dict.fromkeys((*notes, *found.degraded))))

    async def _newest(self, address: Address, notes: list[str]) -> Lookup:
        """Return the newest version that any tier has; of equal ones that of the shortest tier."""
        looked = [await front.look(address, notes) for front in self._tiers.values()]
        best = Lookup(entry=None)
        for one in looked:
            if one is not None and one.entry is not None and (best.entry is None or newer(one.entry, best.entry)):
                best = one
        return best

    def _find(self, query: Query, notes: list[str]) -> AsyncIterator[Result]:
        return paged(self._each_once(query, notes), query)

    async def _each_once(self, query: Query, notes: list[str]) -> AsyncIterator[Result]:
        notes.extend(self._missing)
        ready = await self._ready(notes)
        stores: dict[str, EntryStore] = {tier: self._tiers[tier].store for tier in ready}
        seen = set[Address]()
        async for candidate in merged(stores, query, notes):
            result = candidate.result
            if result.entry.address in seen or await self._outdated(result.entry, candidate.name):
                continue
            seen.add(result.entry.address)
            yield result

    async def _remove(self, address: Address, up_to: datetime | None) -> bool:
        """Remove it everywhere; a tier that is away forgets it before it is used again."""
        self._uses.drop(address)
        notes: list[str] = []
        removed = [await front.forget(address, notes, up_to=up_to) for front in self._tiers.values()]
        if set(self.tiers) <= set(notes):
            raise StoreUnavailableError("no tier answers", store=self.name, key=address.key)
        return any(removed)

    async def _clear(self, scope: Scope | None, owner: str | None) -> int:
        """Remove from all tiers; all of them must answer."""
        for front in self._tiers.values():
            await front.settle()
        return sum([await front.store.clear(scope=scope, owner=owner) for front in self._tiers.values()])

    async def _count(self, query: Query) -> int:
        return len([None async for _ in self._find(query, [])])

    async def _fields(self, query: Query) -> set[str] | None:
        found = [set(result.entry.metadata) async for result in self._find(query, [])]
        return set().union(*found) if found else None

    async def _sweep(self, limit: int) -> int:
        return sum([await self._tiers[tier].store.sweep(limit=limit) for tier in await self._ready([])])

    async def _probe(self) -> Health:
        parts = tuple([await front.store.health() for front in self._tiers.values()])
        detail = f"without {' and '.join(self._missing)}" if self._missing else ""
        return Health(store=self.name, ready=any(part.ready for part in parts), detail=detail, parts=parts)

    @property
    def _missing(self) -> list[str]:
        return [tier for tier in TIERS if tier not in self._tiers]

    async def _promote(self, notes: list[str]) -> int:
        promoted = 0
        for address in self._uses.often(self._policy.promote_uses):
            for tier in self.tiers[:-1]:
                longer = neighbour(tier, self.tiers, step=1)
                found = await self._tiers[tier].look(address, notes)
                if longer and found and found.entry and await self._move(found.entry, tier, longer, notes):
                    promoted += 1
                    break
            self._uses.drop(address)
        return promoted

    async def _settle_tier(self, tier: Tier, notes: list[str]) -> dict[str, int]:
        """Move or forget what does not belong into a tier any more."""
        counts = {"demoted": 0, "returned": 0, "forgotten": 0}
        if not await self._tiers[tier].ready(notes):
            return counts
        oldest = Query(order_by="updated_at", direction="asc", limit=SCANNED)
        for result in await self._tiers[tier].store.search(oldest).all():
            kind = await self._settle_entry(result.entry, tier, notes)
            if kind:
                counts[kind] += 1
        return counts

    async def _settle_entry(self, entry: Entry, tier: Tier, notes: list[str]) -> str:
        home = tier_of(entry)
        if home != tier:  # somebody stood in for its tier
            moves = home in self._tiers and await self._move(entry, tier, home, notes)
            return "returned" if moves else ""
        before = due_before(self._policy, tier, self._clock.now())
        if before is None or self._uses.idle_since(entry) > before:
            return ""
        shorter = neighbour(tier, self.tiers, step=-1)
        if shorter is not None:
            return "demoted" if await self._move(entry, tier, shorter, notes) else ""
        forgets = tier == "short" and await self._tiers[tier].forget(entry.address, notes, up_to=entry.updated_at)
        return "forgotten" if forgets else ""

    async def _move(self, entry: Entry, source: Tier, target: Tier, notes: list[str]) -> bool:
        """Copy an entry to another tier, then remove this version of it; in between it is found once, as one."""
        if not entry.alive(self._clock.now()):
            return False
        if await self._tiers[target].put(replace(entry, type=target), notes) is None:
            return False
        await self._tiers[source].forget(entry.address, notes, up_to=entry.updated_at)
        return True

    async def _drop_elsewhere(self, entry: Entry, tier: Tier, notes: list[str]) -> None:
        """Remove this version and older ones from the other tiers."""
        for other, front in self._tiers.items():
            if other != tier:
                await front.forget(entry.address, notes, up_to=entry.updated_at)

    async def _outdated(self, entry: Entry, name: str) -> bool:
        others = [await front.look(entry.address, []) for tier, front in self._tiers.items() if tier != name]
        return any(found is not None and newer(found.entry, entry) for found in others)

    async def _ready(self, notes: list[str]) -> list[Tier]:
        return [tier for tier, front in self._tiers.items() if await front.ready(notes)]
