"""What is counted, and that every request is counted once."""

from grym.memory.caching.statistics import CacheCounts, FirstRequests


def test_every_request_has_one_end() -> None:
    """The rate is hits of both kinds over all."""
    counts = CacheCounts(hits=5, prefetch_hits=1, compulsory_misses=2, capacity_misses=1, version_misses=1)
    assert (counts.misses, counts.requests, counts.hit_rate) == (4, 10, 0.6)
    assert CacheCounts().hit_rate == 0
    assert counts.as_dict()["capacity_misses"] == 1


def test_a_first_request_is_one_once() -> None:
    """All but the few whose digests share a bit: of 10,000 keys some 48 are expected."""
    first = FirstRequests()
    keys = [f"record {at}" for at in range(10_000)]
    assert 9_900 <= sum(map(first.first, keys)) <= 10_000
    assert not any(map(first.first, keys))
