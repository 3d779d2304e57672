"""Decoded values by number, shared by threads: made where they are missing, kept while they are worth their bytes."""

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from grym.memory.caching.kept import KeptRecords
from grym.memory.caching.settings import CacheSettings
from grym.memory.caching.staging import Held
from grym.memory.caching.statistics import CacheCounts
from grym.ports.memory import Memory

T = TypeVar("T")


class DecodedCache(Generic[T]):
    """One budget for everything that is decoded in this process, however many collections it belongs to.

    Parameters
    ----------
    size_of
        Bytes of memory a value takes, > 0.
    memory
        Tells when memory is short.
    """

    def __init__(
        self, size_of: Callable[[T], int], *, settings: CacheSettings | None = None, memory: Memory | None = None
    ) -> None:
        self._size_of = size_of
        self._kept: KeptRecords[T] = KeptRecords(settings or CacheSettings(prefetch=False), memory=memory)
        self._lock = Lock()
        self._parts = 0

    @property
    def counts(self) -> CacheCounts:
        """What happened so far."""
        return self._kept.counts

    @property
    def used_bytes(self) -> int:
        """What is kept takes."""
        return self._kept.used_bytes

    @property
    def budget_bytes(self) -> int:
        """What may be kept."""
        return self._kept.budget_bytes

    def part(self) -> "DecodedPart[T]":
        """Return a part of it with numbers of its own."""
        with self._lock:
            self._parts += 1
            return DecodedPart(self, f"{self._parts}:")

    def get_or_make(self, key: str, make: Callable[[], T]) -> T:
        """Return what is kept under a key, made where nothing is; two threads may both make it, and either is kept."""
        with self._lock:
            value = self._kept.find(key, 0)
        if value is None:
            value = make()
            with self._lock:
                self._kept.keep(key, Held(version=0, value=value, size_bytes=max(self._size_of(value), 1)))
        return value


class DecodedPart(Generic[T]):
    """Numbers of one collection within a cache of all."""

    def __init__(self, cache: DecodedCache[T], prefix: str) -> None:
        self._cache = cache
        self._prefix = prefix

    def get_or_make(self, number: int, make: Callable[[], T]) -> T:
        """Return what is kept under a number, made where nothing is."""
        return self._cache.get_or_make(f"{self._prefix}{number}", make)
