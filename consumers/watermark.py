"""How far a partition is done while its events finish in any order.

Positions are taken in rising order. The line lies just below the lowest unfinished one, and only the line is ever
committed (promise 4): ``committed <= min(in flight) - 1``. Positions may have gaps.
"""

from grym.errors import InvariantError


class Watermark:
    """The state of one partition."""

    def __init__(self, committed: int) -> None:
        self.committed = committed
        self._taken = committed
        # Rising order, since positions are taken in rising order and a dict keeps it.
        self._in_flight: dict[int, None] = {}

    @property
    def taken(self) -> int:
        """The highest position taken so far: where to read on."""
        return self._taken

    @property
    def line(self) -> int:
        """The highest position up to which everything is finished."""
        lowest = next(iter(self._in_flight), None)
        return self._taken if lowest is None else lowest - 1

    @property
    def dirty(self) -> bool:
        """Whether there is something to commit."""
        return self.line > self.committed

    def take(self, position: int) -> None:
        """Take a position in hand.

        Raises
        ------
        InvariantError
            When it does not lie above every position taken before.
        """
        if position <= self._taken:
            raise InvariantError(f"position {position} was taken before; the partition is read up to {self._taken}")
        self._taken = position
        self._in_flight[position] = None

    def finish(self, position: int) -> None:
        """Note that a position is done; one that is not in hand is no error."""
        self._in_flight.pop(position, None)

    def pass_over(self, position: int) -> None:
        """Take everything up to a position as read: nothing is left there."""
        self._taken = max(self._taken, position)

    def line_after(self, position: int) -> int:
        """Return where the line would be if `position` were finished too."""
        lowest = next((taken for taken in self._in_flight if taken != position), None)
        return self._taken if lowest is None else lowest - 1

    def commit(self, position: int) -> None:
        """Note that `position` was stored as done; never moves backwards."""
        self.committed = max(self.committed, position)
