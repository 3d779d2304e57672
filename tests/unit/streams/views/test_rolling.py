"""Rolling windows: the same log gives the same windows, whatever comes twice and in whatever order."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import TopicPartition
from streams.views import Observation, View, ViewLimits

HERE = TopicPartition("grym.outcomes.v1", 0)
LIMITS = ViewLimits(bucket_s=10.0, horizon_s=60.0)

times = st.integers(0, 200).map(float)
observations = st.builds(
    Observation,
    processor=st.sampled_from(("quality", "features")),
    at_s=times,
    failed=st.booleans(),
    lasted_s=st.none() | st.integers(0, 9).map(float),
    rating=st.none() | st.sampled_from((0.0, 0.5, 1.0)),
)
Log = dict[TopicPartition, list[Observation]]
logs = st.dictionaries(
    st.builds(TopicPartition, st.sampled_from(("a", "b")), st.integers(0, 2)),
    st.lists(observations, max_size=12),
    max_size=4,
)


def folded(places: list[tuple[TopicPartition, int]], log: Log) -> View:
    """Fold records in the given order."""
    view = View(limits=LIMITS)
    for source, position in places:
        view = view.fold(source, position, log[source][position - 1])
    return view


def in_order(log: Log) -> list[tuple[TopicPartition, int]]:
    """Return every place, partition by partition."""
    return [(source, n) for source, seen in log.items() for n in range(1, len(seen) + 1)]


def test_a_window_adds_up_what_it_covers() -> None:
    """Rate, failures, mean and slowest time, mean rating."""
    view = View(limits=LIMITS)
    seen = [
        Observation(processor="quality", at_s=5.0, lasted_s=9.0),
        Observation(processor="quality", at_s=65.0, lasted_s=1.0, rating=0.5),
        Observation(processor="quality", at_s=69.0, lasted_s=3.0, rating=1.0),
        Observation(processor="quality", at_s=71.0, failed=True),
        Observation(processor="features", at_s=71.0),
    ]
    for position, one in enumerate(seen, start=1):
        view = view.fold(HERE, position, one)
    window = view.window("quality", length_s=20.0, now_s=71.0)
    assert (window.events, window.rate_per_s, window.failures) == (3, 0.15, 1)
    assert (window.mean_s, window.slowest_s, window.quality) == (2.0, 3.0, 0.75)
    assert [entry.processor for entry in view.windows(length_s=20.0, now_s=71.0)] == ["features", "quality"]


def test_an_empty_window_knows_nothing() -> None:
    """No mean of nothing."""
    window = View().window("quality", length_s=60.0, now_s=0.0)
    assert (window.events, window.rate_per_s, window.mean_s, window.slowest_s, window.quality) == (
        0,
        0,
        None,
        None,
        None,
    )


def test_what_is_older_than_the_horizon_is_late() -> None:
    """It is counted and left out; what tells nothing only moves the mark."""
    view = View(limits=LIMITS).fold(HERE, 1, Observation(processor="quality", at_s=1000.0))
    view = view.fold(HERE, 2, Observation(processor="quality", at_s=0.0)).fold(HERE, 3, None)
    assert (view.late, view.marks[HERE]) == (1, 3)
    assert view.window("quality", length_s=60.0, now_s=1000.0).events == 1


def test_a_processor_that_is_silent_for_the_horizon_is_forgotten() -> None:
    """Whether its last event was read before or after newer ones of others."""
    old, new = Observation(processor="features", at_s=0.0), Observation(processor="quality", at_s=500.0)
    there = TopicPartition("grym.quality.v1", 0)
    one = View(limits=LIMITS).fold(HERE, 1, old).fold(there, 1, new)
    other = View(limits=LIMITS).fold(there, 1, new).fold(HERE, 1, old)
    for view in (one, other):
        assert [window.processor for window in view.windows(length_s=60.0, now_s=500.0)] == ["quality"]


@given(logs, st.data())
def test_order_between_partitions_and_repeats_change_nothing(log: Log, data: st.DataObject) -> None:
    """Whatever is read first, and however often from an earlier position."""
    left = dict.fromkeys(log, 0)
    places: list[tuple[TopicPartition, int]] = []
    while any(left[source] < len(seen) for source, seen in log.items()):
        source = data.draw(st.sampled_from([name for name, seen in log.items() if left[name] < len(seen)]))
        left[source] += 1
        places.append((source, left[source]))
        if data.draw(st.booleans()):
            places.append((source, data.draw(st.integers(1, left[source]))))
    one, other = folded(in_order(log), log), folded(places, log)
    assert one.marks == other.marks
    for now_s in (one.newest_s,) if log and one.series else ():
        assert one.windows(length_s=60.0, now_s=now_s) == other.windows(length_s=60.0, now_s=now_s)


@given(st.lists(observations, min_size=1, max_size=40))
def test_windows_agree_with_counting(seen: list[Observation]) -> None:
    """By whole buckets, up to the newest event."""
    log = {HERE: seen}
    view = folded(in_order(log), log)
    now_s = max(one.at_s for one in seen)
    first = math.floor((now_s - 30.0) / LIMITS.bucket_s) + 1
    inside = [one for one in seen if one.processor == "quality" and math.floor(one.at_s / LIMITS.bucket_s) >= first]
    window = view.window("quality", length_s=30.0, now_s=now_s)
    assert window.events == len(inside)
    assert window.failures == sum(one.failed for one in inside)
    timed = [one.lasted_s for one in inside if one.lasted_s is not None]
    assert window.mean_s == (pytest.approx(sum(timed) / len(timed)) if timed else None)
    assert window.slowest_s == (max(timed) if timed else None)


@given(st.lists(observations, max_size=60))
def test_a_view_stays_small(seen: list[Observation]) -> None:
    """No more buckets than the horizon has, however long the log is."""
    log = {HERE: [replace(one, at_s=one.at_s * 100) for one in seen]}
    view = folded(in_order(log), log)
    assert all(len(buckets) <= LIMITS.horizon_s / LIMITS.bucket_s + 1 for buckets in view.series.values())
