"""Records in memory: which are kept, which wait to be asked for, and what that was good for.

Synchronous and pure but for the memory it is told about; loading belongs to `grym.memory.caching.records`.
"""

from typing import Generic, TypeVar

from grym.memory.caching.foresight import Foresight
from grym.memory.caching.miniatures import Curve, Miniatures
from grym.memory.caching.replacement import Replacement
from grym.memory.caching.settings import CacheSettings
from grym.memory.caching.sizing import next_budget
from grym.memory.caching.staging import Held, Staging
from grym.memory.caching.statistics import CacheCounts, FirstRequests
from grym.ports.memory import Memory

T = TypeVar("T")

CHECK_EVERY = 1_024
"""Requests between two looks at the budget: a look takes some 30 µs, so it costs nothing that could be measured."""


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
        self._budget_bytes = self._settings.sizing.first_bytes
        self._order = Replacement(self._budget_bytes - self._staged_bytes)
        self._held: dict[str, Held[T]] = {}
        self._staging: Staging[T] = Staging(self._staged_bytes)
        self._miniatures: Miniatures | None = None
        """Made when the first record has to leave: before that no balance is better than another."""
        self._seen = FirstRequests()
        self._checked = 0
        self.foresight = Foresight(self._settings.foresight)
        self.counts = CacheCounts()

    def __len__(self) -> int:
        return len(self._held) + len(self._staging)

    def __contains__(self, key: str) -> bool:
        return key in self._held or key in self._staging

    @property
    def budget_bytes(self) -> int:
        """What records may take in memory."""
        return self._budget_bytes

    @property
    def used_bytes(self) -> int:
        """What records take in memory, those that wait included."""
        return self._order.used_bytes + self._staging.used_bytes

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
        held = self._held.get(key)
        if held is not None and held.version >= version:
            self._order.hit(key)
            self.counts.hits += 1
            self._show(key, held.size_bytes)
            return held.value
        self._order.hit(key)
        if (staged := self._staging.take(key, version)) is not None:
            return self._used_guess(key, staged)
        self._count_miss(key, outdated=held is not None or key in self._staging)
        self.drop(key)
        return None

    def keep(self, key: str, held: Held[T]) -> None:
        """Keep a record that was asked for and had to be loaded; an older one never replaces a newer one."""
        known = self._held.get(key)
        if known is not None and known.version > held.version:
            return
        self._staging.drop(key)
        self._show(key, held.size_bytes)
        self._admit(key, held)

    def stage(self, key: str, held: Held[T]) -> None:
        """Let a record wait that nobody has asked for yet."""
        self.counts.prefetches += 1
        known = self._held.get(key)
        if known is not None and known.version >= held.version:
            self._judge_in_vain(1)
            return
        self._judge_in_vain(self._staging.put(key, held))

    def drop(self, key: str) -> None:
        """Give a record up."""
        if self._held.pop(key, None) is not None:
            self._order.forget(key)
        if self._staging.drop(key):
            self._judge_in_vain(1)

    def resize(self, budget_bytes: int) -> None:
        """Change the budget at once."""
        self._budget_bytes = budget_bytes
        self._judge_in_vain(self._staging.resize(self._staged_bytes))
        self._evicted(self._order.resize(budget_bytes - self._staged_bytes))
        if self._miniatures is not None:
            self._miniatures.resize(budget_bytes - self._staged_bytes)

    @property
    def curve(self) -> Curve | None:
        """What bytes are worth; None while nothing had to leave."""
        return None if self._miniatures is None else self._miniatures.curve

    @property
    def _staged_bytes(self) -> int:
        return int(self._budget_bytes * self._settings.staged_share) if self._settings.prefetch else 0

    def _admit(self, key: str, held: Held[T]) -> None:
        leaving = self._order.admit(key, held.size_bytes)
        if key in leaving:
            self._held.pop(key, None)
            self.counts.oversized += 1
            return
        self._held[key] = held
        self._evicted(leaving)

    def _evicted(self, keys: list[str]) -> None:
        for key in keys:
            del self._held[key]
        self.counts.evictions += len(keys)
        if keys and self._miniatures is None and self._settings.adapt:
            self._miniatures = Miniatures(budget_bytes=self._order.budget_bytes, records=len(self._order) + len(keys))

    def _used_guess(self, key: str, staged: Held[T]) -> T:
        self.counts.prefetch_hits += 1
        self.foresight.judged(used=True)
        self._seen.first(key)
        self._show(key, staged.size_bytes)
        self._admit(key, staged)
        return staged.value

    def _judge_in_vain(self, guesses: int) -> None:
        self.counts.prefetches_wasted += guesses
        for _ in range(guesses):
            self.foresight.judged(used=False)

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
        memory = self._memory
        share = memory.used_bytes() / memory.limit_bytes if memory is not None else 0.0
        budget = next_budget(self._budget_bytes, self.curve, used_share=share, settings=self._settings.sizing)
        if budget != self._budget_bytes:
            self.resize(budget)
