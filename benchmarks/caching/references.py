"""Reference policies for the benchmark: LRU, LFU, ARC, those of `newer`, and Belady's bound, by bytes.

Written from the papers for comparison only; grym's own policy is in `grym.memory.caching`. What is larger than the
whole capacity is never admitted by any of them.
"""

import heapq
from collections import OrderedDict
from collections.abc import Iterable
from typing import Protocol

from benchmarks.caching.newer import Queue, S3Fifo, Sieve, WTinyLfu


class Policy(Protocol):
    """Decides what stays."""

    def access(self, key: int, size: int) -> bool:
        """Ask for a record of `size` bytes, admit it where it was missing, and return whether it was there."""
        ...


class Lru:
    """Evicts what was not asked for the longest."""

    def __init__(self, capacity: int) -> None:
        self._free = capacity
        self._capacity = capacity
        self._kept: Queue = OrderedDict()

    def access(self, key: int, size: int) -> bool:
        """Ask for a record."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return True
        if size > self._capacity:
            return False
        while self._free < size:
            self._free += self._kept.popitem(last=False)[1]
        self._kept[key] = size
        self._free -= size
        return False


class Lfu:
    """Evicts what was asked for least since it came in; among equals the one not asked for the longest."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._free = capacity
        self._counts: dict[int, int] = {}
        self._ranks: dict[int, Queue] = {}
        self._least = 1

    def access(self, key: int, size: int) -> bool:
        """Ask for a record."""
        count = self._counts.get(key)
        if count is not None:
            self._move(key, count)
            return True
        if size > self._capacity:
            return False
        while self._free < size:
            self._evict()
        self._counts[key] = 1
        self._ranks.setdefault(1, OrderedDict())[key] = size
        self._least = 1
        self._free -= size
        return False

    def _move(self, key: int, count: int) -> None:
        size = self._ranks[count].pop(key)
        if not self._ranks[count]:
            del self._ranks[count]
            self._least += self._least == count
        self._ranks.setdefault(count + 1, OrderedDict())[key] = size
        self._counts[key] = count + 1

    def _evict(self) -> None:
        while self._least not in self._ranks:
            self._least += 1
        key, size = self._ranks[self._least].popitem(last=False)
        if not self._ranks[self._least]:
            del self._ranks[self._least]
        del self._counts[key]
        self._free += size


class Arc:
    """Balances recency and frequency by hits in the ghosts of each (Megiddo & Modha 2003)."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._aim = 0.0
        self._lists: tuple[Queue, Queue, Queue, Queue] = (OrderedDict(), OrderedDict(), OrderedDict(), OrderedDict())
        self._bytes = [0, 0, 0, 0]

    def access(self, key: int, size: int) -> bool:
        """Ask for a record."""
        once, often, once_ghost, often_ghost = self._lists
        if key in often:
            often.move_to_end(key)
            return True
        if key in once:
            self._put(1, key, self._take(0, key))
            return True
        if size > self._capacity:
            return False
        recency, frequency = self._bytes[2], self._bytes[3]
        if key in once_ghost:
            self._aim = min(self._capacity, self._aim + size * max(1.0, frequency / recency))
            self._take(2, key)
            self._room(size, from_often_ghost=False)
            self._put(1, key, size)
        elif key in often_ghost:
            self._aim = max(0.0, self._aim - size * max(1.0, recency / frequency))
            self._take(3, key)
            self._room(size, from_often_ghost=True)
            self._put(1, key, size)
        else:
            self._room(size, from_often_ghost=False)
            self._put(0, key, size)
            self._forget()
        return False

    def _take(self, at: int, key: int) -> int:
        size = self._lists[at].pop(key)
        self._bytes[at] -= size
        return size

    def _put(self, at: int, key: int, size: int) -> None:
        self._lists[at][key] = size
        self._bytes[at] += size

    def _room(self, size: int, *, from_often_ghost: bool) -> None:
        while self._bytes[0] + self._bytes[1] + size > self._capacity:
            over = self._bytes[0] > self._aim or (from_often_ghost and self._bytes[0] == self._aim)
            at = 0 if self._lists[0] and (over or not self._lists[1]) else 1
            key = next(iter(self._lists[at]))
            self._put(at + 2, key, self._take(at, key))

    def _forget(self) -> None:
        while self._lists[2] and self._bytes[0] + self._bytes[2] > self._capacity:
            self._take(2, next(iter(self._lists[2])))
        while self._lists[3] and sum(self._bytes) > 2 * self._capacity:
            self._take(3, next(iter(self._lists[3])))


def belady(keys: Iterable[int], sizes: list[int], capacity: int) -> float:
    """Return the hit rate of evicting what is asked for latest, which nobody can know (Belady 1966).

    The best there is for records of one size when all that is missing is loaded on demand; a good guess otherwise.
    """
    asked = list(keys)
    coming = _coming(asked)
    kept: dict[int, int] = {}
    latest: list[tuple[int, int]] = []
    free, hits = capacity, 0
    for at, key in enumerate(asked):
        hits += key in kept
        if key not in kept:
            free -= sizes[key]
        kept[key] = coming[at]
        heapq.heappush(latest, (-coming[at], key))
        while free < 0:
            due, victim = heapq.heappop(latest)
            if kept.get(victim) == -due:
                del kept[victim]
                free += sizes[victim]
    return hits / len(asked)


def _coming(asked: list[int]) -> list[int]:
    """Return for each request when its record is asked for next."""
    following: dict[int, int] = {}
    coming = [0] * len(asked)
    for at in range(len(asked) - 1, -1, -1):
        coming[at] = following.get(asked[at], len(asked) + at)
        following[asked[at]] = at
    return coming


REFERENCES: dict[str, type[Lru | Lfu | S3Fifo | Arc | Sieve | WTinyLfu]] = {
    "LRU": Lru,
    "LFU": Lfu,
    "S3-FIFO": S3Fifo,
    "ARC": Arc,
    "SIEVE": Sieve,
    "W-TinyLFU": WTinyLfu,
}
