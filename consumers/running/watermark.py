"""How far a partition is done while its events finish in any order.

Positions are taken in rising order. The line lies just below the lowest unfinished one, and only the line is ever
committed (promise 4): ``committed <= min(in flight) - 1``. What is finished above the line travels beside it, so that
a crash repeats only what was really in hand. Positions may have gaps.
"""

from collections import deque

from grym.errors import InvariantError
from grym.ports.feed import Mark


class Watermark:
    """The state of one partition, from what was committed of it."""

    def __init__(self, mark: Mark | None = None) -> None:
        self.committed = mark or Mark()
        self._taken = self.committed.position
        self._in_flight: deque[int] = deque()
        # Finished above the lowest unfinished one; or, from before our time, not read again yet.
        self._beyond = set(self.committed.beyond)
        self._unfinished = 0

    @property
    def taken(self) -> int:
        """The highest position taken so far: where to read on."""
        return self._taken

    @property
    def span(self) -> int:
        """How many positions were taken since the lowest unfinished one, the finished ones included."""
        return len(self._in_flight)

    @property
    def unfinished(self) -> int:
        """How many positions are in hand."""
        return self._unfinished

    @property
    def line(self) -> int:
        """The highest position up to which everything is finished."""
        return self._in_flight[0] - 1 if self._in_flight else self._taken

    @property
    def mark(self) -> Mark:
        """What may be committed now."""
        line = self.line
        return Mark(position=line, beyond=tuple(sorted(position for position in self._beyond if position > line)))

    def take(self, position: int) -> bool:
        """Take a position in hand; False when it was finished by somebody before and needs nothing.

        Raises
        ------
        InvariantError
            When it does not lie above every position taken before.
        """
        if position <= self._taken:
            raise InvariantError(f"position {position} was taken before; the partition is read up to {self._taken}")
        self._taken = position
        if position in self._beyond:
            if not self._in_flight:
                self._beyond.discard(position)
            return False
        self._in_flight.append(position)
        self._unfinished += 1
        return True

    def finish(self, position: int) -> None:
        """Note that a position is done; one that is not in hand is no error."""
        waiting, beyond = self._in_flight, self._beyond
        if not waiting or position < waiting[0]:
            return
        if position > waiting[0]:
            # Parked records may be done before their partition is read that far: those were never in hand.
            self._unfinished -= position <= self._taken and position not in beyond
            beyond.add(position)
            return
        waiting.popleft()
        self._unfinished -= 1
        while waiting and waiting[0] in beyond:
            beyond.discard(waiting.popleft())

    def pass_over(self, position: int) -> None:
        """Take everything up to a position as read: nothing is left there."""
        self._taken = max(self._taken, position)

    def commit(self, mark: Mark) -> None:
        """Note what was stored as done; never moves backwards."""
        if mark.position >= self.committed.position:
            self.committed = mark
