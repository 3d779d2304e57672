"""How many long jobs run at once in one process: more while others wait too long, fewer once nobody waits.

One job alone has the whole machine and ends soonest, so a process begins with few and takes more only when jobs grow
old in the queue. Between two changes there is time to see what the last one did.
"""

from dataclasses import dataclass

from grym.ports.jobs import Backlog


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolLimits:
    """Within which bounds, and how quickly, the number of slots changes."""

    smallest: int
    """Jobs that may always run at once."""
    largest: int
    """Jobs that run at once at most."""
    grow_age_s: float
    """Seconds a job may wait before one more is run beside the others."""
    quiet_s: float
    """Seconds without anybody waiting before one slot is given up."""
    look_s: float
    """Seconds between looks at the queue, and so between two changes."""


class PoolSize:
    """The number of slots, from looks at the queue; pure."""

    def __init__(self, limits: PoolLimits) -> None:
        self._limits = limits
        self._quiet_since_s: float | None = None
        self.slots = limits.smallest

    def look(self, backlog: Backlog, *, in_hand: int, now_s: float) -> int:
        """Return how many slots there should be now.

        Parameters
        ----------
        in_hand
            Jobs this process runs: more slots help only when all are taken.
        now_s
            Seconds of any clock that does not go back.
        """
        if backlog.waiting:
            self._quiet_since_s = None
            if backlog.oldest_s >= self._limits.grow_age_s and in_hand >= self.slots:
                self.slots = min(self.slots + 1, self._limits.largest)
        elif self._quiet_since_s is None:
            self._quiet_since_s = now_s
        elif now_s - self._quiet_since_s >= self._limits.quiet_s:
            self._quiet_since_s = now_s
            self.slots = max(self.slots - 1, self._limits.smallest)
        return self.slots
