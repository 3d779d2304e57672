"""How old the oldest event in hand is, known at the cost of one note per batch.

Of each batch the highest position of every partition is noted with the time at which its first record was appended.
While the partition's line lies below that position, something of the batch is unfinished: it is at most that old, and
hardly younger.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from grym.ports.clock import Clock
from grym.ports.metrics import Sample
from schemas.records import Record, TopicPartition


class Ages:
    """The ages of what one tenure has in hand; a `MetricSource`.

    Parameters
    ----------
    line
        Returns up to where a partition is done.
    in_hand
        Returns how many records are being worked on.
    """

    def __init__(
        self,
        processor: str,
        clock: Clock,
        *,
        line: Callable[[TopicPartition], int],
        in_hand: Callable[[], int],
    ) -> None:
        self._processor = processor
        self._clock = clock
        self._line = line
        self._in_hand = in_hand
        self._batches: dict[TopicPartition, deque[tuple[int, float]]] = {}

    def took(self, records: Sequence[Record]) -> None:
        """Note a batch; records of one partition lie in order."""
        ends: dict[TopicPartition, tuple[Record, int]] = {}
        for record in records:
            source = record.topic_partition
            first, _ = ends.get(source, (record, 0))
            ends[source] = (first, record.position)
        for source, (first, position) in ends.items():
            notes = self._batches.setdefault(source, deque())
            self._forget_done(source, notes)
            notes.append((position, first.appended_at.timestamp()))

    def oldest_s(self) -> float:
        """Return the age of the oldest batch of which something is in hand, in seconds; 0 with none."""
        for source, notes in self._batches.items():
            self._forget_done(source, notes)
        heads = [notes[0][1] for notes in self._batches.values() if notes]
        return max(0.0, self._clock.now().timestamp() - min(heads)) if heads else 0.0

    def samples(self) -> Iterator[Sample]:
        """Return the age and the number of events in hand."""
        yield Sample(name="oldest_unfinished_seconds", value=self.oldest_s(), of=self._processor)
        yield Sample(name="events_in_hand", value=self._in_hand(), of=self._processor)

    def _forget_done(self, source: TopicPartition, notes: deque[tuple[int, float]]) -> None:
        line = self._line(source)
        while notes and notes[0][0] <= line:
            notes.popleft()
