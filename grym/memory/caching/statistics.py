"""What a cache did, told apart so that nobody mistakes a first request for a bad cache."""

from dataclasses import dataclass, fields
from zlib import crc32

_BITS = 1 << 20


@dataclass(slots=True, kw_only=True)
class CacheCounts:
    """Requests by how they ended; every request is counted in exactly one of the first six.

    Parameters
    ----------
    hits
        Answered from memory, after somebody had asked before.
    prefetch_hits
        Answered from memory, since it was loaded before anybody asked.
    compulsory_misses
        Never asked for before, so no cache could have had it.
    capacity_misses
        Asked for before, and gone for want of room.
    version_misses
        There, but older than what was asked for.
    shared_hits
        Of those misses that the shared level answered, so that nothing had to be loaded. Not a seventh kind of end.
    absent
        Of those misses that not even the store behind knew.
    prefetches, prefetches_wasted
        Records loaded before anybody asked, and those of them that nobody asked for.
    prefetches_dropped
        Guesses that were not followed since too many loads were under way, or whose load failed.
    loads
        Records loaded from the store behind, prefetches included.
    evictions
        Records that left for want of room.
    oversized
        Records that are larger than the whole budget.
    """

    hits: int = 0
    prefetch_hits: int = 0
    compulsory_misses: int = 0
    capacity_misses: int = 0
    version_misses: int = 0
    shared_hits: int = 0
    absent: int = 0
    prefetches: int = 0
    prefetches_wasted: int = 0
    prefetches_dropped: int = 0
    loads: int = 0
    evictions: int = 0
    oversized: int = 0

    @property
    def misses(self) -> int:
        """Requests that had to wait."""
        return self.compulsory_misses + self.capacity_misses + self.version_misses

    @property
    def requests(self) -> int:
        """All requests."""
        return self.hits + self.prefetch_hits + self.misses

    @property
    def hit_rate(self) -> float:
        """The share of requests that did not have to wait; 0 before the first."""
        return (self.hits + self.prefetch_hits) / max(self.requests, 1)

    def as_dict(self) -> dict[str, int]:
        """Return all counts by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


class FirstRequests:
    """Tells first requests from later ones in 128 KiB, however many records there are.

    One bit stands for all keys whose digests share it: of n keys, about n / 2,000,000 of the first requests are taken
    for later ones.
    """

    def __init__(self) -> None:
        self._bits = bytearray(_BITS // 8)

    def first(self, key: str) -> bool:
        """Note a request and return whether it is the first for its key."""
        place, bit = divmod(crc32(key.encode()) % _BITS, 8)
        seen = self._bits[place] >> bit & 1
        self._bits[place] |= 1 << bit
        return not seen
