"""Newer reference policies for the benchmark: S3-FIFO, SIEVE and W-TinyLFU, by bytes."""

from collections import Counter, OrderedDict

Queue = OrderedDict[int, int]
"""Sizes by key, oldest first."""


class S3Fifo:
    """Three queues: a small one that most records leave at once, a main one, a ghost (Yang et al. 2023)."""

    def __init__(self, capacity: int, *, small: float = 0.1) -> None:
        self._capacity = capacity
        self._small_share = capacity * small
        self._small: Queue = OrderedDict()
        self._main: Queue = OrderedDict()
        self._ghost: Queue = OrderedDict()
        self._counts: dict[int, int] = {}
        self._small_bytes = self._main_bytes = self._ghost_bytes = 0

    def access(self, key: int, size: int) -> bool:
        """Ask for a record."""
        count = self._counts.get(key)
        if count is not None:
            self._counts[key] = min(count + 1, 3)
            return True
        if size > self._capacity:
            return False
        while self._small_bytes + self._main_bytes + size > self._capacity:
            self._evict()
        self._counts[key] = 0
        if key in self._ghost:
            self._ghost_bytes -= self._ghost.pop(key)
            self._main[key] = size
            self._main_bytes += size
        else:
            self._small[key] = size
            self._small_bytes += size
        return False

    def _evict(self) -> None:
        if self._small and (self._small_bytes > self._small_share or not self._main):
            self._evict_small()
        else:
            self._evict_main()

    def _evict_small(self) -> None:
        key, size = self._small.popitem(last=False)
        self._small_bytes -= size
        if self._counts[key] > 1:
            self._counts[key] = 0
            self._main[key] = size
            self._main_bytes += size
            return
        del self._counts[key]
        self._ghost[key] = size
        self._ghost_bytes += size
        while self._ghost_bytes > self._capacity - self._small_share:
            self._ghost_bytes -= self._ghost.popitem(last=False)[1]

    def _evict_main(self) -> None:
        while self._counts[next(iter(self._main))] > 0:
            key, size = self._main.popitem(last=False)
            self._counts[key] -= 1
            self._main[key] = size
        key, size = self._main.popitem(last=False)
        del self._counts[key]
        self._main_bytes -= size


class Sieve:
    """One queue with a hand that goes from old to new and spares what was asked for (Zhang et al. 2024).

    The hand's way through the queue is kept as a second queue of what it has passed.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._free = capacity
        self._ahead: Queue = OrderedDict()
        """What the hand has not reached, oldest first; new records join at the end."""
        self._passed: Queue = OrderedDict()
        self._asked: set[int] = set()

    def access(self, key: int, size: int) -> bool:
        """Ask for a record."""
        if key in self._ahead or key in self._passed:
            self._asked.add(key)
            return True
        if size > self._capacity:
            return False
        while self._free < size:
            self._evict()
        self._ahead[key] = size
        self._free -= size
        return False

    def _evict(self) -> None:
        while True:
            if not self._ahead:
                self._ahead, self._passed = self._passed, OrderedDict()
            key, size = self._ahead.popitem(last=False)
            if key not in self._asked:
                self._free += size
                return
            self._asked.discard(key)
            self._passed[key] = size


class WTinyLfu:
    """A small window before a segmented LRU that admits what is asked for more than its victim (Einziger et al. 2017).

    Counts are exact here, halved every ten capacities of requests, where the paper sketches them.
    """

    def __init__(self, capacity: int, *, window: float = 0.01, protected: float = 0.8) -> None:
        self._capacity = capacity
        self._window_share = max(capacity * window, 1.0)
        self._protected_share = (capacity - self._window_share) * protected
        self._window: Queue = OrderedDict()
        self._probation: Queue = OrderedDict()
        self._protected: Queue = OrderedDict()
        self._window_bytes = self._probation_bytes = self._protected_bytes = 0
        self._counts: Counter[int] = Counter()
        self._counted = 0

    def access(self, key: int, size: int) -> bool:
        """Ask for a record."""
        self._count(key)
        if key in self._window:
            self._window.move_to_end(key)
            return True
        if key in self._protected:
            self._protected.move_to_end(key)
            return True
        if key in self._probation:
            self._promote(key)
            return True
        if size > self._capacity:
            return False
        self._window[key] = size
        self._window_bytes += size
        while self._window_bytes > max(self._window_share, size):
            self._leave_window()
        while self._window_bytes + self._probation_bytes + self._protected_bytes > self._capacity:
            self._drop()
        return False

    def _count(self, key: int) -> None:
        self._counts[key] += 1
        self._counted += 1
        kept = len(self._window) + len(self._probation) + len(self._protected)
        if self._counted > 10 * max(kept, 100):
            self._counts = Counter({k: n // 2 for k, n in self._counts.items() if n > 1})
            self._counted //= 2

    def _promote(self, key: int) -> None:
        size = self._probation.pop(key)
        self._probation_bytes -= size
        self._protected[key] = size
        self._protected_bytes += size
        while self._protected_bytes > self._protected_share and len(self._protected) > 1:
            old, old_size = self._protected.popitem(last=False)
            self._protected_bytes -= old_size
            self._probation[old] = old_size
            self._probation_bytes += old_size

    def _leave_window(self) -> None:
        key, size = self._window.popitem(last=False)
        self._window_bytes -= size
        main = self._capacity - self._window_share
        while self._probation_bytes + self._protected_bytes + size > main:
            queue = self._probation or self._protected
            if not queue or self._counts[key] <= self._counts[next(iter(queue))]:
                return
            self._drop()
        self._probation[key] = size
        self._probation_bytes += size

    def _drop(self) -> None:
        if self._probation:
            self._probation_bytes -= self._probation.popitem(last=False)[1]
        elif self._protected:
            self._protected_bytes -= self._protected.popitem(last=False)[1]
        else:
            self._window_bytes -= self._window.popitem(last=False)[1]
