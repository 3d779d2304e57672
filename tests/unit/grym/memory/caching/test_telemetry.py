"""What a cache shows of itself."""

from grym.memory.caching.kept import Held, KeptRecords
from grym.memory.caching.telemetry import CacheNumbers
from grym.ports.metrics import CATALOGUE


def test_every_request_is_shown_by_its_end() -> None:
    """With names that the catalogue knows."""
    kept: KeptRecords[object] = KeptRecords()
    kept.find("a", 1)
    kept.keep("a", Held(version=1, value="a", size_bytes=10))
    kept.find("a", 1)
    shown = {(sample.name, sample.of): sample.value for sample in CacheNumbers("imprints", kept).samples()}
    assert shown["cache_requests", "imprints hits"] == 1
    assert shown["cache_requests", "imprints compulsory_misses"] == 1
    assert sum(value for (name, _), value in shown.items() if name == "cache_requests") == 2
    assert shown["cache_used_bytes", "imprints"] == 10
    assert {name for name, _ in shown} <= set(CATALOGUE)
