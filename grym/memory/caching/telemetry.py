"""What caches say about themselves: read when somebody asks, counted where it happens."""

from collections.abc import Iterator
from typing import Any

from grym.memory.caching.kept import KeptRecords
from grym.ports.metrics import Sample


class CacheNumbers:
    """Shows the numbers of a cache of records under a name; a `MetricSource`."""

    def __init__(self, name: str, kept: KeptRecords[Any]) -> None:
        self._name = name
        self._kept = kept

    def samples(self) -> Iterator[Sample]:
        """Return requests by how they ended, each under the name of the cache and of its end, and what is kept."""
        counts, kept = self._kept.counts, self._kept
        for end in ("hits", "prefetch_hits", "compulsory_misses", "capacity_misses", "version_misses"):
            yield Sample(name="cache_requests", value=getattr(counts, end), of=f"{self._name} {end}")
        yield Sample(name="cache_loads", value=counts.loads, of=self._name)
        yield Sample(name="cache_shared_hits", value=counts.shared_hits, of=self._name)
        yield Sample(name="cache_used_bytes", value=kept.used_bytes, of=self._name)
        yield Sample(name="cache_budget_bytes", value=kept.budget_bytes, of=self._name)
