"""Records in memory: which are kept, which were guessed, and what that was good for.

Synchronous and pure but for the memory it is told about; loading belongs to `grym.memory.caching.records`.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, TypeVar

from grym.memory.caching.foresight import Foresight
from grym.memory.caching.miniatures import Curve, Miniatures
from grym.memory.caching.replacement import Replacement
from grym.memory.caching.settings import CacheSettings
from grym.memory.caching.sizing import next_budget
from grym.memory.caching.statistics import CacheCounts, FirstRequests
from grym.ports.memory import Memory

T = TypeVar("T")

CHECK_EVERY = 1_024
"""Requests between two looks at the budget: a look takes some 30 µs, so it costs nothing that could be measured."""


GUESSED_SHARE = 0.1
"""Share of the budget that records may take which nobody has asked for yet: the right guesses are used soon, and wrong
ones push out each other."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Held(Generic[T]):
    """A record in memory: what it was decoded to, the version it is of, and the bytes it takes."""

    version: int
    value: T
    size_bytes: int


class KeptRecords(Generic[T]):
    """Records by key, each of one version, within a budget of bytes.

    Parameters
    ----------
    memory
        Tells when memory is short; None where nobody limits it.
    """

    def __init__(self, settings: CacheSettings | None = None, *, memory: Memory | None = None) -> None:
        self._settings = settings or CacheSettings()
        self._memory = memory
        self._order = Replacement(self._settings.sizing.first_bytes)
        self._held: dict[str, Held[T]] = {}
        self._guessed: OrderedDict[str, int] = OrderedDict()
        """Bytes of those that nobody has asked for yet, oldest guess first."""
        self._guessed_bytes = 0
        self._miniatures: Miniatures | None = None
        """Made when the first record has to leave: before that no balance is better than another."""
        self._seen = FirstRequests()
        self._checked = 0
        self.foresight = Foresight(self._settings.foresight)
        self.counts = CacheCounts()

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, key: str) -> bool:
        return key in self._held

    @property
    def budget_bytes(self) -> int:
        """What records may take in memory."""
        return self._order.budget_bytes

    @property
    def used_bytes(self) -> int:
        """What records take in memory."""
        return self._order.used_bytes

    @property
    def favour(self) -> float:
        """How much frequency counts against age at the moment."""
        return self._order.favour

    @property
    def ghosts(self) -> int:
        """How many names are remembered of records that left."""
        return self._order.ghosts

    def find(self, key: str, version: int) -> T | None:
        """Return a record in a version at least as new; None, counted as a miss, where there is none."""
        self._checked += 1
        if self._checked >= CHECK_EVERY:
            self._look()
        self._order.hit(key)
        held = self._held.get(key)
        if held is None or held.version < version:
            self._count_miss(key, outdated=held is not None)
            if held is not None:
                self.drop(key)
            return None
        if key in self._guessed:
            self._count_guess(key)
        else:
            self.counts.hits += 1
        self._show(key, held.size_bytes)
        return held.value

    def keep(self, key: str, held: Held[T]) -> None:
        """Keep a record that was asked for and had to be loaded; an older one never replaces a newer one."""
        if not self._has(key, held.version + 1):
            self._show(key, held.size_bytes)
            self._admit(key, held, asked=True)

    def guess(self, key: str, held: Held[T]) -> None:
        """Keep a record that nobody has asked for yet; too many of them push out each other."""
        self.counts.prefetches += 1
        if self._has(key, held.version):
            self._in_vain()
            return
        self._unguess(key)
        self._guessed[key] = held.size_bytes
        self._guessed_bytes += held.size_bytes
        self._admit(key, held, asked=False)
        while self._guessed_bytes > GUESSED_SHARE * self.budget_bytes:
            self.drop(next(iter(self._guessed)))

    def drop(self, key: str) -> None:
        """Give a record up."""
        self._order.forget(key)
        self._held.pop(key, None)
        self._unguess(key)

    def resize(self, budget_bytes: int) -> None:
        """Change the budget at once."""
        self._evicted(self._order.resize(budget_bytes))
        if self._miniatures is not None:
            self._miniatures.resize(budget_bytes)

    @property
    def curve(self) -> Curve | None:
        """What bytes are worth; None while nothing had to leave."""
        return None if self._miniatures is None else self._miniatures.curve

    def _has(self, key: str, version: int) -> bool:
        held = self._held.get(key)
        return held is not None and held.version >= version

    def _admit(self, key: str, held: Held[T], *, asked: bool) -> None:
        if asked:
            self._unguess(key)
        self._held[key] = held
        leaving = self._order.admit(key, held.size_bytes, asked=asked)
        self.counts.oversized += key in leaving
        self._evicted(leaving)

    def _evicted(self, keys: list[str]) -> None:
        for key in keys:
            del self._held[key]
            self._unguess(key)
        self.counts.evictions += len(keys)
        if keys and self._miniatures is None and self._settings.adapt:
            self._miniatures = Miniatures(budget_bytes=self.budget_bytes, records=len(self._order) + len(keys))

    def _unguess(self, key: str) -> None:
        """Note that a guess was in vain, if it was one."""
        if self._no_guess_any_more(key):
            self._in_vain()

    def _no_guess_any_more(self, key: str) -> bool:
        size = self._guessed.pop(key, None)
        self._guessed_bytes -= size or 0
        return size is not None

    def _in_vain(self) -> None:
        self.counts.prefetches_wasted += 1
        self.foresight.judged(used=False)

    def _count_guess(self, key: str) -> None:
        self._no_guess_any_more(key)
        self.counts.prefetch_hits += 1
        self.foresight.judged(used=True)
        self._seen.first(key)

    def _count_miss(self, key: str, *, outdated: bool) -> None:
        first = self._seen.first(key)
        if outdated:
            self.counts.version_misses += 1
        elif first:
            self.counts.compulsory_misses += 1
        else:
            self.counts.capacity_misses += 1

    def _show(self, key: str, size_bytes: int) -> None:
        miniatures = self._miniatures
        if miniatures is not None and miniatures.sampled(key) and miniatures.see(key, size_bytes):
            self._order.favour = miniatures.favour

    def _look(self) -> None:
        self._checked = 0
        memory, budget_bytes = self._memory, self.budget_bytes
        share = memory.used_bytes() / memory.limit_bytes if memory is not None else 0.0
        budget = next_budget(budget_bytes, self.curve, used_share=share, settings=self._settings.sizing)
        if budget != budget_bytes:
            self.resize(budget)
