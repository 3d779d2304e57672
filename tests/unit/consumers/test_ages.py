"""The age of the oldest event in hand."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from consumers.ages import Ages
from consumers.watermark import Watermark
from grym.adapters.clock import VirtualClock
from schemas.records import Record, TopicPartition

TOPIC = "grym.requests.v1"


class World:
    """Partitions whose records are appended one second apart, now being ten minutes after the start."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.start = self.clock.now() - timedelta(seconds=600)
        self.marks: dict[TopicPartition, Watermark] = {}
        self.ages = Ages("features", self.clock, line=lambda source: self.mark(source).line, in_hand=lambda: 7)

    def mark(self, source: TopicPartition) -> Watermark:
        """Return how far a partition is."""
        return self.marks.setdefault(source, Watermark())

    def take(self, *positions: int, partition: int = 0) -> None:
        """Take a batch in hand."""
        source = TopicPartition(TOPIC, partition)
        for position in positions:
            self.mark(source).take(position)
        self.ages.took([self.record(position, partition) for position in positions])

    def finish(self, *positions: int, partition: int = 0) -> None:
        """Finish records."""
        for position in positions:
            self.mark(TopicPartition(TOPIC, partition)).finish(position)

    def record(self, position: int, partition: int) -> Record:
        """Return a record, appended `position` seconds after the start."""
        at = self.start + timedelta(seconds=position)
        return Record(
            topic=TOPIC, partition=partition, position=position, key=None, headers=(), value=None, appended_at=at
        )


def test_the_oldest_batch_with_something_unfinished_counts() -> None:
    """Whatever was finished after it; over all partitions; nothing in hand has no age."""
    world = World()
    assert world.ages.oldest_s() == 0
    world.take(1, 2, 3)
    world.take(4, 5)
    world.take(3, partition=1)
    assert world.ages.oldest_s() == 599
    world.finish(1, 2, 4, 5)
    assert world.ages.oldest_s() == 599
    world.finish(3)
    assert world.ages.oldest_s() == 597
    world.finish(3, partition=1)
    assert world.ages.oldest_s() == 0
    told = {sample.name: (sample.value, sample.of) for sample in world.ages.samples()}
    assert told == {"oldest_unfinished_seconds": (0.0, "features"), "events_in_hand": (7, "features")}


@given(sizes=st.lists(st.integers(1, 5), max_size=20), order=st.randoms(use_true_random=False))
def test_never_younger_than_the_oldest_event_and_never_older_than_its_batch(sizes: list[int], order: object) -> None:
    """Against the truth, after every event, whatever order they finish in."""
    world, position = World(), 0
    batch_start: dict[int, int] = {}
    for size in sizes:
        positions = range(position + 1, position + size + 1)
        world.take(*positions)
        batch_start |= dict.fromkeys(positions, position + 1)
        position += size
    left = list(range(1, position + 1))
    order.shuffle(left)  # type: ignore[attr-defined]  # a `random.Random`, which the strategy does not say
    while left:
        lowest = min(left)
        assert 600 - lowest <= world.ages.oldest_s() <= 600 - batch_start[lowest]
        world.finish(left.pop())
    assert world.ages.oldest_s() == 0
