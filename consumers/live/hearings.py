"""The streams in hand: what waits of each, whose turn it is, and how far each is saved."""

from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consumers.live.recent import Tail
from consumers.running.tenure import size_of
from grym.errors import PermanentError
from grym.ports.live import Checkpoint
from schemas.records import Message, Record, TopicPartition
from streams.live.arriving import Arrival
from streams.live.listener import Listener


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A record that waits for its turn.

    Parameters
    ----------
    arrival
        The record, understood; None for one that cannot be.
    error
        Why it cannot be understood; None for one that can be.
    """

    record: Record
    arrival: Arrival | None = None
    error: PermanentError | None = None

    @property
    def size_bytes(self) -> int:
        """How many bytes it holds in memory, about."""
        return size_of(self.record)

    @property
    def stream_id(self) -> str:
        """The stream it is of; of a record that cannot be understood, what its key says."""
        if self.arrival is not None:
            return self.arrival.stream_id
        return (self.record.key or b"").decode(errors="replace")


class Hearing:
    """One stream in this process.

    Parameters
    ----------
    position
        Everything of it up to here is folded and saved.
    now_s
        The monotonic clock, from which the time of its first checkpoint counts.
    tail_s
        How many of its last seconds are kept for pattern memory.
    """

    def __init__(
        self, listener: Listener, source: TopicPartition, *, position: int, now_s: float, tail_s: float = 0.0
    ) -> None:
        self.listener = listener
        self.source = source
        self.folded = position
        self.saved = position
        self.saved_at_s = now_s
        self.silent_from: int | None = None
        """The end of its partition when it seemed to have fallen silent; None while it does not."""
        self._waiting: deque[Waiting] = deque()
        self._steps: Iterator[Sequence[Message]] | None = None
        self._heard_bytes = 0
        self._saved_end_s = listener.end_s
        self.saved_over = listener.over
        self.tail = Tail(length_s=tail_s)
        self.asked_s = listener.end_s
        """Up to where memory was asked about it, in seconds of the stream."""
        self._uncovered: deque[int] = deque()

    @property
    def stream_id(self) -> str:
        """The stream it is."""
        return self.listener.stream_id

    @property
    def busy(self) -> bool:
        """Whether anything of it waits."""
        return bool(self._waiting)

    @property
    def head(self) -> Waiting:
        """The record whose turn it is."""
        return self._waiting[0]

    @property
    def midway(self) -> bool:
        """Whether a piece of the record whose turn it is was folded, and another may be left."""
        return self._steps is not None

    @property
    def uncovered(self) -> bool:
        """Whether records of it are not covered by its checkpoint."""
        return bool(self._uncovered)

    def put(self, waiting: Waiting) -> None:
        """Take a record in hand."""
        self._waiting.append(waiting)
        self._uncovered.append(waiting.record.position)
        self.silent_from = None

    def hear_on(self) -> tuple[Sequence[Message], Waiting | None]:
        """Fold the next piece, and return what follows from it and the record that was done with it, if one was.

        What the listener raises is raised; the record is done then too.
        """
        head = self.head
        if self._steps is None:
            self._steps = iter(() if head.arrival is None else self.listener.hear(head.arrival))
        try:
            return next(self._steps), None
        except StopIteration:
            return (), self.drop_head()

    def drop_head(self) -> Waiting:
        """Let go of the record whose turn it was."""
        head = self._waiting.popleft()
        self._steps = None
        self.folded = head.record.position
        self._heard_bytes += head.size_bytes
        return head

    def is_due(self, *, sound_s: float, most_bytes: int, apart_s: float, quiet_s: float, now_s: float) -> bool:
        """Return whether it is to be saved now: enough has come since the last time, or nothing more comes."""
        if self._steps is not None or not self._uncovered or self.folded <= self.saved:
            return False
        waited_s = now_s - self.saved_at_s
        if self.listener.over or self._heard_bytes >= most_bytes or waited_s >= quiet_s:
            return True
        return waited_s >= apart_s and self.listener.end_s - self._saved_end_s >= sound_s

    def checkpoint(self, *, now_s: float) -> Checkpoint:
        """Return how far it is, to be saved."""
        self.saved, self.saved_at_s, self.saved_over = self.folded, now_s, self.listener.over
        self._heard_bytes, self._saved_end_s = 0, self.listener.end_s
        return Checkpoint(
            stream_id=self.stream_id,
            source=self.source,
            position=self.folded,
            state=self.listener.state(),
            ended=self.listener.over,
        )

    def covered_to(self, position: int) -> list[int]:
        """Return the positions that a checkpoint at `position` covers for the first time."""
        covered: list[int] = []
        while self._uncovered and self._uncovered[0] <= position:
            covered.append(self._uncovered.popleft())
        return covered


class Hearings:
    """All streams in hand; each that has something waiting has its turn, one piece at a time."""

    def __init__(self, *, remembered: int) -> None:
        self._by_id: dict[str, Hearing] = {}
        self._over: OrderedDict[str, Hearing] = OrderedDict()
        self._turns: deque[Hearing] = deque()
        self._remembered = remembered

    def __iter__(self) -> Iterator[Hearing]:
        """Go through the streams that have not ended."""
        return iter(tuple(self._by_id.values()))

    def __len__(self) -> int:
        """Return how many streams have not ended."""
        return len(self._by_id)

    def get(self, stream_id: str) -> Hearing | None:
        """Return a stream in hand, also one that has ended and is remembered."""
        return self._by_id.get(stream_id) or self._over.get(stream_id)

    def add(self, hearing: Hearing) -> None:
        """Take a stream in hand."""
        if hearing.listener.over:
            self._remember(hearing)
        else:
            self._by_id[hearing.stream_id] = hearing

    def put(self, hearing: Hearing, waiting: Waiting) -> None:
        """Let a record of a stream wait for its turn."""
        if not hearing.busy:
            self._turns.append(hearing)
        hearing.put(waiting)

    def next_turn(self) -> Hearing | None:
        """Return whose turn it is; None when nothing waits."""
        return self._turns.popleft() if self._turns else None

    def had_turn(self, hearing: Hearing) -> None:
        """Let a stream wait for its next turn, behind the others; forget one that has ended, in time."""
        if hearing.busy:
            self._turns.append(hearing)
        if hearing.listener.over and hearing.stream_id in self._by_id:
            del self._by_id[hearing.stream_id]
            self._remember(hearing)

    def forget(self, hearing: Hearing) -> None:
        """Let go of a stream that never began."""
        self._by_id.pop(hearing.stream_id, None)

    def _remember(self, hearing: Hearing) -> None:
        self._over[hearing.stream_id] = hearing
        self._over.move_to_end(hearing.stream_id)
        for stream_id in list(self._over)[: max(0, len(self._over) - self._remembered)]:
            if not (self._over[stream_id].busy or self._over[stream_id].uncovered):
                del self._over[stream_id]
